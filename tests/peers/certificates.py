#!/usr/bin/env python3
"""Makes the certificates of the tests. usage: certificates.py FOLDER

ca.pem signs localhost.pem, expired.pem and elsewhere.pem (another name); stranger.pem is signed by
nobody that is known. client.* is a service principal's RSA certificate with an issuer above it.
"""
import datetime
import ipaddress
import pathlib
import subprocess
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

FOLDER = pathlib.Path(sys.argv[1])
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
PASSWORD = "pässword"


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, start, end, hosts=None):
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=hosts is None, path_length=None), critical=True)
    )
    if hosts:
        names = [x509.DNSName(host) for host in hosts]
        if "localhost" in hosts:
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)


def key_pem(key, form=serialization.PrivateFormat.PKCS8, password=None):
    how = serialization.NoEncryption()
    if password:
        how = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(serialization.Encoding.PEM, form, how)


def write(file, *parts):
    # One of an earlier run may have another mode.
    (FOLDER / file).unlink(missing_ok=True)
    (FOLDER / file).touch(mode=0o600)
    (FOLDER / file).write_bytes(b"".join(parts))


def small():
    return ec.generate_private_key(ec.SECP256R1())


ca_key, stranger_key, server_key = small(), small(), small()
ca = certificate("test ca", ca_key, "test ca", ca_key, NOW - DAY, NOW + 30 * DAY)
write("ca.pem", pem(ca))
for file, signer, issuer, start, end, host in [
    ("localhost", ca_key, "test ca", NOW - DAY, NOW + 30 * DAY, "localhost"),
    ("expired", ca_key, "test ca", NOW - 9 * DAY, NOW - 3 * DAY, "localhost"),
    ("elsewhere", ca_key, "test ca", NOW - DAY, NOW + 30 * DAY, "elsewhere.example"),
    ("stranger", stranger_key, "stranger ca", NOW - DAY, NOW + 30 * DAY, "localhost"),
]:
    cert = certificate(host, server_key, issuer, signer, start, end, [host])
    write(f"{file}.pem", pem(cert), key_pem(server_key))

issuer_key = small()
issuer = certificate("client ca", issuer_key, "client ca", issuer_key, NOW - DAY, NOW + 30 * DAY)
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
client = certificate("client", key, "client ca", issuer_key, NOW - DAY, NOW + 30 * DAY, ["client"])
old = certificate("client", key, "client ca", issuer_key, NOW - 9 * DAY, NOW - 3 * DAY, ["client"])
other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pkcs1 = serialization.PrivateFormat.TraditionalOpenSSL
write("client.pem", b"Bag Attributes\n    x: y\n", key_pem(key), pem(client), pem(issuer))
write("client-order.pem", pem(issuer), pem(client), key_pem(key))
write("client-crlf.pem", (key_pem(key) + pem(client)).replace(b"\n", b"\r\n"))
write("client-pkcs1.pem", pem(client), key_pem(key, pkcs1))
write("client-encrypted.pem", pem(client), key_pem(key, password=PASSWORD))
write("client-old-encryption.pem", pem(client), key_pem(key, pkcs1, PASSWORD))
write("client-expired.pem", pem(old), key_pem(key))
write("client-mismatch.pem", pem(client), key_pem(other))
write("client-nokey.pem", pem(client))
write("client-ec.pem", pem(issuer), key_pem(issuer_key))
write("client-cert.pem", pem(client))
for file, options in [
    ("client.pfx", []),
    ("client-legacy.pfx", ["-legacy"]),
    ("client-3des.pfx", ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]),
    ("client-nopassword.pfx", []),
]:
    password = "" if "nopassword" in file else PASSWORD
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", FOLDER / "client.pem", "-out", FOLDER / file,
         "-passout", "stdin", *options],
        input=password + "\n", text=True, check=True, capture_output=True,
    )
