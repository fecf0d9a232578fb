#!/usr/bin/env python3
"""An independent reader of azvault's vault format v1, written from docs/vault-format.md alone.

usage: vault_reader.py VAULT [KEY-FILE] < secret       prints one JSON document with everything in it
       vault_reader.py --export EXPORT < passphrase    the same for a sealed export
A secret is a passphrase (with a key file beside it, if one is named), a raw key or a recovery code.
"""
import base64, hashlib, hmac, json, sqlite3, struct, sys, unicodedata
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf(salt, ikm, info, length):
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(ikm)


def open_box(key, ad, box):
    okm = hkdf(box[:24], key, b"azv1.seal" + ad, 76)
    if not hmac.compare_digest(okm[44:76], box[24:56]):
        raise ValueError("wrong key or moved box")
    return AESGCM(okm[:32]).decrypt(okm[32:44], box[56:], ad)


def place(vault, epoch, table, field, row, revision):
    return b"azv1" + vault + struct.pack(">IBBqq", epoch, table, field, row, revision)


def within_bounds(m, t, p):
    return 19456 <= m <= 1 << 20 and 1 <= t <= 16 and 1 <= p <= 16 and 38912 <= m * t <= 4 << 20


def key_of(text, label=b""):
    """The 32 bytes of a key as text, behind its label; without one, of a recovery code. None if it is none."""
    text = text.strip()
    symbols = text.removeprefix(label) if label else text.upper().replace(b"-", b"")
    if not text.startswith(label) or len(symbols) != 56:
        return None
    key = base64.b32decode(symbols)
    assert hashlib.sha256(key[:32]).digest()[:3] == key[32:], "a wrong character"
    return key[:32]


def first_keys(secret, key_file):
    """For each kind of slot that the secret may open: what goes into its KEK, by the slot's cost and salt."""
    raw = key_of(secret, b"azvault-raw-key-v1:")
    if raw:
        return {3: lambda *_: raw, 5: lambda *_: raw}
    code = key_of(secret)
    if code:
        return {4: lambda *_: code}
    text = unicodedata.normalize("NFC", secret.decode()).encode()
    a = lambda m, t, p, salt: hash_secret_raw(text, salt, t, m, p, 32, Type.ID, 0x13)
    if key_file:
        beside = key_of(open(key_file, "rb").read(), b"azvault-key-file-v1:")
        return {2: lambda *cost: a(*cost) + beside}
    return {1: a}


def unlock(slots, vault, epoch, first):
    for slot, kind, m, t, p, salt, box in slots:
        if kind not in first or (m, t, p) != (0, 0, 0) and not within_bounds(m, t, p):
            continue
        a = first[kind](m, t, p, salt)
        ad = place(vault, epoch, 1, kind, slot, 0) + struct.pack(">III", m, t, p) + salt
        try:
            return open_box(hkdf(salt, a, b"azv1.kek.%d" % kind, 32), ad, box)
        except ValueError:
            continue
    sys.exit("no slot opens")


def main(path, secret, key_file=None):
    header = open(path, "rb").read(100)
    assert struct.unpack(">I", header[68:72])[0] == 0x415A5631 and struct.unpack(">I", header[60:64])[0] == 1
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    vault, epoch, sealed_head = db.execute("SELECT vault_id, epoch, head FROM header").fetchone()
    slots = db.execute("SELECT id, kind, m, t, p, salt, box FROM slot ORDER BY id").fetchall()
    vmk = unlock(slots, vault, epoch, first_keys(secret, key_file))
    key = lambda name: hkdf(vault + struct.pack(">I", epoch), vmk, b"azv1.key." + name, 32)
    head = json.loads(open_box(key(b"head"), place(vault, epoch, 0, 0, 1, 0), sealed_head))
    digest = hashlib.sha256()
    for slot in slots:
        digest.update(struct.pack(">qqqqq", *slot[:5]))
        for part in slot[5:]:
            digest.update(struct.pack(">I", len(part)) + part)
    assert digest.hexdigest() == head["slots"], "the slots are not those of the head"
    root = hmac.new(key(b"mac"), b"azv1.root", "sha256")
    records, out = db.execute("SELECT id, rev, box FROM record ORDER BY id").fetchall(), {"records": []}
    for row, revision, box in records:
        root.update(struct.pack(">qq", row, revision) + box[:56])
    assert len(records) == head["n"] and hmac.compare_digest(root.hexdigest(), head["root"]), "other records"
    for row, revision, box in records:
        record = json.loads(open_box(key(b"record"), place(vault, epoch, 2, 0, row, revision), box))
        if record["kind"] == "secret":
            (box,) = db.execute("SELECT box FROM secret WHERE id = ?", (row,)).fetchone()
            assert box[:24].hex() == record["value"]["pin"], "not the box that the record names"
            padded = open_box(key(b"secret"), place(vault, epoch, 3, 0, row, 0), box)
            value = padded[4 : 4 + struct.unpack(">I", padded[:4])[0]]
            record["secret"] = base64.b64encode(value).decode()
        for file in record["value"].get("files", []):
            data = b""
            for part, pin in enumerate((file["original"] or {"pins": []})["pins"]):
                name = file["original"]["id"]
                query = "SELECT box FROM original WHERE id = ? AND part = ?"
                (box,) = db.execute(query, (name, part)).fetchone()
                assert box[:24].hex() == pin, "not the part that the record names"
                data += open_box(key(b"original"), place(vault, epoch, 8, 0, name, part), box)
            file["data_sha256"] = hashlib.sha256(data).hexdigest()
        out["records"].append({"id": row, "revision": revision, **record})
    out["audit"], before = [], ""
    for seq, box in db.execute("SELECT seq, box FROM audit ORDER BY seq"):
        entry = json.loads(open_box(key(b"audit"), place(vault, epoch, 4, 0, seq, 0), box))
        assert seq == head["audit"]["first"] + len(out["audit"]), "an entry is missing"
        assert entry["prev"] == before or not out["audit"] and seq > 1, "another entry was before it"
        before = hashlib.sha256(box).hexdigest()
        out["audit"].append(entry)
    end = head["audit"]["first"] + len(out["audit"]) - 1
    assert (end, before) == (head["audit"]["seq"], head["audit"]["last"]), "another end of the log"
    print(json.dumps({"generation": head["gen"], "epoch": epoch, "labels": head["labels"], **out}))


def export(path, passphrase):
    file = open(path, "rb").read()
    m, t, p = struct.unpack(">III", file[8:20])
    salt, lock, rest = file[20:36], file[36:108], file[108:]
    assert file[:8] == b"AZVEXP1\n" and within_bounds(m, t, p)
    a = hash_secret_raw(unicodedata.normalize("NFC", passphrase.decode()).encode(), salt, t, m, p, 32, Type.ID, 0x13)
    key = hkdf(salt, a, b"azv1.kek.export", 32)
    assert open_box(key, place(salt, 0, 7, 2, 0, 0), lock) == b""
    size, bundle = (16 << 20) + 72, b""
    boxes = [rest[at : at + size] for at in range(0, len(rest), size)]
    for number, box in enumerate(boxes):
        bundle += open_box(key, place(salt, 0, 7, int(box is boxes[-1]), number, 0), box)
    (length,) = struct.unpack(">I", bundle[:4])
    profile, at = json.loads(bundle[4 : 4 + length]), 4 + length
    for secret in profile["secrets"]:
        secret["secret"] = base64.b64encode(bundle[at : at + secret["length"]]).decode()
        at += secret["length"]
    assert len(bundle) % 4096 == 0 and len(bundle) - at < 4096 and not any(bundle[at:])
    print(json.dumps(profile))


if __name__ == "__main__":
    secret = sys.stdin.buffer.read().rstrip(b"\n")
    export(sys.argv[2], secret) if sys.argv[1] == "--export" else main(*sys.argv[1:2], secret, *sys.argv[2:])
