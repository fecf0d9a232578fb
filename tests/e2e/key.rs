//! Ways to unlock: added, listed, changed, removed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azvault_test_support::{AgentHome, CHEAP, Home, PASSPHRASE, Ran, ran};

const OTHER: &str = "another passphrase of four words";

/// Runs with another passphrase than that of the home.
fn with(home: &Home, passphrase: &str, args: &[&str]) -> Ran {
    let file = home.secret_file("with", &format!("{passphrase}\n"));
    ran(home.command(args).env("AZVAULT_PASSPHRASE_FILE", file).output().unwrap())
}

/// Runs with a key file alone.
fn with_key(home: &Home, key: &str, args: &[&str]) -> Ran {
    let mut command = home.command(&[args, &["--key-file", key]].concat());
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
}

fn add(home: &Home, kind: &[&str], more: &[&str]) -> Ran {
    home.run(&[&["key", "add"], kind, more].concat())
}

/// Adds a passphrase from a file.
fn add_passphrase(home: &Home, more: &[&str]) -> Ran {
    let file = home.secret_file("new", &format!("{OTHER}\n"));
    add(home, &["passphrase", "--new-passphrase-file", &file], &[&CHEAP[..], more].concat())
}

/// Number and kind of each slot, as listed.
pub(crate) fn slots(home: &Home) -> Vec<String> {
    let listed = home.json(&["key", "list"]);
    let keys = listed["keys"].as_array().unwrap();
    keys.iter().map(|key| format!("{} {}", key["id"], key["kind"]).replace('"', "")).collect()
}

/// The recovery code in a file.
pub(crate) fn code(file: impl AsRef<Path>) -> String {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.trim().split('-').count(), 14);
    text.trim().to_owned()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_ways_to_unlock_are_listed_with_their_cost() {
    let home = Home::with_vault();
    let keys = home.json(&["key", "list"]);
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["kind"], "passphrase");
    assert_eq!(keys[0]["label"], "passphrase");
    assert_eq!(keys[0]["kdf"]["memory_kib"], 19 * 1024);
    assert_eq!(keys[0]["kdf"]["weak"], true);
    let said = home.run(&["key", "list"]).expect(0).says("weak");
    said.says("azvault key passphrase ID --kdf default");
}

#[test]
fn each_kind_that_is_added_opens_the_vault_and_stands_in_the_log() {
    let home = Home::with_vault();
    let (key_file, raw) = (home.join("key file"), home.join("raw"));
    let (key_file, raw) = (key_file.to_str().unwrap(), raw.to_str().unwrap());
    let new = home.secret_file("new", &format!("{OTHER}\n"));

    let said = add_passphrase(&home, &["--label", "of the team", "-o", "json"]).expect(0).json();
    assert_eq!((&said["id"], &said["kind"]), (&"2".into(), &"passphrase".into()));
    with(&home, OTHER, &["context", "list"]).expect(0);

    let from = ["--new-passphrase-file", &new];
    add(&home, &["key-file", key_file], &[&from[..], &CHEAP].concat()).expect(0);
    assert_eq!(mode(key_file), 0o600);
    with(&home, OTHER, &["context", "list", "--key-file", key_file]).expect(0);
    with(&home, PASSPHRASE, &["context", "list", "--key-file", key_file]).expect(6);

    let first = home.join("first");
    let first = ["recovery", "--recovery-file", first.to_str().unwrap()];
    let said = add(&home, &first, &[]).expect(0);
    let shown = code(first[2]);
    assert!(!said.stdout.contains(&shown) && !said.stderr.contains(&shown));
    with(&home, &shown, &["context", "list"]).expect(0);
    let file = home.join("recovery");
    add(&home, &["recovery", "--recovery-file", file.to_str().unwrap()], &[]).expect(0);
    assert_eq!(mode(&file), 0o600);
    with(&home, fs::read_to_string(&file).unwrap().trim(), &["context", "list"]).expect(0);

    add(&home, &["raw", raw], &["--label", "ci"]).expect(0);
    assert_eq!(mode(raw), 0o600);
    with_key(&home, raw, &["context", "list"]).expect(0);

    let expected = [
        "1 passphrase",
        "2 passphrase",
        "3 passphrase-and-key-file",
        "4 recovery-code",
        "5 recovery-code",
        "6 raw-key",
    ];
    assert_eq!(slots(&home), expected);
    let listed = home.json(&["key", "list"]);
    assert_eq!(listed["keys"][1]["label"], "of the team");
    assert_eq!(listed["keys"][5]["label"], "ci");
    let log = home.json(&["audit", "log", "--verb", "key add"]);
    let entries = log["entries"].as_array().unwrap();
    let said: Vec<_> = entries.iter().map(|e| e["subjects"][0]["what"].as_str().unwrap()).collect();
    assert_eq!(said[0], "slot 2 (passphrase \"of the team\")");
    assert_eq!(said[1], "slot 3 (passphrase and key file)");
    assert_eq!(said.len(), 5);

    // The key file that opens beside the passphrase is one more factor of what opens now, too.
    let more = home.join("more");
    let args = ["key", "add", "raw", more.to_str().unwrap(), "--key-file", key_file];
    with(&home, OTHER, &args).expect(0);
    // Each is let go of, and opens no more; the others do.
    for id in ["2", "3", "4", "5", "7"] {
        home.run(&["key", "remove", id, "--yes"]).expect(0).says("azvault key rotate");
    }
    with(&home, OTHER, &["context", "list"]).expect(6);
    with(&home, &shown, &["context", "list"]).expect(6);
    with_key(&home, more.to_str().unwrap(), &["context", "list"]).expect(6);
    with_key(&home, raw, &["context", "list"]).expect(0);
    home.run(&["verify"]).expect(0);
}

#[test]
fn a_new_passphrase_costs_the_default_whatever_the_file_has() {
    let home = Home::with_vault();
    let new = home.secret_file("new", &format!("{OTHER}\n"));
    add(&home, &["passphrase", "--new-passphrase-file", &new], &[]).expect(0);
    let listed = home.json(&["key", "list"]);
    assert_eq!(listed["keys"][1]["kdf"]["memory_kib"], 256 * 1024);
    assert_eq!(listed["keys"][1]["kdf"]["passes"], 3);
    // Once the weakest is better, nothing below it is taken any more.
    home.run(&["key", "passphrase", "1", "--kdf-memory", "32", "--kdf-passes", "2"]).expect(0);
    add_passphrase(&home, &[]).expect(7).says("32768 KiB and 2 passes");
    assert_eq!(slots(&home).len(), 2);
}

#[test]
fn nothing_is_written_over_and_nothing_is_added_where_a_file_cannot_be_written() {
    let home = Home::with_vault();
    let taken = home.secret_file("taken", "mine");
    let nowhere = home.join("no folder/key");
    for (file, code) in [(taken.as_str(), 9), (nowhere.to_str().unwrap(), 1)] {
        add(&home, &["raw", file], &[]).expect(code);
        add(&home, &["recovery", "--recovery-file", file], &[]).expect(code);
        home.run(&["key", "rotate", "--recovery-file", file]).expect(2).says("key add recovery");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    assert_eq!(slots(&home), ["1 passphrase"]);
    let new = home.secret_file("new", &format!("{OTHER}\n"));
    // What is no key file is none, and is left as it is.
    let from = ["--new-passphrase-file", new.as_str()];
    add(&home, &["key-file", &taken], &from).expect(6);
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    assert_eq!(slots(&home), ["1 passphrase"]);
}

#[test]
fn what_cannot_be_right_is_refused() {
    let home = Home::with_vault();
    let raw = home.join("raw");
    let raw = raw.to_str().unwrap();
    let empty = home.secret_file("empty", "\n");
    with(&home, "wrong", &["key", "add", "raw", raw]).expect(6);
    add(&home, &["passphrase", "--new-passphrase-file", "nowhere"], &CHEAP).expect(5);
    add(&home, &["passphrase", "--new-passphrase-file", &empty], &CHEAP).expect(6);
    add(&home, &["passphrase"], &CHEAP).expect(14).says("--new-passphrase-file");
    add_passphrase(&home, &["--kdf", "default"]).expect(2);
    add(&home, &["passphrase", "--kdf-memory", "1", "--kdf-passes", "1"], &[]).expect(2);
    for label in ["", "a\nb", &"x".repeat(65)] {
        add(&home, &["raw", raw, "--label", label], &[]).expect(2);
    }
    add(&home, &["raw", raw], &["--vault", "nowhere"]).expect(5);
    assert!(!Path::new(raw).exists());
    for id in ["2", "-1", "9223372036854775807"] {
        home.run(&["key", "remove", "--yes", "--", id]).expect(5).says("azvault key list");
        home.run(&["key", "passphrase", "--", id]).expect(5);
    }
    home.run(&["key", "remove", "one"]).expect(2);
    assert_eq!(slots(&home), ["1 passphrase"]);
}

#[test]
fn the_last_way_to_unlock_stays() {
    let home = Home::with_vault();
    home.run(&["key", "remove", "1", "--yes"]).expect(7).says("would open the vault any more");
    let raw = home.join("raw");
    add(&home, &["raw", raw.to_str().unwrap()], &[]).expect(0);
    // Asked for, and nobody is there.
    home.run(&["key", "remove", "1"]).expect(14).says("which opened the vault just now");
    home.run(&["key", "remove", "2"]).expect(14).says("Remove slot 2 (raw key)?");
    let removed = home.run(&["key", "remove", "1", "--yes"]).expect(0);
    assert_eq!(removed.stdout, "removed slot 1 (passphrase), which opened the vault just now\n");
    home.run(&["context", "list"]).expect(6);
    with_key(&home, raw.to_str().unwrap(), &["key", "remove", "2", "--yes"]).expect(7);
    with_key(&home, raw.to_str().unwrap(), &["verify"]).expect(0);
}

#[test]
fn the_33rd_slot_and_the_ninth_passphrase_are_refused() {
    let home = Home::with_vault();
    for _ in 2..=8 {
        add_passphrase(&home, &[]).expect(0);
    }
    add_passphrase(&home, &[]).expect(7).says("8 slots of this kind");
    for number in 9..=32 {
        let file = home.join(&format!("raw-{number}"));
        add(&home, &["raw", file.to_str().unwrap()], &[]).expect(0);
    }
    assert_eq!(slots(&home).len(), 32);
    let file = home.join("raw-33");
    add(&home, &["raw", file.to_str().unwrap()], &[]).expect(7).says("32 slots");
    assert!(!file.exists());
    add(&home, &["recovery", "--recovery-file", "code"], &[]).expect(7);
    // All of them are taken along by a rotation, by what opens them.
    let files: Vec<_> = (9..=32).map(|number| home.join(&format!("raw-{number}"))).collect();
    let mut args = vec!["key", "rotate", "--keep-or-fail"];
    for file in &files {
        args.extend(["--also", file.to_str().unwrap()]);
    }
    home.run(&args).expect(7).says("slot 2 (passphrase)");
    let new = home.secret_file("new", &format!("{OTHER}\n"));
    args.extend(["--also", &new]);
    home.run(&args).expect(0);
    assert_eq!(slots(&home).len(), 32);
    with_key(&home, files[20].to_str().unwrap(), &["verify"]).expect(0);
}

#[test]
fn a_passphrase_is_changed_by_whoever_knows_it() {
    let home = Home::with_vault();
    let new = home.secret_file("new", &format!("{OTHER}\n"));
    let change = ["key", "passphrase", "--new-passphrase-file", &new];
    let cheap = [&change[..], &CHEAP].concat();
    with(&home, "wrong", &cheap).expect(6);
    home.run(&["context", "list"]).expect(0);
    let said = home.run(&[&cheap[..], &["-o", "json"]].concat()).expect(0);
    assert_eq!((&said.json()["id"], &said.json()["memory_kib"]), (&"1".into(), &19456.into()));
    home.run(&["context", "list"]).expect(6);
    with(&home, OTHER, &["context", "list"]).expect(0);
    let log = with(&home, OTHER, &["audit", "log", "-o", "json"]).expect(0).json();
    assert_eq!(log["entries"][0]["verb"], "key passphrase");

    // That of another slot does not change this one, and what is no passphrase has none to change.
    let raw = home.join("raw");
    with(&home, OTHER, &["key", "add", "raw", raw.to_str().unwrap()]).expect(0);
    let first = home.secret_file("first", &format!("{PASSPHRASE}\n"));
    let added = ["key", "add", "passphrase", "--new-passphrase-file", &first];
    with(&home, OTHER, &[&added[..], &CHEAP].concat()).expect(0);
    let of_third = ["key", "passphrase", "3", "--new-passphrase-file", &new];
    with(&home, OTHER, &of_third).expect(6);
    with(&home, OTHER, &["key", "passphrase", "2", "--kdf", "default"]).expect(2);
    with_key(&home, raw.to_str().unwrap(), &["key", "passphrase"]).expect(2);
    with_key(&home, raw.to_str().unwrap(), &["key", "passphrase", "1"]).expect(6);
    home.run(&["context", "list"]).expect(0);
    with(&home, OTHER, &["context", "list"]).expect(0);
}

#[test]
fn a_weak_derivation_is_named_on_unlocking_with_the_command_that_mends_it() {
    let home = AgentHome::with_vault();
    let said = ran(home.given(&["unlock"]).output().unwrap()).expect(0);
    let command = said.stderr.lines().find_map(|line| line.split_once("to fix it: azvault "));
    let command: Vec<&str> = command.unwrap().1.split(' ').collect();
    assert_eq!(command, ["key", "passphrase", "1", "--kdf", "default"]);
    let said = home.run(&command).expect(0);
    assert_eq!(said.stdout, "slot 1 (passphrase) has the same passphrase, at 256 MiB, 3 passes\n");
    let said = ran(home.given(&["unlock"]).output().unwrap()).expect(0);
    assert!(!said.stderr.contains("weak"), "{}", said.stderr);
    assert_eq!(home.json(&["key", "list"])["keys"][0]["kdf"]["weak"], false);
}

#[test]
fn the_agent_is_no_way_to_the_slots_but_enough_to_let_one_go() {
    let home = AgentHome::with_vault();
    home.unlock();
    let raw = home.join("raw");
    let add = ["key", "add", "raw", raw.to_str().unwrap()];
    for args in [&add[..], &["key", "rotate"], &["key", "passphrase"]] {
        home.alone(args).expect(14);
    }
    assert!(!raw.exists());
    let typed = format!("{PASSPHRASE}\n");
    let said = home.on_terminal(&[("Passphrase of the vault: ", &typed)], &add).expect(0);
    assert!(said.stdout.contains("the agent never has the master key"), "{}", said.stdout);
    home.alone(&["key", "remove", "2", "--yes"]).expect(0);
    assert_eq!(slots(&home), ["1 passphrase"]);
}

#[test]
fn on_a_terminal_the_new_passphrase_is_typed_twice() {
    let home = AgentHome::with_vault();
    let (old, new) = (format!("{PASSPHRASE}\n"), format!("{OTHER}\n"));
    let add = [&["key", "add", "passphrase"], &CHEAP[..]].concat();
    let steps = [
        ("Passphrase of the vault: ", "wrong\n"),
        ("Passphrase of the vault: ", &old),
        ("Passphrase (empty: generate one): ", "short\n"),
        ("too easy to guess: about", "another passphrase\n"),
        ("Use it all the same?", "n\n"),
        ("Passphrase (empty: generate one): ", &new),
        ("Once more: ", "another one\n"),
        ("the two differ", &new),
        ("Once more: ", &new),
    ];
    let shown = home.on_terminal(&steps, &add).expect(0).stdout;
    for secret in [OTHER, PASSPHRASE] {
        assert!(!shown.contains(secret), "{shown}");
    }
    with(&home, OTHER, &["context", "list"]).expect(0);
    // Broken off: nothing changed.
    let steps = [steps[1], ("Passphrase (empty: generate one): ", "\u{3}")];
    home.on_terminal(&steps, &add).expect(3);
    home.on_terminal(&steps, &["key", "passphrase"]).expect(3);
    assert_eq!(slots(&home).len(), 2);

    // A change, and new keys in the same breath: the other slot is asked for, and let go.
    let third = "a third passphrase of words\n";
    let steps = [
        ("Passphrase of the vault: ", old.as_str()),
        ("Passphrase (empty: generate one): ", third),
        ("Once more: ", third),
        ("Rotate the keys as well?", "y\n"),
        ("Passphrase of slot 2 \"passphrase\" (empty: let it go): ", "wrong\n"),
        ("wrong passphrase", "\n"),
        ("These go, their secret is not at hand: slot 2 (passphrase). Rotate?", "y\n"),
    ];
    let changed = home.on_terminal(&steps, &["key", "passphrase", "1"]).expect(0).stdout;
    assert!(changed.contains("slot 2 (passphrase) opens the vault no more"), "{changed}");
    // Who typed has the agent hold the new keys.
    home.alone(&["verify"]).expect(0);
    home.run(&["context", "list", "--no-agent"]).expect(6);
    with(&home, third.trim(), &["context", "list", "--no-agent"]).expect(0);
}
