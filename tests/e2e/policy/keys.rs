//! Policies about slots, and about how long and how dear keys are.

use std::process::Command;

use serde_json::{Value, json};

use super::init;
use crate::machine::{Machine, SYSTEM, can_be_made};
use azvault_test_support::{CHEAP, Home, ran};

#[test]
fn keys_are_held_no_longer_than_allowed() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("[unlock]\nidle = \"5m\"\nfor = \"1h\"\n");
    let home = Home::with_agent();
    for (args, line, next) in [
        (&["unlock", "--for", "61m"][..], 3, "azvault unlock --for 1h"),
        (&["unlock", "--idle", "6m"], 2, "azvault unlock --idle 5m"),
    ] {
        home.run(args).expect(0);
        home.run(&["lock"]).expect(0);
        machine.refuses(&home, &home.command(args), line).says(next);
        assert_eq!(home.json(&["status"])["agent"]["expires_s"], Value::Null, "nothing is held");
    }
    let unlock = |args: &[&str]| {
        let args = [&["unlock", "-o", "json"], args].concat();
        let held = machine.run(&home.command(&args)).expect(0).json();
        (held["idle_limit_s"].as_u64().unwrap(), held["expires_s"].as_u64().unwrap())
    };
    assert_eq!(unlock(&[]), (300, 3600));
    assert_eq!(unlock(&["--for", "30m"]), (300, 1800));
    assert_eq!(unlock(&["--for", "3m", "--idle", "1m"]), (60, 180));
    assert!(home.json(&["status"])["agent"]["expires_s"].as_u64().unwrap() <= 180);

    // Keys that were handed over before there was the policy are not used any longer.
    home.run(&["unlock", "--for", "8h"]).expect(0);
    let mut status = home.command(&["status", "-o", "json"]);
    status.env_remove("AZVAULT_PASSPHRASE_FILE");
    let state = |command: &Command| machine.run(command).expect(0).json()["state"].clone();
    assert_eq!(ran(status.output().unwrap()).json()["state"], "unlocked");
    let check = machine.run(&home.command(&["policy", "check"])).expect(10);
    assert!(check.stdout.contains("line 3: the agent holds the keys for longer: azvault lock"));
    assert_eq!(state(&status), "locked");
    assert_eq!(ran(status.output().unwrap()).json()["state"], "locked", "they are wiped");
}

#[test]
fn a_guess_at_a_new_vault_costs_enough_and_an_older_one_is_told_of() {
    if !can_be_made() {
        return;
    }
    for (policy, line) in [
        ("kdf.memory-mib = 20", 1),
        ("[kdf]\npasses = 3", 2),
        ("# work\n[kdf]\nproduct-mib = 57", 3),
    ] {
        let machine = Machine::with(policy);
        let home = Home::empty();
        machine.refuses(&home, &init(&home, &CHEAP), line);
        assert!(!home.vault().exists());
        let enough = ["--no-recovery", "--kdf-memory", "20", "--kdf-passes", "3"];
        machine.run(&init(&home, &enough)).expect(0);

        let home = Home::with_agent();
        let warned = machine.run(&home.command(&["unlock"])).expect(0);
        warned.says(&format!("weaker than {SYSTEM} line {line} allows: a guess has to cost"));
        let check = machine.run(&home.command(&["policy", "check"])).expect(10);
        assert!(check.stdout.contains(&format!("{SYSTEM} line {line}: key ")), "{}", check.stdout);
    }
}

#[test]
fn a_new_vault_has_the_slots_that_are_required_and_none_that_are_forbidden() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with(
        "[slots]\nrequired = [\"recovery-code\"]\nforbidden = [\"raw-key\", \"passphrase\"]",
    );
    let home = Home::empty();
    let key = home.join("key").to_str().unwrap().to_owned();
    let with = |more: &[&str]| init(&home, &[&CHEAP[..], more].concat());
    machine.refuses(&home, &with(&["--key-file", &key, "--no-recovery"]), 2).says("--no-recovery");
    machine.refuses(&home, &with(&["--key-file", &key, "--raw-key-file", "raw"]), 3);
    machine.refuses(&home, &with(&[]), 3);
    assert!(!home.vault().exists() && !home.join("key").exists() && !home.join("raw").exists());
    machine.run(&with(&["--key-file", &key, "--recovery-file", "code"])).expect(0);
    machine.run(&home.command(&["policy", "check", "--key-file", &key])).expect(0);

    let home = Home::with_vault();
    let check = machine.run(&home.command(&["policy", "check", "-o", "json"])).expect(10).json();
    let lines: Vec<_> = check["findings"].as_array().unwrap().iter().map(|f| &f["line"]).collect();
    assert_eq!(lines, [&json!(2), &json!(3)], "{check}");
    assert_eq!(check["findings"][0]["next"], "azvault key add recovery");
    // Slots can be seen from outside, contexts cannot.
    let mut check = home.command(&["policy", "check"]);
    check.env_remove("AZVAULT_PASSPHRASE_FILE");
    let check = machine.run(&check).expect(10).says("contexts were not looked at: azvault unlock");
    assert_eq!(check.stdout.lines().count(), 2);
}

#[test]
fn slots_are_neither_added_nor_removed_against_the_policy() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with(
        "kdf.passes = 3\n[slots]\nrequired = [\"recovery-code\"]\nforbidden = [\"raw-key\", \"keyring\"]",
    );
    let home = Home::with_vault();
    home.run(&["key", "add", "recovery", "--recovery-file", "code"]).expect(0);
    home.secret_file("new", "another passphrase\n");
    let list = home.json(&["key", "list"]);
    let kept = list["keys"].as_array().unwrap().iter().find(|key| key["kind"] == "recovery-code");
    let id = kept.unwrap()["id"].as_str().unwrap();
    let new = ["--new-passphrase-file", "new"];
    let weak = |verb: &[&'static str]| [verb, &new, &CHEAP].concat();
    for (args, line) in [
        (vec!["key", "add", "raw", "raw"], 4),
        (vec!["key", "add", "keyring"], 4),
        (weak(&["key", "add", "passphrase"]), 1),
        (weak(&["key", "add", "key-file", "key"]), 1),
        (weak(&["key", "passphrase"]), 1),
        (vec!["key", "remove", id, "--yes"], 3),
        (vec!["key", "rotate", "--no-recovery", "--yes"], 3),
    ] {
        machine.refuses(&home, &home.command(&args), line);
    }
    assert!(!home.join("raw").exists() && !home.join("key").exists());
    let enough = ["--kdf-memory", "19", "--kdf-passes", "3"];
    let add = [&["key", "add", "passphrase"][..], &new, &enough].concat();
    machine.run(&home.command(&add)).expect(0);
    machine.run(&home.command(&["key", "rotate", "--yes", "--recovery-file", "next"])).expect(0);
    home.run(&["key", "remove", id, "--yes"]).expect(0);
}
