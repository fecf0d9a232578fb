//! Another vault that bears the id of mine: anybody with a copy of the file can make one.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use ring::{aead, digest, hkdf, hmac};
use rusqlite::Connection;

use azvault_test_support::{Home, Ran, ran};

/// HKDF-SHA256 of any length.
fn expand(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = vec![0; length];
    let info = [info];
    let expanded = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(key);
    expanded.expand(&info, Length(length)).unwrap().fill(&mut out).unwrap();
    out
}

fn random() -> [u8; 32] {
    *azvault_vault::random_key()
}

fn seal(key: &[u8], place: &[u8], text: &[u8]) -> Vec<u8> {
    let salt = &random()[..24];
    let derived = expand(salt, key, &[b"azv1.seal", place].concat(), 76);
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, &derived[..32]).unwrap();
    let nonce = aead::Nonce::try_assume_unique_for_key(&derived[32..44]).unwrap();
    let mut sealed = text.to_vec();
    let aad = aead::Aad::from(place);
    aead::LessSafeKey::new(key).seal_in_place_append_tag(nonce, aad, &mut sealed).unwrap();
    [salt, &derived[44..76], &sealed].concat()
}

fn place(vault: &[u8], epoch: u32, table: u8, field: u8, row: i64) -> Vec<u8> {
    let mut place = [b"azv1", vault, &epoch.to_be_bytes(), &[table, field]].concat();
    place.extend(row.to_be_bytes());
    place.extend(0_i64.to_be_bytes());
    place
}

/// Makes a vault that a raw key opens: its id is that of `genuine`, its epoch and generation are
/// whatever its maker wants them to be.
fn forge(genuine: &Path, out: &Path, epoch: u32, generation: u64) -> PathBuf {
    fs::copy(genuine, out).unwrap();
    let database = Connection::open(out).unwrap();
    let vault: Vec<u8> =
        database.query_row("SELECT vault_id FROM header", [], |row| row.get(0)).unwrap();
    for table in ["slot", "record", "secret", "original", "audit"] {
        database.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    let raw = random();
    let checked = [&raw[..], &digest::digest(&digest::SHA256, &raw).as_ref()[..3]].concat();
    let key_file = out.with_extension("key");
    let text = format!("azvault-raw-key-v1:{}\n", BASE32_NOPAD.encode(&checked));
    fs::write(&key_file, text).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    let (master, salt) = (random(), &random()[..16]);
    let kek = expand(salt, &raw, b"azv1.kek.3", 32);
    let slot = [&place(&vault, epoch, 1, 3, 1)[..], &[0; 12], salt].concat();
    let wrapped = seal(&kek, &slot, &master);
    database
        .execute("INSERT INTO slot VALUES (1, 3, 0, 0, 0, ?, ?)", (salt, &wrapped[..]))
        .unwrap();
    let key = |name: &str| {
        let salt = [&vault[..], &epoch.to_be_bytes()].concat();
        expand(&salt, &master, format!("azv1.key.{name}").as_bytes(), 32)
    };
    let mut slots = digest::Context::new(&digest::SHA256);
    for number in [1_i64, 3, 0, 0, 0] {
        slots.update(&number.to_be_bytes());
    }
    for part in [salt, &wrapped] {
        slots.update(&u32::try_from(part.len()).unwrap().to_be_bytes());
        slots.update(part);
    }
    let root = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key("mac")), b"azv1.root");
    let head = serde_json::json!({
        "gen": generation, "n": 0, "root": HEXLOWER.encode(root.as_ref()),
        "slots": HEXLOWER.encode(slots.finish().as_ref()), "min_kdf": [0, 0], "labels": { "1": "" },
        "audit": { "seq": 0, "last": "", "first": 1 }, "prev": "",
        // What it claims to have come from: nothing that its maker could know.
        "former": [HEXLOWER.encode(&random())],
    });
    let mut head = head.to_string().into_bytes();
    head.resize(head.len().next_multiple_of(256), b' ');
    let head = seal(&key("head"), &place(&vault, epoch, 0, 0, 1), &head);
    database.execute("UPDATE header SET epoch = ?, head = ?", (epoch, head)).unwrap();
    database.execute_batch("VACUUM").unwrap();
    key_file
}

/// A home whose agent holds the keys of its vault, which was rotated once; the id of it.
fn my_home() -> Home {
    let home = Home::with_agent();
    home.run(&["key", "rotate", "--yes"]).expect(0);
    home.run(&["autosave", "disable", "--scope", "user"]).expect(0);
    home
}

fn anchors(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(home.join(".local/state/azvault/anchors")).unwrap();
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect()
}

/// My vault, with nothing but the keys that the agent holds.
fn by_agent(home: &Home) -> Ran {
    let mut command = home.command(&["context", "list"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
}

fn theirs(home: &Home, key: &Path, args: &[&str]) -> Ran {
    let vault = key.with_extension("db");
    let given = ["--vault", vault.to_str().unwrap(), "--key-file", key.to_str().unwrap()];
    let mut command = home.command(&[args, &given].concat());
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
}

#[test]
fn it_is_refused_and_changes_nothing_of_mine() {
    let home = my_home();
    let epoch = 2;
    home.run(&["unlock"]).expect(0);
    let before = anchors(&home);
    assert_eq!(before.len(), 1);
    for (number, epoch, generation) in [
        (0, epoch, 1),
        (1, epoch, 99),
        (2, epoch + 1, 1),
        (3, epoch + 1, 99),
        (4, epoch + 7, 1 << 40),
        (5, epoch - 1, 99),
    ] {
        let key = forge(&home.vault(), &home.join(&format!("team{number}.db")), epoch, generation);
        for args in [
            &["context", "list"][..],
            &["context", "list", "--no-agent"],
            &["unlock"],
            &["verify"],
            &["secret", "list"],
            &["autosave", "enable", "--scope", "user"],
            &["key", "rotate"],
            &["backup", "create"],
        ] {
            let refused = theirs(&home, &key, args);
            assert_eq!(refused.code, 8, "{args:?} {epoch} {generation}: {}", refused.stderr);
            assert!(anchors(&home) == before, "{args:?} {epoch} {generation}");
            by_agent(&home).expect(0);
            let mine = home.run(&["context", "list", "--no-agent"]).expect(0);
            assert_eq!(
                mine.stderr, "no contexts yet: azvault migrate\n",
                "{args:?} {epoch} {generation}"
            );
        }
        let refused = theirs(&home, &key, &["context", "list", "--no-agent"]);
        let hint = format!(
            "azvault --vault {} unlock --accept-rollback",
            key.with_extension("db").display()
        );
        refused.says("another vault with the id of one that this machine knows").says(&hint);
    }
}

#[test]
fn keys_of_it_that_the_agent_holds_are_not_taken_for_mine() {
    let home = my_home();
    home.run(&["unlock"]).expect(0);
    let key = forge(&home.vault(), &home.join("team.db"), 2, 99);
    // A person takes it for the right one. My keys stay all the same.
    let vault = home.join("team.db");
    let accept = ["unlock", "--accept-rollback", "--vault", vault.to_str().unwrap()];
    let accept = [&accept[..], &["--key-file", key.to_str().unwrap()]].concat();
    let said = home.on_terminal(&[("as well?", "y\r")], &accept);
    assert_eq!(said.code, 7, "{}", said.stdout);
    assert!(said.stdout.contains("the keys of another vault"), "{}", said.stdout);
    let next = "azvault lock, and then the command again; or add --no-agent";
    assert!(said.stdout.contains(next), "{}", said.stdout);
    by_agent(&home).expect(0);
    theirs(&home, &key, &["context", "list"]).expect(0);
    // Now its keys are held, and mine are not.
    home.run(&["lock"]).expect(0);
    theirs(&home, &key, &["unlock"]).expect(0);
    by_agent(&home).expect(14).says("locked");
    home.run(&["context", "list"]).expect(0);
    home.run(&["unlock"]).expect(7).says("the keys of another vault");
    // Its rotation leaves mine alone as well.
    home.run(&["lock"]).expect(0);
    home.run(&["unlock"]).expect(0);
    theirs(&home, &key, &["key", "rotate", "--yes"]).expect(0);
    by_agent(&home).expect(0);
    assert_eq!(anchors(&home).len(), 2);
}

#[test]
fn what_was_rotated_elsewhere_is_known_again_and_what_was_before_it_refused() {
    let home = Home::with_agent();
    let other = Home::with_agent();
    fs::create_dir_all(other.vault().parent().unwrap()).unwrap();
    let bring = |bytes: &[u8]| {
        fs::write(other.vault(), bytes).unwrap();
        fs::set_permissions(other.vault(), fs::Permissions::from_mode(0o600)).unwrap();
    };
    bring(&fs::read(home.vault()).unwrap());
    // The other machine knows it, and its agent holds the keys.
    fs::remove_dir_all(other.join(".local/state/azvault")).unwrap();
    other.run(&["unlock"]).expect(0).says("not seen before");
    let older = fs::read(home.vault()).unwrap();
    for _ in 0..2 {
        home.run(&["key", "rotate", "--yes"]).expect(0);
    }
    bring(&fs::read(home.vault()).unwrap());
    let seen = other.run(&["context", "list"]).expect(0);
    assert_eq!(seen.stderr, "no contexts yet: azvault migrate\n");
    other.run(&["unlock"]).expect(0);
    by_agent(&other).expect(0);
    assert_eq!(anchors(&other).len(), 1);
    bring(&older);
    other.run(&["context", "list"]).expect(8).says("older");
}
