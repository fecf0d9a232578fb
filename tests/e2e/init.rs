use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::home::{CHEAP, Home};

fn init(home: &Home, more: &[&str]) -> crate::home::Ran {
    home.run(&[&["init"], &CHEAP[..], more].concat())
}

#[test]
fn a_vault_is_made_for_its_owner_alone() {
    let home = Home::empty();
    init(&home, &["--no-recovery"]).expect(0);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&home.vault()), 0o600);
    assert_eq!(mode(home.vault().parent().unwrap()), 0o700);
}

#[test]
fn a_second_init_never_overwrites() {
    let home = Home::with_vault();
    let before = fs::read(home.vault()).unwrap();
    init(&home, &["--no-recovery"]).expect(9).says("exists already");
    assert_eq!(fs::read(home.vault()).unwrap(), before);
}

#[test]
fn the_recovery_code_is_shown_once_on_stderr_and_opens_the_vault() {
    let home = Home::empty();
    let ran = init(&home, &[]).expect(0);
    let code = ran.stderr.lines().map(str::trim).find(|l| l.split('-').count() == 14);
    let code = code.unwrap_or_else(|| panic!("no code of 14 groups in: {}", ran.stderr));
    assert!(!ran.stdout.contains(code));
    fs::write(home.join("passphrase"), format!("{code}\n")).unwrap();
    home.run(&["context", "list"]).expect(0);
}

#[test]
fn a_recovery_file_is_written_with_mode_0600_and_never_over_another() {
    let home = Home::empty();
    let file = home.join("recovery");
    let ran = init(&home, &["--recovery-file", file.to_str().unwrap()]).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(!ran.stderr.contains(text.trim()));

    let home = Home::empty();
    let file = home.join("taken");
    fs::write(&file, "mine").unwrap();
    init(&home, &["--recovery-file", file.to_str().unwrap()]).expect(9);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(!home.vault().exists());
}

#[test]
fn a_key_file_is_asked_for_beside_the_passphrase() {
    let home = Home::empty();
    let key = home.join("key");
    let key = key.to_str().unwrap();
    init(&home, &["--no-recovery", "--key-file", key]).expect(0);
    home.run(&["context", "list", "--key-file", key]).expect(0);
    home.run(&["context", "list"]).expect(6);
}

#[test]
fn a_raw_key_opens_the_vault_alone() {
    let home = Home::empty();
    let key = home.join("raw");
    let key = key.to_str().unwrap();
    init(&home, &["--no-recovery", "--raw-key-file", key]).expect(0);
    let mut command = home.command(&["context", "list", "--key-file", key]);
    let ran = crate::home::ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap());
    ran.expect(0);
}

#[test]
fn costs_out_of_bounds_are_refused() {
    for (memory, passes) in [("1", "3"), ("2048", "3"), ("64", "0"), ("64", "17"), ("1024", "5")] {
        let home = Home::empty();
        let args = ["init", "--no-recovery", "--kdf-memory", memory, "--kdf-passes", passes];
        home.run(&args).expect(2);
        assert!(!home.vault().exists(), "{memory} {passes}");
    }
}

#[test]
fn without_a_passphrase_and_a_terminal_nothing_is_made() {
    let home = Home::empty();
    let mut command = home.command(&["init"]);
    let ran = crate::home::ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap());
    ran.expect(14).says("--passphrase-file");
    assert!(!home.vault().exists());
}
