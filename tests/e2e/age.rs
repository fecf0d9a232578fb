//! Ways to unlock by age: native recipients, SSH keys, both with a passphrase, kept when keys are rotated.

mod plugins;
mod tpm;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use azvault_test_support::{CHEAP, Home, Ran, has, ran};

use crate::key::slots;

/// Runs without the passphrase.
fn without(home: &Home, args: &[&str]) -> Ran {
    ran(home.command(args).env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
}

/// A native identity in a file, and its recipient: what the real age-keygen makes.
fn native(home: &Home, name: &str) -> (String, String) {
    let file = home.join(name);
    let made = Command::new("age-keygen").arg("-o").arg(&file).output().unwrap();
    assert!(made.status.success());
    (recipient_in(&file), file.to_str().unwrap().to_owned())
}

/// What stands behind `public key:` or `Recipient:` in an identity file.
fn recipient_in(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with('#') && line.contains("age1")).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

fn add(home: &Home, recipients: &[&str], more: &[&str]) -> Ran {
    home.run(&[&["key", "add", "age"], recipients, more].concat())
}

/// The version that the file says: bytes 60 to 63.
fn version(home: &Home) -> u8 {
    fs::read(home.vault()).unwrap()[63]
}

#[test]
fn each_identity_opens_the_vault_without_a_question() {
    if !has("age-keygen") {
        return;
    }
    let home = Home::with_vault();
    let ((one, its), (other, others)) = (native(&home, "one"), native(&home, "other"));
    assert_eq!(version(&home), 1);
    let said =
        add(&home, &[&one, &other], &["--new-identity", &its, "-o", "json"]).expect(0).json();
    assert_eq!((&said["id"], &said["kind"]), (&"2".into(), &"age".into()));
    // Releases that know version 1 alone refuse the file untouched, and say that it is newer.
    assert_eq!(version(&home), 2);

    // The place of one was kept, the other one is named.
    without(&home, &["verify"]).expect(0);
    without(&home, &["verify", "--age-identity", &others]).expect(0);
    let listed = home.json(&["key", "list"]);
    let age = &listed["keys"][1]["age"];
    assert_eq!(age["recipients"], serde_json::json!([one, other]));
    assert_eq!((&age["plugins"], &age["identity"]), (&serde_json::json!({}), &its.as_str().into()));
    home.run(&["audit", "log"]).expect(0);

    let (_, third) = native(&home, "third");
    let said = without(&home, &["verify", "--age-identity", &third]);
    said.expect(6).says("none of the identities is a recipient").says("--age-identity FILE");
    // Without the kept one there is nothing at hand, and no terminal.
    fs::remove_file(&its).unwrap();
    without(&home, &["verify"]).expect(14).says("azvault unlock");

    home.run(&["key", "remove", "2", "--yes"]).expect(0);
    assert_eq!(version(&home), 1);
}

#[test]
fn what_the_record_holds_is_a_file_that_the_real_age_decrypts() {
    if !has("age-keygen") || !has("age") {
        return;
    }
    let home = Home::with_vault();
    let (recipient, identity) = native(&home, "identity");
    add(&home, &[&recipient], &[]).expect(0).says("it was not tried");
    let script = format!(
        "import sqlite3, struct, json, base64, sys
row = sqlite3.connect('file:{}?mode=ro', uri=True).execute('SELECT box FROM slot WHERE kind = 6').fetchone()[0]
length = struct.unpack('>I', row[:4])[0]
sys.stdout.buffer.write(base64.b64decode(json.loads(row[4:4 + length])['file']))",
        home.vault().display()
    );
    let file = home.join("file.age");
    let read = Command::new("python3").args(["-c", &script]).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8(read.stderr).unwrap());
    fs::write(&file, read.stdout).unwrap();
    let value = Command::new("age").args(["-d", "-i", &identity]).arg(&file).output().unwrap();
    assert!(value.status.success(), "{}", String::from_utf8(value.stderr).unwrap());
    assert_eq!(value.stdout.len(), 32);
}

#[test]
fn an_ssh_key_opens_it_too() {
    if !has("ssh-keygen") {
        return;
    }
    for kind in ["ed25519", "rsa"] {
        let home = Home::with_vault();
        let key = home.join("id");
        let args = ["-q", "-t", kind, "-N", "", "-f"];
        assert!(Command::new("ssh-keygen").args(args).arg(&key).status().unwrap().success());
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        add(&home, &[public.trim()], &["--new-identity", key.to_str().unwrap()]).expect(0);
        without(&home, &["verify"]).expect(0);
    }
}

#[test]
fn with_a_passphrase_both_are_needed() {
    if !has("age-keygen") {
        return;
    }
    let home = Home::with_vault();
    let (recipient, identity) = native(&home, "identity");
    let new = home.secret_file("new", "a second passphrase of five words\n");
    let given = ["--and", "passphrase", "--new-passphrase-file", &new];
    add(&home, &[&recipient], &[&given[..], &CHEAP, &["--new-identity", &identity]].concat())
        .expect(0);
    assert_eq!(slots(&home), ["1 passphrase", "2 passphrase-and-age"]);
    let with = |passphrase: &str, identity: &[&str]| {
        let mut command = home.command(&[&["verify"], identity].concat());
        ran(command.env("AZVAULT_PASSPHRASE_FILE", passphrase).output().unwrap())
    };
    with(&new, &["--age-identity", &identity]).expect(0);
    // The passphrase alone does not, nor the identity with another one.
    with(&new, &[]).expect(6);
    let wrong = home.secret_file("wrong", "not that one\n");
    with(&wrong, &["--age-identity", &identity]).expect(6);
    without(&home, &["verify", "--age-identity", &identity]).expect(14);
}

#[test]
fn a_rotation_keeps_it_for_the_same_recipients_with_another_value() {
    if !has("age-keygen") {
        return;
    }
    let home = Home::with_vault();
    let (recipient, identity) = native(&home, "identity");
    add(&home, &[&recipient], &["--new-identity", &identity]).expect(0);
    let before = fs::read(home.vault()).unwrap();
    home.run(&["key", "rotate", "--keep-or-fail"]).expect(0);
    assert_eq!(slots(&home), ["1 passphrase", "2 age"]);
    without(&home, &["verify"]).expect(0);
    let after = fs::read(home.vault()).unwrap();
    let file = |bytes: &[u8]| {
        let at = memchr::memmem::find(bytes, b"{\"file\":\"").unwrap();
        bytes[at..at + 200].to_vec()
    };
    assert_ne!(file(&before), file(&after));
}

#[test]
fn what_is_no_recipient_or_identity_is_refused_and_not_shown() {
    if !has("age-keygen") {
        return;
    }
    let home = Home::with_vault();
    let (recipient, identity) = native(&home, "identity");
    let secret = fs::read_to_string(&identity).unwrap();
    let secret = secret.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let said = add(&home, &[secret], &[]).expect(2).says("this is an identity, which is secret");
    assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret));
    let said = add(&home, &["age1nonsense"], &[]).expect(2).says("no age recipient");
    said.says("age-keygen -y identity.txt, or the first lines of what a plugin made");
    add(&home, &[&recipient], &["--new-identity", home.vault().to_str().unwrap()])
        .expect(2)
        .says("is no identity file")
        .says("age-keygen -o identity.txt, or what your plugin makes: its own --generate");
    let folder = home.join("not text").with_file_name(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&folder).unwrap();
    let elsewhere = folder.join("identity");
    fs::copy(&identity, &elsewhere).unwrap();
    let mut command = home.command(&["key", "add", "age", &recipient, "--new-identity"]);
    let said = ran(command.arg(elsewhere).output().unwrap()).expect(2);
    said.says("mv it to a path of plain characters");
    let open = home.join("open");
    fs::copy(&identity, &open).unwrap();
    home.bash(&format!("chmod 644 {}", open.display())).expect(0);
    add(&home, &[&recipient], &["--new-identity", open.to_str().unwrap()]).expect(7);
    let (_, other) = native(&home, "other");
    add(&home, &[&recipient], &["--new-identity", &other]).expect(6);
    add(&home, &["age1azvaultmissing1qvpsxqcrqvpsxwp4s6y"], &[])
        .expect(13)
        .says("needs the plugin age-plugin-azvaultmissing")
        .says("install it, so that root alone can change it: command -v");
    assert_eq!(slots(&home), ["1 passphrase"]);
}
