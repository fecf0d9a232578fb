//! The vault, its ways to unlock, and what this machine remembers of it.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_os::file::Owner;
use azvault_vault::{Actor, Entry, Locked};

use super::{Well, found, is_well, look, mode, state};
use azvault_test_support::{CHEAP, ran};

#[test]
fn a_vault_that_somebody_holds_is_found_without_a_long_wait() {
    let well = Well::new();
    let holder = rusqlite::Connection::open(well.vault()).unwrap();
    let advice = format!("fuser -v {}", well.vault().display());
    for lock in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        holder.execute_batch(lock).unwrap();
        found(&well.look_locked(), "write-lock", &advice);
        holder.execute_batch("ROLLBACK").unwrap();
    }
    state(&well.look_locked(), "write-lock", "ok");
}

#[test]
fn what_this_machine_remembers_of_the_vault_is_looked_at() {
    let well = Well::new();
    let anchor = well.anchor();
    let genuine = fs::read_to_string(&anchor).unwrap();
    state(&well.look(), "anchor", "ok");
    state(&well.look_locked(), "anchor", "unknown");
    let mut forged: serde_json::Value = serde_json::from_str(&genuine).unwrap();
    forged["generation"] = 0.into();
    for text in [Some(forged.to_string()), Some("no JSON".to_owned()), None] {
        match &text {
            Some(text) => fs::write(&anchor, text).unwrap(),
            None => fs::remove_file(&anchor).unwrap(),
        }
        state(&well.look_locked(), "anchor", "unknown");
        found(&well.look(), "anchor", "azvault status --anchor");
        // Whoever opens the vault remembers anew.
        state(&well.look(), "anchor", "ok");
    }
    // An older copy in its place.
    let older = fs::read(well.vault()).unwrap();
    well.run(&["autosave", "disable"]);
    let newer = fs::read(well.vault()).unwrap();
    fs::write(well.vault(), older).unwrap();
    let refused = well.look();
    let (found_state, advice) = &refused["vault"];
    assert_eq!(found_state, "finding");
    assert!(advice.as_ref().unwrap().contains("azvault unlock --accept-rollback"));
    state(&refused, "anchor", "unknown");
    fs::write(well.vault(), newer).unwrap();
    is_well(&well.look());
    // Vault and anchor in what Syncthing keeps.
    let home = well.home.path();
    fs::create_dir(home.join(".stfolder")).unwrap();
    let advice = format!("export XDG_STATE_HOME=DIR, not in {}", home.display());
    found(&well.look(), "anchor-place", &advice);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut apart = well.doctor();
    state(&look(apart.env("XDG_STATE_HOME", elsewhere.path())), "anchor-place", "ok");
}

#[test]
fn ways_to_unlock_that_are_weak_or_missing_are_found_and_absent_and_locked_vaults_are_no_error() {
    let well = Well::empty();
    let absent = well.look();
    is_well(&absent);
    well.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat());
    let locked = well.look();
    let slot = Locked::open(&well.vault()).unwrap().slots()[0].id;
    let advice = format!("azvault key passphrase {slot} --kdf default");
    found(&locked, "key-derivation", &advice);
    found(&locked, "recovery-code", "azvault key add recovery");
    for name in ["vault", "secrets", "copies", "anchor"] {
        state(&locked, name, "unknown");
        state(&well.look_given(), name, "ok");
    }
    // Nobody is told to do what is forbidden.
    let policy = well.policy("slots.forbidden = [\"recovery-code\"]\n");
    state(&well.look(), "recovery-code", "ok");
    fs::remove_file(policy).unwrap();
    // A passphrase that opens nothing.
    let wrong = well.home.secret_file("wrong", "another one\n");
    let mut command = well.command(&["doctor"]);
    state(&look(command.env("AZVAULT_PASSPHRASE_FILE", wrong)), "vault", "finding");
    // People get the same as scripts.
    let table = ran(well.command(&["doctor"]).output().unwrap()).expect(10).says("findings");
    let typed = format!("  {advice}  # key-derivation");
    assert!(table.stdout.lines().any(|line| line == typed), "{}", table.stdout);
    let tsv = ran(well.command(&["doctor", "-o", "tsv"]).output().unwrap()).expect(10).stdout;
    let columns = |line: &str| line.split('\t').count();
    assert!(tsv.lines().all(|line| columns(line) == 4), "{tsv}");
    // One that is as it should be.
    let file = well.home.join("recovery");
    let other = ["--vault", "other/vault.db"];
    fs::create_dir(well.home.join("other")).unwrap();
    mode(&well.home.join("other"), 0o700);
    well.run(&[&["init", "--recovery-file", file.to_str().unwrap()], &other[..]].concat());
    let better = look(well.doctor().args(other));
    state(&better, "key-derivation", "ok");
    state(&better, "recovery-code", "ok");
}

#[test]
fn a_clock_behind_what_was_done_and_a_sign_in_that_expired_are_found() {
    let well = Well::new();
    // The binary is of next year.
    let binary = well.home.join("azvault-of-later");
    fs::copy(env!("CARGO_BIN_EXE_azvault"), &binary).unwrap();
    let later = SystemTime::now() + Duration::from_secs(400 * 24 * 3600);
    fs::File::options().write(true).open(&binary).unwrap().set_modified(later).unwrap();
    let mut command = Command::new(&binary);
    command.env_clear().env("HOME", well.home.path()).arg("doctor");
    found(&look(&mut command), "clock", "timedatectl set-ntp true");
    state(&well.look(), "clock", "ok");

    // A token that comes anew by itself, and one that somebody's way to sign in was.
    let add = |kind| {
        let account = Some("ada".to_owned());
        let about = SecretDescription {
            account: account.map(Into::into),
            expires_on: Some(1),
            ..SecretDescription::of(kind)
        };
        let value = Secret::copied_from(b"planted");
        let added = well.opened().write(|writing| writing.add_secret(&about, &value, 1).map(drop));
        added.unwrap();
    };
    add(SecretKind::AccessToken);
    state(&well.look(), "secrets", "ok");
    let copies = || String::from_utf8(well.doctor().output().unwrap().stdout).unwrap();
    assert!(copies().contains("no client secret or certificate signs in from a copy"));
    add(SecretKind::ClientAssertion);
    let advice = "azvault connect, or azvault disconnect --account ID";
    found(&well.look(), "secrets", advice);

    let time = later.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let actor = Actor { user: Owner::of_record(0), pid: 1, parent: None };
    let entry = Entry {
        time: i64::try_from(time).unwrap(),
        verb: "of next year".to_owned(),
        subjects: Vec::new(),
        actor,
    };
    well.opened().write(|writing| writing.log(entry)).unwrap();
    found(&well.look(), "clock", "timedatectl set-ntp true");
    state(&well.look_locked(), "clock", "ok");
}
