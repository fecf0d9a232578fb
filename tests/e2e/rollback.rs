//! A vault that is older than, or another one than, what this machine has seen.

use std::fs;

use azvault_test_support::{CHEAP, Home, PASSPHRASE, Ran, ran};

const HINT: &str = "azvault unlock --accept-rollback";

/// Something that changes the vault.
fn change(home: &Home, autosave: &str) {
    home.run(&["autosave", autosave, "--scope", "user"]).expect(0);
}

fn generation(home: &Home) -> u64 {
    home.json(&["verify"])["generation"].as_u64().unwrap()
}

/// Runs on a terminal, on which somebody types that.
fn on_terminal(home: &Home, typed: &str, words: &str) -> Ran {
    let line = format!(
        "printf '{typed}' | script --quiet --return --echo never --command '{words}' /dev/null"
    );
    ran(home.script(&line).output().unwrap())
}

/// A home whose vault was put back to what it was two changes ago; the newer one.
fn rolled_back() -> (Home, Vec<u8>) {
    let home = Home::with_agent();
    let older = fs::read(home.vault()).unwrap();
    change(&home, "disable");
    change(&home, "enable");
    let newer = fs::read(home.vault()).unwrap();
    fs::write(home.vault(), older).unwrap();
    (home, newer)
}

/// A home whose vault is another one, at the generation that was seen; that one.
fn forked() -> (Home, Vec<u8>) {
    let home = Home::with_agent();
    let common = fs::read(home.vault()).unwrap();
    change(&home, "disable");
    let seen = fs::read(home.vault()).unwrap();
    let elsewhere = another_machine(&home);
    fs::write(elsewhere.vault(), common).unwrap();
    change(&elsewhere, "enable");
    fs::copy(elsewhere.vault(), home.vault()).unwrap();
    (home, seen)
}

/// Another home with a copy of the vault.
fn another_machine(home: &Home) -> Home {
    let other = Home::empty();
    fs::create_dir_all(other.vault().parent().unwrap()).unwrap();
    fs::copy(home.vault(), other.vault()).unwrap();
    other
}

#[test]
fn an_older_vault_and_a_fork_are_refused_by_every_command_with_the_way_out() {
    for (home, _) in [rolled_back(), forked()] {
        let before = fs::read(home.vault()).unwrap();
        for command in [
            &["context", "list"][..],
            &["status"],
            &["unlock"],
            &["verify"],
            &["verify", "--quick"],
            &["secret", "list", "--reveal", "-o", "json"],
            &["autosave", "disable", "--scope", "user"],
            &["backup", "create"],
        ] {
            home.run(command).expect(8).says(HINT);
        }
        assert!(fs::read(home.vault()).unwrap() == before);
        assert!(!home.join(".local/share/azvault/backups").exists());
    }
}

#[test]
fn keys_of_the_agent_open_no_older_vault_either() {
    let home = Home::with_agent();
    let older = fs::read(home.vault()).unwrap();
    home.run(&["unlock"]).expect(0);
    change(&home, "disable");
    fs::write(home.vault(), older).unwrap();
    let mut command = home.command(&["context", "list"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(8).says(HINT);
}

#[test]
fn only_a_person_accepts_an_older_vault() {
    for (home, _) in [rolled_back(), forked()] {
        let before = fs::read(home.vault()).unwrap();
        home.run(&["unlock", "--accept-rollback"]).expect(14).says("in a terminal");
        let unasked = "azvault unlock --accept-rollback --no-input";
        on_terminal(&home, "", unasked).expect(14);
        on_terminal(&home, "n\\n", "azvault unlock --accept-rollback").expect(3);
        assert!(fs::read(home.vault()).unwrap() == before);
        home.run(&["context", "list"]).expect(8);
    }
}

#[test]
fn an_accepted_vault_goes_on_beyond_what_was_seen_and_tells_of_it() {
    for ((home, newer), what, wanted) in [
        (rolled_back(), "generation 1 in place of 3", 4),
        (forked(), "another generation 2 in its place", 3),
    ] {
        let said = on_terminal(&home, "y\\n", "azvault unlock --accept-rollback").expect(0);
        assert!(said.stdout.contains("Go on with"), "{}", said.stdout);
        assert!(said.stdout.contains("unlocked for"), "{}", said.stdout);
        // The agent holds the keys, and no command asks again.
        let mut command = home.command(&["context", "list"]);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0);
        assert_eq!(generation(&home), wanted);
        let log = home.json(&["audit", "log", "--verb", "unlock"]);
        let entries = log["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["verb"], "unlock accept-rollback");
        assert_eq!(entries[0]["generation"], wanted);
        assert_eq!(entries[0]["subjects"][0]["what"], what);
        // The other future is the older one now.
        let accepted = fs::read(home.vault()).unwrap();
        fs::write(home.vault(), newer).unwrap();
        home.run(&["context", "list"]).expect(8).says(HINT);
        fs::write(home.vault(), accepted).unwrap();
        home.run(&["context", "list"]).expect(0);
    }
}

#[test]
fn where_there_is_nothing_to_accept_nothing_is_accepted() {
    let home = Home::with_agent();
    let before = fs::read(home.vault()).unwrap();
    let said = on_terminal(&home, "y\\n", "azvault unlock --accept-rollback").expect(0);
    assert!(said.stdout.contains("nothing to accept"), "{}", said.stdout);
    assert!(fs::read(home.vault()).unwrap() == before);
    fs::write(home.join("passphrase"), "wrong\n").unwrap();
    on_terminal(&home, "y\\n", "azvault unlock --accept-rollback --no-agent").expect(2);
    on_terminal(&home, "y\\n", "azvault unlock --accept-rollback").expect(6);
}

#[test]
fn a_new_machine_is_shown_the_fingerprint_once() {
    let home = Home::with_vault();
    let said = home.run(&["context", "list"]).expect(0);
    assert!(!said.stderr.contains("not seen before"), "the machine made it: {}", said.stderr);
    let mark = home.json(&["verify"])["fingerprint"].as_str().unwrap().to_owned();
    let other = another_machine(&home);
    let first = other.run(&["context", "list"]).expect(0).says(&mark).says("not seen before");
    assert_eq!(first.stdout, said.stdout);
    let second = other.run(&["context", "list"]).expect(0);
    assert!(!second.stderr.contains(&mark), "{}", second.stderr);
}

#[test]
fn a_broken_anchor_is_as_none_and_is_told() {
    let home = Home::with_vault();
    let older = fs::read(home.vault()).unwrap();
    change(&home, "disable");
    let folder = home.join(".local/state/azvault/anchors");
    let anchor = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let honest = fs::read_to_string(&anchor).unwrap();
    for broken in ["", "{", &honest.replace("\"generation\":2", "\"generation\":9")] {
        fs::write(&anchor, broken).unwrap();
        home.run(&["context", "list"]).expect(0).says("warning:").says("damaged");
        // It is mended by that.
        let again = home.run(&["context", "list"]).expect(0);
        assert!(!again.stderr.contains("damaged"), "{}", again.stderr);
    }
    fs::write(home.vault(), older).unwrap();
    home.run(&["context", "list"]).expect(8);
}

#[test]
fn a_machine_that_cannot_remember_says_so() {
    let home = Home::with_vault();
    fs::remove_dir_all(home.join(".local/state/azvault")).unwrap();
    // Where no file can grow: a limit that binds root as well as anybody.
    let full = home.bash("trap '' XFSZ; ulimit -f 0; exec azvault context list");
    full.expect(0).says("cannot remember the vault");
    home.run(&["context", "list"]).expect(0).says("not seen before");
}

#[test]
fn an_expected_vault_is_let_in_and_any_other_is_refused() {
    let home = Home::with_agent();
    change(&home, "disable");
    let pin = home.run(&["status", "--anchor"]).expect(0).stdout.trim().to_owned();
    assert_eq!(home.json(&["status"])["anchor"], pin.as_str());
    let parts: Vec<&str> = pin.split(':').collect();
    let (id, mark) = (parts[0], parts[1]);
    assert_eq!(parts[2], "2");
    let other_id = format!("{}:{mark}", "0".repeat(32));
    let other_mark = format!("{id}:0000-0000-0000-0000");
    let newer = format!("{id}:{mark}:3");
    let bare = format!("{id}:{mark}");
    let with = |pin: &str, more: &[&str]| {
        home.run(&[&["context", "list", "--expect-vault", pin], more].concat())
    };
    for more in [&["--no-agent"][..], &[]] {
        if more.is_empty() {
            home.run(&["unlock"]).expect(0);
        }
        with(&pin, more).expect(0);
        with(&bare, more).expect(0);
        with(&other_id, more).expect(8).says("its id");
        with(&other_mark, more).expect(8).says("fingerprint");
        with(&newer, more).expect(8).says("older (2)");
    }
    // Nobody is asked for a passphrase for another vault.
    let mut command = home.command(&["context", "list", "--expect-vault", &other_id]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(8);
    // The variable does the same, for what only looks too.
    for args in [&["status"][..], &["unlock"], &["lock"], &["verify"], &["exec", "--", "true"]] {
        let mut command = home.command(args);
        ran(command.env("AZVAULT_EXPECT_VAULT", &other_id).output().unwrap()).expect(8);
    }
    let mut command = home.command(&["status"]);
    ran(command.env("AZVAULT_EXPECT_VAULT", &pin).output().unwrap()).expect(0);
    for text in ["", "x", id, &format!("{pin}:1")] {
        with(text, &[]).expect(2);
    }
}

#[test]
fn on_a_new_machine_an_expected_vault_is_refused_before_anything_is_remembered() {
    let home = Home::with_vault();
    let pin = home.run(&["status", "--anchor"]).expect(0).stdout.trim().to_owned();
    let other = another_machine(&home);
    let wrong = format!("{}:0000-0000-0000-0000", pin.split(':').next().unwrap());
    other.run(&["context", "list", "--expect-vault", &wrong]).expect(8);
    assert!(!other.join(".local/state/azvault/anchors").exists());
    let right = other.run(&["context", "list", "--expect-vault", &pin]).expect(0);
    assert!(!right.stderr.contains("not seen before"), "{}", right.stderr);
    // Another vault with the same passphrase in its place, and one that would be made.
    let third = Home::with_vault();
    third.run(&["context", "list", "--expect-vault", &pin]).expect(8);
    let empty = Home::empty();
    let init = [&["init", "--no-recovery", "--expect-vault", &pin], &CHEAP[..]].concat();
    empty.run(&init).expect(8);
    assert!(!empty.vault().exists());
}

#[test]
fn an_anchor_is_printed_alone_or_not_at_all() {
    let home = Home::with_vault();
    let locked = |args: &[&str]| {
        let mut command = home.command(args);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
    };
    assert_eq!(locked(&["status", "--anchor"]).expect(6).stdout, "");
    assert!(locked(&["status", "-o", "json"]).expect(0).json()["anchor"].is_null());
    assert_eq!(home.run(&["status", "--anchor"]).expect(0).stdout.lines().count(), 1);
    Home::empty().run(&["status", "--anchor"]).expect(5);
    assert!(!home.run(&["status"]).expect(0).stdout.contains(PASSPHRASE));
}
