//! What keeps a vault shut, each with its own message and exit code.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use azvault_test_support::{Home, ran};

fn list(home: &Home) -> azvault_test_support::Ran {
    home.run(&["context", "list"])
}

fn write_passphrase(home: &Home, text: &str) {
    fs::write(home.join("passphrase"), text).unwrap();
}

/// Edits the file behind SQLite's back.
fn edit(home: &Home, sql: &str) {
    rusqlite::Connection::open(home.vault()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_wrong_passphrase_is_exit_6() {
    let home = Home::with_vault();
    write_passphrase(&home, "wrong\n");
    list(&home).expect(6).says("passphrase");
}

#[test]
fn the_first_line_of_the_passphrase_file_counts() {
    let home = Home::with_vault();
    let right = azvault_test_support::PASSPHRASE;
    write_passphrase(&home, &format!("{right}\r\nsecond line\n"));
    list(&home).expect(0);
    write_passphrase(&home, "\n");
    list(&home).expect(6).says("empty");
    write_passphrase(&home, "");
    list(&home).expect(6);
    fs::remove_file(home.join("passphrase")).unwrap();
    list(&home).expect(5).says("passphrase");
}

#[test]
fn a_passphrase_can_come_by_descriptor() {
    let home = Home::with_vault();
    let mut command = home.command(&["context", "list", "--passphrase-fd", "0"]);
    command.env_remove("AZVAULT_PASSPHRASE_FILE");
    command.stdin(fs::File::open(home.join("passphrase")).unwrap());
    ran(command.output().unwrap()).expect(0);
}

#[test]
fn no_vault_is_exit_5_and_says_what_makes_one() {
    list(&Home::empty()).expect(5).says("azvault migrate");
}

#[test]
fn a_tampered_vault_is_exit_8() {
    for sql in [
        "UPDATE header SET head = zeroblob(length(head))",
        "UPDATE record SET rev = rev + 1",
        "DELETE FROM record",
        "UPDATE secret SET box = zeroblob(length(box))",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more(a INTEGER)",
    ] {
        let home = Home::with_files("azure-powershell/homes/az4-linux");
        home.run(&["migrate", "run", "--yes"]).expect(0);
        edit(&home, sql);
        home.run(&["verify"]).expect(8);
    }
}

#[test]
fn an_older_copy_is_exit_8_and_says_rolled_back() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let older = fs::read(home.vault()).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    fs::write(home.vault(), older).unwrap();
    list(&home).expect(8).says("older");
}

#[test]
fn a_newer_version_is_exit_8_and_left_untouched() {
    let home = Home::with_vault();
    edit(&home, "PRAGMA user_version = 99");
    let before = fs::read(home.vault()).unwrap();
    list(&home).expect(8).says("newer");
    assert_eq!(fs::read(home.vault()).unwrap(), before);
}

#[test]
fn a_key_derivation_out_of_bounds_is_exit_8() {
    for sql in [
        "UPDATE slot SET m = 4294967295",
        "UPDATE slot SET m = 8",
        "UPDATE slot SET t = 2147483647",
    ] {
        let home = Home::with_vault();
        edit(&home, sql);
        list(&home).expect(8);
    }
}

#[test]
fn something_else_than_a_vault_is_exit_8() {
    let home = Home::with_vault();
    fs::write(home.vault(), "not a vault at all").unwrap();
    list(&home).expect(8);
    fs::write(home.vault(), "").unwrap();
    list(&home).expect(8);
}

#[test]
fn a_vault_that_others_could_have_touched_is_refused() {
    let home = Home::with_vault();
    fs::set_permissions(home.vault(), fs::Permissions::from_mode(0o644)).unwrap();
    list(&home).expect(7).says("chmod 600");

    let home = Home::with_vault();
    let other = home.join("other.db");
    fs::rename(home.vault(), &other).unwrap();
    symlink(&other, home.vault()).unwrap();
    list(&home).expect(7).says("link");

    let home = Home::with_vault();
    fs::hard_link(home.vault(), home.join("second name")).unwrap();
    list(&home).expect(7).says("link");
}

#[test]
fn nobody_to_ask_is_exit_14() {
    let home = Home::with_vault();
    let mut command = home.command(&["context", "list"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
        .expect(14)
        .says("--passphrase-file");
}

#[test]
fn a_missing_home_is_said() {
    let home = Home::empty();
    let mut command = home.command(&["migrate", "plan"]);
    command.env("HOME", home.join("gone"));
    ran(command.output().unwrap()).expect(5).says("home folder");
}

#[test]
fn a_read_only_folder_is_said_and_nothing_is_left() {
    let home = Home::empty();
    // Root may write everywhere, but not into procfs.
    let mut command = home.command(&["init", "--no-recovery", "--vault", "/proc/azvault/vault.db"]);
    ran(command.output().unwrap()).expect(1).says("/proc/azvault");
}

#[test]
fn a_full_disk_is_said_and_the_vault_is_as_before() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let small = home.join("small");
    fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"])
        .arg(&small)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        // Only root may mount; elsewhere a limit on file size stands in for a full disk.
        return limited_file_size(&home);
    }
    let vault = small.join("vault.db");
    fs::copy(home.vault(), &vault).unwrap();
    let result = std::panic::catch_unwind(|| {
        let vault = vault.to_str().unwrap();
        home.run(&["migrate", "run", "--yes", "--vault", vault]).expect(1).says("full");
        home.run(&["verify", "--vault", vault]).expect(0);
        let held = home.json(&["secret", "list", "--vault", vault]);
        assert_eq!(held["secrets"].as_array().unwrap().len(), 0);
    });
    let unmounted = std::process::Command::new("umount").arg(&small).status().unwrap();
    assert!(unmounted.success());
    result.unwrap();
}

fn limited_file_size(home: &Home) {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" migrate run --yes"]);
    command.arg(env!("CARGO_BIN_EXE_azvault")).env_clear().env("HOME", home.path());
    command.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase"));
    assert_ne!(ran(command.output().unwrap()).code, 0);
    home.run(&["verify"]).expect(0);
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 0);
}

#[test]
fn slots_that_hide_the_true_one_are_tampering() {
    for copies in [1_i64, 7, 8, 20] {
        let home = Home::with_vault();
        let database = rusqlite::Connection::open(home.vault()).unwrap();
        // Look-alikes come first; the true slot keeps its number.
        for number in 1..=copies {
            database
                .execute(
                    "INSERT INTO slot SELECT -?1, kind, m, t, p, randomblob(16), randomblob(104)
                     FROM slot WHERE id = 1",
                    [number],
                )
                .unwrap();
        }
        drop(database);
        home.run(&["context", "list"]).expect(8).says("changed from outside");
    }
}
