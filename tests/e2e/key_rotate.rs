//! New keys: what is there afterwards, what opens it, and who is told.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::key::{code, slots};
use azvault_test_support::{AgentHome, CHEAP, Home, PASSPHRASE, Ran, all_bytes, contains, ran};

const OTHER: &str = "another passphrase of four words";

fn migrated() -> Home {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

fn with(home: &Home, passphrase: &str, args: &[&str]) -> Ran {
    let file = home.secret_file("with", &format!("{passphrase}\n"));
    ran(home.command(args).env("AZVAULT_PASSPHRASE_FILE", file).output().unwrap())
}

fn values(home: &Home) -> Vec<String> {
    let listed = home.json(&["secret", "list", "--reveal"]);
    let secrets = listed["secrets"].as_array().unwrap();
    let mut values: Vec<_> =
        secrets.iter().map(|s| format!("{} {}", s["id"], s["value"])).collect();
    values.sort_unstable();
    values
}

/// A vault with two slots of each kind that a file can hold. Gives what opens the second ones, and
/// the first recovery code.
fn with_slots(home: &Home) -> ([String; 3], String) {
    let new = home.secret_file("new", &format!("{OTHER}\n"));
    let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
    let (key_file, raw, first) = (path("key file"), path("raw"), path("raw-1"));
    let from = [&["--new-passphrase-file", new.as_str()], &CHEAP[..]].concat();
    home.run(&[&["key", "add", "passphrase"], &from[..]].concat()).expect(0);
    home.run(&[&["key", "add", "key-file", &key_file], &from[..]].concat()).expect(0);
    home.run(&["key", "add", "raw", &first, "--label", "old ci"]).expect(0);
    home.run(&["key", "add", "raw", &raw, "--label", "ci"]).expect(0);
    for name in ["code-1", "code-2"] {
        home.run(&["key", "add", "recovery", "--recovery-file", &path(name)]).expect(0);
    }
    ([new, key_file, raw], code(path("code-1")))
}

#[test]
fn everything_is_there_afterwards_and_the_credentials_are_named_newest_first() {
    let home = migrated();
    let before = values(&home);
    let old = fs::read(home.vault()).unwrap();
    let said = home.run(&["key", "rotate", "-o", "json"]).expect(0);
    let document = said.json();
    assert_eq!(document["epoch"], 2);
    assert_eq!(document["kept"][0]["kind"], "passphrase");
    assert_eq!(document["dropped"].as_array().unwrap().len(), 0);
    let readable = document["readable"].as_array().unwrap();
    assert_eq!(readable.len(), before.len());
    let times: Vec<_> = readable.iter().map(|one| one["created"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    for field in ["id", "kind", "account", "tenant", "expires_on"] {
        assert!(readable[0].get(field).is_some(), "{field}");
    }
    assert!(readable.iter().all(|one| one.get("value").is_none()));
    said.says("does not revoke credentials").says("revokeSignInSessions");

    home.run(&["verify"]).expect(0);
    assert_eq!(values(&home), before);
    let migration = home.json(&["migrate", "list"])["migrations"][0]["id"].clone();
    home.run(&["migrate", "verify", migration.as_str().unwrap()]).expect(0);
    let log = home.json(&["audit", "log", "--verb", "key rotate"]);
    assert_eq!(log["entries"][0]["subjects"][0]["what"], "kept slot 1 (passphrase)");
    home.run(&["audit", "verify"]).expect(0);

    let table = home.run(&["key", "rotate"]).expect(0);
    let rows: Vec<&str> = table.stdout.lines().collect();
    assert!(rows[0].trim_start().starts_with("KIND"), "{}", table.stdout);
    assert_eq!(rows.len(), 1 + before.len());
    // Originals are taken along.
    fs::remove_dir_all(home.join(".Azure")).unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert!(home.join(".Azure/AzureRmContext.json").exists());

    // The file from before is an older one here, and where nobody has seen the new one it opens:
    // what was copied stays readable, which is why the credentials are named.
    fs::write(home.vault(), &old).unwrap();
    home.run(&["context", "list"]).expect(8).says("older");
    let elsewhere = Home::empty();
    fs::create_dir_all(elsewhere.vault().parent().unwrap()).unwrap();
    fs::write(elsewhere.vault(), &old).unwrap();
    fs::set_permissions(elsewhere.vault(), fs::Permissions::from_mode(0o600)).unwrap();
    elsewhere.run(&["context", "list"]).expect(0);
}

#[test]
fn slots_stay_whose_secret_is_at_hand_and_the_others_are_named() {
    let home = migrated();
    let ([new, key_file, raw], shown) = with_slots(&home);
    let all = slots(&home);
    assert_eq!(all.len(), 7);
    let also = ["--also", &new, "--also", &key_file, "--also", &raw];
    let rotate = [&["key", "rotate"], &also[..]].concat();
    // The first raw key is nowhere, and only one recovery code takes the place of two.
    let before = fs::read(home.vault()).unwrap();
    let others = "slot 4 (raw key \"old ci\"), slot 7 (recovery code)";
    home.run(&rotate).expect(14).says(others);
    home.run(&[&rotate[..], &["--keep-or-fail"]].concat()).expect(7).says(others);
    home.run(&[&rotate[..], &["--keep-or-fail", "--yes"]].concat()).expect(2);
    home.run(&[&rotate[..], &["--also", "nowhere"]].concat()).expect(5);
    let taken = home.secret_file("taken", "mine");
    home.run(&[&rotate[..], &["--yes", "--recovery-file", &taken]].concat()).expect(9);
    // A fresh code that nobody would see.
    let hint = "azvault key rotate --recovery-file FILE, or azvault key rotate --no-recovery";
    home.run(&[&rotate[..], &["--yes"]].concat()).expect(14).says(hint);
    assert!(fs::read(home.vault()).unwrap() == before);

    let in_file = ["--yes", "-o", "json", "--recovery-file", "code-3"];
    let said = home.run(&[&rotate[..], &in_file].concat()).expect(0);
    let document = said.json();
    assert_eq!(document["kept"].as_array().unwrap().len(), 5);
    assert_eq!(document["dropped"][0]["label"], "old ci");
    let fresh = code(home.join("code-3"));
    said.says("slot 4 (raw key \"old ci\") opens the vault no more");
    let expected: Vec<_> = all.iter().filter(|slot| !["4", "7"].contains(&&slot[..1])).collect();
    assert_eq!(slots(&home).iter().collect::<Vec<_>>(), expected);
    let alone = |file: &str| {
        let mut command = home.command(&["verify", "--key-file", file]);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
    };
    alone(&raw).expect(0);
    alone(home.join("raw-1").to_str().unwrap()).expect(6);
    with(&home, OTHER, &["verify"]).expect(0);
    with(&home, OTHER, &["verify", "--key-file", &key_file]).expect(0);
    with(&home, &fresh, &["verify"]).expect(0);
    with(&home, &shown, &["verify"]).expect(6);
    assert_eq!(home.json(&["key", "list"])["keys"][3]["label"], "ci");
    let log = home.json(&["audit", "log", "--verb", "key rotate"]);
    let subjects = log["entries"][0]["subjects"].as_array().unwrap();
    assert_eq!(subjects.last().unwrap()["what"], "dropped slot 7 (recovery code)");

    // The code in a file, by a raw key that opened, and then no code at all.
    let file = home.join("fresh");
    let by_raw = ["key", "rotate", "--key-file", &raw, "--recovery-file", file.to_str().unwrap()];
    let mut command = home.command(&[&by_raw[..], &["--yes"]].concat());
    let ran_it = ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0);
    let written = fs::read_to_string(&file).unwrap();
    assert!(!ran_it.stderr.contains(written.trim()));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    with(&home, written.trim(), &["verify"]).expect(0);
    home.run(&["verify"]).expect(6);
    // That a recovery code goes unreplaced was asked for: it is no reason to ask.
    let mut command =
        home.command(&["key", "rotate", "--key-file", &raw, "--no-recovery", "--keep-or-fail"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0);
    with(&home, written.trim(), &["verify"]).expect(6);
    alone(&raw).expect(0);
}

#[test]
fn the_agent_lets_go_of_the_old_keys_and_old_keys_are_said_to_be_old() {
    let home = AgentHome::migrated();
    home.unlock();
    let old = home.keys().concat();
    home.alone(&["context", "list"]).expect(0);
    ran(home.given(&["key", "rotate"]).output().unwrap()).expect(0);
    assert!(!home.holds_keys());
    home.alone(&["context", "list"]).expect(14).says("azvault unlock");
    // Should an agent have them all the same, they are not used.
    home.unlock();
    home.client().lock().unwrap();
    home.hold(1, &old).unwrap();
    home.alone(&["context", "list"]).expect(14).says("azvault unlock");
    home.run(&["context", "list"]).expect(0);

    // A command that opened the vault before: it stops at the pipe, and the keys change meanwhile.
    let pipe = home.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let add = ["key", "add", "passphrase", "--new-passphrase-file", pipe.to_str().unwrap()];
    let mut command = home.given(&[&add[..], &CHEAP].concat());
    let late = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Opened for writing only once the command opens it for reading, behind its unlocking.
    let mut end = fs::File::options().write(true).open(&pipe).unwrap();
    ran(home.given(&["key", "rotate"]).output().unwrap()).expect(0);
    writeln!(end, "{OTHER}").unwrap();
    drop(end);
    let late = ran(late.wait_with_output().unwrap()).expect(6);
    late.says("the keys of the vault were rotated").says("azvault unlock");
    assert_eq!(slots(&home), ["1 passphrase"]);
    home.verify();
}

#[test]
fn no_secret_of_a_slot_is_in_what_is_printed_or_lies_beside_the_vault() {
    let home = migrated();
    let ([new, key_file, raw], _) = with_slots(&home);
    let also = ["--also", &new, "--also", &key_file, "--also", &raw];
    // Beside the home: below it every file is looked at.
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("fresh");
    let rotate = ["key", "rotate", "--yes", "-vv", "--recovery-file", file.to_str().unwrap()];
    let said = home.run(&[&rotate, &also[..]].concat()).expect(0);
    let fresh = code(file);
    let texts = [&key_file, &raw].map(|file| fs::read_to_string(file).unwrap());
    for secret in [PASSPHRASE, OTHER, texts[0].trim(), texts[1].trim()] {
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret));
    }
    assert_eq!(said.stderr.matches(&fresh).count(), 0);
    let own = all_bytes(&home.join(".local"));
    assert!(own.iter().any(|(path, _)| path.ends_with("vault.db")));
    for (path, bytes) in own {
        for secret in [PASSPHRASE, OTHER, texts[0].trim(), texts[1].trim(), &fresh] {
            assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(!name.starts_with(".azvault-"), "{name} was left");
    }
}
