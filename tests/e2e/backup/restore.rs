//! A backup that becomes the vault, or does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{content, create, generation, mode, names};
use azvault_test_support::{CHEAP, Home, Ran, ran};

/// Another machine: nothing but the backup and what opens it.
fn restore_elsewhere(backup: &Path, args: &[&str], passphrase: Option<&str>) -> (Home, Ran) {
    let other = Home::empty();
    let file = other.join("from-elsewhere.db");
    fs::copy(backup, &file).unwrap();
    // As it comes from a stick or from a web page.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    if let Some(text) = passphrase {
        fs::write(other.join("passphrase"), text).unwrap();
    }
    let mut command = other.command(&[&["backup", "restore", "from-elsewhere.db"], args].concat());
    if passphrase == Some("") {
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
    }
    let ran = ran(command.output().unwrap());
    (other, ran)
}

#[test]
fn a_backup_is_restored_on_a_second_machine_with_whatever_opens_the_vault() {
    let home = Home::empty();
    let (key, raw) = (home.join("key"), home.join("raw"));
    let (key, raw) = (key.to_str().unwrap(), raw.to_str().unwrap());
    let recovery = home.join("recovery");
    let recovery_file = recovery.to_str().unwrap();
    let init = ["init", "--recovery-file", recovery_file, "--raw-key-file", raw];
    home.run(&[&init[..], &["--key-file", key], &CHEAP].concat()).expect(0);
    let plain = Home::with_contexts();
    let content = content(&plain);

    // A passphrase alone.
    let backup = PathBuf::from(create(&plain));
    let (other, done) = restore_elsewhere(&backup, &["-o", "json"], None);
    let done = done.expect(0).json();
    assert_eq!((&done["rolled_back"], &done["kept"]), (&json!(false), &Value::Null));
    assert_eq!(done["generation"], generation(&plain) + 1);
    assert_eq!((mode(other.vault()), mode(other.vault().parent().unwrap())), (0o600, 0o700));
    let log = other.json(&["audit", "log", "--verb", "backup"]);
    assert_eq!(log["entries"][0]["verb"], "backup restore");
    let restored = (other.json(&["context", "list"]), other.json(&["secret", "list", "--reveal"]));
    assert_eq!(restored, content);
    let (other, done) = restore_elsewhere(&backup, &[], Some("wrong\n"));
    done.expect(6).says("from-elsewhere.db");
    assert!(!other.vault().exists());
    assert_eq!(names(other.vault().parent().unwrap()), [""; 0]);

    // A passphrase and a key file; a recovery code; a raw key.
    let backup = home.run(&["backup", "create", "--key-file", key, "-o", "json"]).expect(0).json();
    let backup = PathBuf::from(backup["backup"].as_str().unwrap());
    let code = fs::read_to_string(&recovery).unwrap();
    for (args, passphrase, code) in [
        (&["--key-file", key][..], None, 0),
        (&[], Some(&*code), 0),
        (&["--key-file", raw], Some(""), 0),
        // Neither of the two alone.
        (&[], None, 6),
        (&["--key-file", key], Some("wrong\n"), 6),
        (&["--key-file", key], Some(""), 14),
    ] {
        let (other, done) = restore_elsewhere(&backup, args, passphrase);
        done.expect(code);
        assert_eq!(other.vault().exists(), code == 0, "{args:?}");
    }
}

#[test]
fn a_vault_that_is_there_is_kept_and_never_replaced_unasked() {
    let home = Home::with_contexts();
    let backup = create(&home);
    let older = generation(&home);
    home.run(&["context", "remove", "gov"]).expect(0);
    let before = fs::read(home.vault()).unwrap();
    home.run(&["backup", "restore", &backup]).expect(9).says("--force");
    assert!(fs::read(home.vault()).unwrap() == before);
    home.run(&["unlock"]).expect(0);

    let accepted = older.to_string();
    let restore = ["backup", "restore", &backup, "--force", "--accept-older", &accepted];
    let done = home.json(&restore);
    assert_eq!(done["rolled_back"], true);
    assert_eq!(done["restored_generation"], older);
    assert_eq!(done["generation"], older + 2);
    // Its keys are the agent's no more.
    let mut command = home.command(&["context", "list"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
    // It is whole, it is the newest this machine has seen, and it tells of it.
    assert_eq!(generation(&home), older + 2);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 7);
    let entry = &home.json(&["audit", "log", "--verb", "backup restore"])["entries"][0];
    let what = format!("generation {older} in place of {}", older + 1);
    assert_eq!(entry["subjects"][0]["what"], what);
    assert_eq!(entry["subjects"][1]["what"], format!("file {backup}"));
    // What was there is a backup like any other.
    let kept = done["kept"].as_str().unwrap();
    assert!(fs::read(kept).unwrap() == before);
    assert_eq!(mode(kept), 0o600);
    let accepted = (older + 1).to_string();
    home.run(&["backup", "restore", kept, "--force", "--accept-older", &accepted]).expect(0);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 6);
    assert_eq!(generation(&home), older + 3);
    let list = home.json(&["backup", "list"]);
    assert!(list["backups"].as_array().unwrap().iter().all(|backup| backup["state"] == "whole"));
}

#[test]
fn a_vault_that_cannot_be_opened_is_replaced_and_what_lies_beside_it_goes_along() {
    let home = Home::with_contexts();
    let content = content(&home);
    let backup = create(&home);
    let accepted = generation(&home).to_string();
    let beside = |ending: &str| format!("{}{ending}", home.vault().display());
    for damage in ["wreck", "gone"] {
        fs::remove_file(home.vault()).unwrap();
        if damage == "wreck" {
            fs::write(home.vault(), "no vault any more").unwrap();
        }
        // Journals that SQLite would obey, or that keep a vault from being opened.
        fs::write(beside("-journal"), b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and more").unwrap();
        fs::write(beside("-wal"), "foreign").unwrap();
        // The second time this machine has seen more than the backup has.
        let restore = ["backup", "restore", &backup, "--force", "--accept-older", &accepted];
        let done = home.json(&restore);
        assert_eq!(done["kept"].is_null(), damage == "gone");
        assert!(!Path::new(&beside("-wal")).exists());
        home.run(&["verify"]).expect(0);
    }
    let secrets = home.json(&["secret", "list", "--reveal"]);
    assert_eq!((home.json(&["context", "list"]), secrets), content);
    home.run(&["backup", "list"]).expect(10);
}

#[test]
fn what_is_no_whole_backup_is_refused_and_the_vault_is_as_before() {
    let home = Home::with_contexts();
    let backup = create(&home);
    let whole = fs::read(&backup).unwrap();
    let edited = |sql: &str| {
        let file = home.join("edited.db");
        fs::write(&file, &whole).unwrap();
        rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        fs::read(&file).unwrap()
    };
    let before = fs::read(home.vault()).unwrap();
    let left = names(home.vault().parent().unwrap());
    let file = home.join("bad.db");
    let path = file.to_str().unwrap();
    for (what, bytes, code, says) in [
        ("nothing", Vec::new(), 8, "not a vault"),
        ("a text", b"not a vault at all".repeat(99), 8, "not a vault"),
        ("the half", whole[..whole.len() / 2].to_vec(), 8, "not as long"),
        ("more", [&whole[..], b"more"].concat(), 8, "not as long"),
        ("newer", edited("PRAGMA user_version = 99"), 8, "newer"),
        ("a trigger", edited("CREATE TRIGGER t AFTER INSERT ON record BEGIN SELECT 1; END"), 8, ""),
        ("a head", edited("UPDATE header SET head = zeroblob(length(head))"), 8, ""),
        ("a secret", edited("UPDATE secret SET box = zeroblob(length(box))"), 8, "bad.db"),
        ("a cost", edited("UPDATE slot SET m = 4294967295"), 8, "bounds"),
    ] {
        fs::write(&file, bytes).unwrap();
        home.run(&["backup", "restore", path, "--force"]).expect(code).says(says);
        assert!(fs::read(home.vault()).unwrap() == before, "{what}");
        assert_eq!(names(home.vault().parent().unwrap()), left, "{what}");
    }
    home.run(&["backup", "restore", "gone.db", "--force"]).expect(5);
    home.run(&["backup", "restore", ".", "--force"]).expect(7);
    assert!(Command::new("mkfifo").arg(home.join("fifo")).status().unwrap().success());
    home.run(&["backup", "restore", "fifo", "--force"]).expect(7);
    // Only the file itself counts: a journal beside it is somebody else's.
    fs::write(&file, &whole).unwrap();
    for ending in ["-journal", "-wal", "-shm"] {
        fs::write(format!("{path}{ending}"), "foreign").unwrap();
    }
    home.run(&["backup", "restore", path, "--force"]).expect(0);
    assert_eq!(fs::read(format!("{path}-journal")).unwrap(), b"foreign");
    assert!(fs::read(&file).unwrap() == whole);
    // A pin holds for what is restored too.
    let pin = home.run(&["status", "--anchor"]).expect(0).stdout;
    let other = format!("{}:0000-0000-0000-0000", pin.split(':').next().unwrap());
    home.run(&["backup", "restore", path, "--force", "--expect-vault", &other]).expect(8);
    home.run(&["backup", "restore", path, "--force", "--expect-vault", pin.trim()]).expect(8);
}
