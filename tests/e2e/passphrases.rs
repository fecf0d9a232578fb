//! Passphrases that are guessed early are taken for nothing that is new.

use crate::key::slots;
use crate::machine::{Machine, can_be_made};
use azvault_test_support::{CHEAP, Home, PASSPHRASE};

const WEAK: [&str; 6] =
    ["x", "password1", "P@ssw0rd1234", "qwertyuiop123", "Summer2026!!", "aaaaaaaaaaaaaaaaaaaaaaaa"];

#[test]
fn a_weak_passphrase_seals_nothing_and_says_what_would() {
    for weak in WEAK {
        let home = Home::empty();
        let file = home.secret_file("weak", &format!("{weak}\n"));
        let new = [&["init", "--no-recovery", "--passphrase-file", file.as_str()], &CHEAP[..]];
        let said = home.run(&new.concat()).expect(7);
        assert!(!said.stderr.contains(weak) || weak == "x", "{}", said.stderr);
        said.says("too easy to guess: about").says("30 are needed").says("4 random words");
        assert!(!home.vault().exists());
    }
    let home = Home::with_vault();
    let before = std::fs::read(home.vault()).unwrap();
    home.secret_file("weak", "password1\n");
    let from = ["--new-passphrase-file", "weak"];
    for args in [
        [&["key", "add", "passphrase"][..], &from, &CHEAP].concat(),
        [&["key", "add", "key-file", "key"][..], &from, &CHEAP].concat(),
        [&["key", "passphrase"][..], &from].concat(),
        vec!["context", "save", "out", "--export-passphrase-file", "weak"],
    ] {
        home.run(&args).expect(7).says("too easy to guess");
    }
    home.bash("azvault key add passphrase --new-passphrase-fd 7 7<weak").expect(7);
    assert!(std::fs::read(home.vault()).unwrap() == before);
    assert!(!home.join("out").exists() && !home.join("key").exists());
    // The hint, pasted: a passphrase that is taken.
    home.bash("(umask 077; head -c 16 /dev/urandom | base64 >FILE)").expect(0);
    let add = ["key", "add", "passphrase", "--new-passphrase-file", "FILE"];
    home.run(&[&add[..], &CHEAP].concat()).expect(0);
    assert_eq!(slots(&home), ["1 passphrase", "2 passphrase"]);
}

#[test]
fn the_first_vault_of_a_migration_gets_no_weak_passphrase_either() {
    let home = Home::empty();
    let from = azvault_test_support::fixture("azure-powershell/homes/az4-linux");
    home.secret_file("passphrase", "password1\n");
    let migrate = ["migrate", "--yes", "--no-recovery", "--from", from.to_str().unwrap()];
    home.run(&migrate).expect(7).says("too easy to guess");
    assert!(!home.vault().exists());
    home.secret_file("passphrase", &format!("{PASSPHRASE}\n"));
    home.run(&migrate).expect(0);
}

#[test]
fn a_policy_asks_for_more_and_never_for_less() {
    if !can_be_made() {
        return;
    }
    let home = Home::with_vault();
    home.secret_file("fair", "another passphrase\n");
    home.secret_file("good", "another passphrase of four words\n");
    home.secret_file("weak", "password1\n");
    let add = |file: &'static str| {
        let add = ["key", "add", "passphrase", "--new-passphrase-file", file];
        home.command(&[&add[..], &CHEAP].concat())
    };
    let strict = Machine::with("[passphrase]\nmin-bits = 50");
    strict.refuses(&home, &add("fair"), 2);
    let said = strict.run(&add("fair")).expect(7);
    said.says("a new passphrase needs 50 bits, and this one has about 38");
    strict.run(&add("good")).expect(0);
    // What is there opens as before.
    strict.run(&home.command(&["context", "list"])).expect(0);
    let lax = Machine::with("passphrase.min-bits = 1");
    lax.run(&add("weak")).expect(7).says("30 are needed");
    lax.run(&add("fair")).expect(0);
}
