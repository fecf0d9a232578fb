//! A secret that is shown once is shown to a person, and never written into a log.

use crate::key::slots;
use azvault_test_support::{CHEAP, Home, Ran, ran};

fn has_code(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| !line.contains(' ') && line.split('-').count() == 14)
}

/// Whether something that looks like a recovery code was said.
fn shows_a_code(said: &Ran) -> bool {
    has_code(&format!("{}{}", said.stdout, said.stderr))
}

#[test]
fn without_a_terminal_no_recovery_code_is_made_that_would_be_lost_or_logged() {
    let home = Home::empty();
    let from = azvault_test_support::fixture("azure-powershell/homes/az4-linux");
    let from = from.to_str().unwrap();
    for (args, hint) in [
        (vec!["init"], "azvault init --recovery-file FILE, or azvault init --no-recovery"),
        (vec!["init", "--no-input"], "azvault init --recovery-file FILE"),
        (vec!["init", "-q", "-o", "json"], "azvault init --recovery-file FILE"),
        (
            vec!["migrate", "--yes", "--from", from],
            "azvault migrate --recovery-file FILE, or azvault migrate --no-recovery",
        ),
    ] {
        let said = home.run(&args).expect(14);
        assert!(!shows_a_code(&said), "{}", said.stderr);
        said.says("the recovery code").says(hint);
        assert!(!home.vault().exists(), "{args:?}");
    }
    // On a terminal, and unattended all the same.
    let file = home.join("passphrase");
    let args = ["init", "--no-input", "--passphrase-file", file.to_str().unwrap()];
    assert!(!shows_a_code(&home.on_terminal(&[], &args).expect(14)));
    // stderr in a file, while a person sits at stdin.
    let line = "script --quiet --return --command 'azvault init --passphrase-file passphrase 2>log' \
                /dev/null </dev/null";
    home.bash(&format!("{line} || exit $?")).expect(14);
    let log = std::fs::read_to_string(home.join("log")).unwrap();
    assert!(log.contains("recovery code") && !has_code(&log));
    assert!(!home.vault().exists());

    home.run(&[&["init", "--recovery-file", "code"], &CHEAP[..]].concat()).expect(0);
    let before = std::fs::read(home.vault()).unwrap();
    let said = home.run(&["key", "add", "recovery"]).expect(14);
    assert!(!shows_a_code(&said));
    said.says("azvault key add recovery --recovery-file FILE");
    let said = home.run(&["key", "rotate", "--yes"]).expect(14);
    assert!(!shows_a_code(&said));
    said.says("azvault key rotate --recovery-file FILE, or azvault key rotate --no-recovery");
    assert!(std::fs::read(home.vault()).unwrap() == before);
    assert_eq!(slots(&home), ["1 passphrase", "2 recovery-code"]);
}

#[test]
fn the_guided_way_makes_a_vault_without_a_code_if_told() {
    let home = Home::empty();
    let from = azvault_test_support::fixture("azure-powershell/homes/az4-linux");
    let migrate = ["migrate", "--yes", "--from", from.to_str().unwrap()];
    home.run(&[&migrate[..], &["--no-recovery", "--recovery-file", "x"]].concat()).expect(2);
    home.run(&[&migrate[..], &["--no-recovery"]].concat()).expect(0);
    assert_eq!(slots(&home), ["1 passphrase"]);
    let other = Home::empty();
    other.run(&[&migrate[..], &["--recovery-file", "code"]].concat()).expect(0);
    assert_eq!(slots(&other), ["1 passphrase", "2 recovery-code"]);
    let mut command = other.command(&["verify", "--passphrase-file", "code"]);
    ran(command.output().unwrap()).expect(0);
}
