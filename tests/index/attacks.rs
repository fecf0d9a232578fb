//! What somebody does to the file between two requests of one handle is noticed by the next one,
//! whether it reads or writes.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use azvault_test_support::vault::{SMALL, entry, fill};
use azvault_vault::{AnchorMismatch, Problem, StorageError, Tampered, UnsafeBecause};
use rusqlite::Connection;

use super::Held;

/// The held handle's next use, of both kinds, each time: nobody gets used to it.
fn noticed(held: &mut Held) -> [Problem; 3] {
    let read = held.vault.snapshot().map(drop).unwrap_err();
    let write = held.vault.write(|writing| writing.log(entry("use"))).unwrap_err();
    let again = held.vault.snapshot().map(drop).unwrap_err();
    [read, write, again].map(|error| error.problem)
}

fn filled() -> Held {
    let mut held = Held::with(4);
    fill(&mut held.vault, SMALL).unwrap();
    held
}

fn edit(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Changes bytes of the file as no database does: SQLite's own counter stays. The times of the file
/// are put back as far as a program can.
fn edit_bytes(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let before = path.metadata().unwrap();
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&bytes, 0).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
}

/// Where a box of a table lies in the file.
fn place(path: &Path, sql: &str) -> usize {
    let sealed: Vec<u8> =
        Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap();
    let bytes = fs::read(path).unwrap();
    bytes.windows(64).position(|part| part == &sealed[..64]).unwrap()
}

#[test]
fn an_edit_by_way_of_sqlite_is_noticed() {
    for sql in [
        "UPDATE record SET rev = rev + 1 WHERE id = (SELECT min(id) FROM record)",
        "UPDATE record SET box = (SELECT box FROM record ORDER BY id DESC LIMIT 1) WHERE id = (SELECT min(id) FROM record)",
        "DELETE FROM record WHERE id = (SELECT max(id) FROM record)",
        "INSERT INTO record SELECT id + 1, rev, box FROM record ORDER BY id LIMIT 1",
        "UPDATE header SET head = zeroblob(400)",
        "UPDATE header SET vault_id = zeroblob(16)",
        "UPDATE slot SET t = t + 1",
        "DELETE FROM slot",
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "UPDATE audit SET box = zeroblob(400) WHERE seq = (SELECT max(seq) FROM audit)",
        "CREATE TABLE more (a)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE INDEX more ON audit (box)",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 7",
    ] {
        let mut held = filled();
        edit(&held.path(), sql);
        for problem in noticed(&mut held) {
            assert!(
                matches!(problem, Problem::Tampered(_) | Problem::NotAVault { .. }),
                "{sql}: {problem:?}"
            );
        }
    }
}

#[test]
fn bytes_that_are_changed_past_sqlite_are_noticed() {
    let mut edits = 0;
    for (table, sql) in [
        ("record", "SELECT box FROM record ORDER BY id LIMIT 1"),
        ("record", "SELECT box FROM record ORDER BY id DESC LIMIT 1"),
        ("header", "SELECT head FROM header"),
        ("slot", "SELECT box FROM slot"),
        ("audit", "SELECT box FROM audit ORDER BY seq DESC LIMIT 1"),
    ] {
        for at in [0, 30, 60] {
            let mut held = filled();
            let place = place(&held.path(), sql) + at;
            edit_bytes(&held.path(), |bytes| bytes[place] ^= 1);
            for problem in noticed(&mut held) {
                assert!(matches!(problem, Problem::Tampered(_)), "{table} {at}: {problem:?}");
            }
            edits += 1;
            // Put back as it was it is what it was, and nothing was written meanwhile.
            edit_bytes(&held.path(), |bytes| bytes[place] ^= 1);
            held.says_what_is_there();
        }
    }
    println!("figure: {edits} edits past SQLite, with the times of the file put back: 0 served");
}

#[test]
fn a_changed_secret_is_not_handed_out() {
    let mut held = filled();
    let path = held.path();
    let id = held.vault.snapshot().unwrap().secrets()[0].id;
    let sql = format!("SELECT box FROM secret WHERE id = {}", id.number());
    let place = place(&path, &sql) + 100;
    edit_bytes(&path, |bytes| bytes[place] ^= 1);
    let opened = held.vault.snapshot().unwrap().open_secret(id).map(drop);
    assert!(matches!(opened.unwrap_err().problem, Problem::Tampered(_)));
    let opened = held.vault.write(|writing| writing.open_secret(id)).map(drop);
    assert!(matches!(opened.unwrap_err().problem, Problem::Tampered(_)));
}

#[test]
fn an_older_copy_in_the_place_of_the_file_is_noticed() {
    let mut held = filled();
    let path = held.path();
    let copy = fs::read(&path).unwrap();
    held.vault.write(|writing| writing.log(entry("use"))).unwrap();
    held.vault.snapshot().unwrap();
    // Into the same file, and as another file of its name.
    let newest = fs::read(&path).unwrap();
    edit_bytes(&path, |bytes| bytes.clone_from(&copy));
    for problem in noticed(&mut held) {
        let Problem::AnchorMismatch(AnchorMismatch::RolledBack { found, seen }) = problem else {
            panic!("{problem:?}")
        };
        assert_eq!(found + 1, seen);
    }
    edit_bytes(&path, |bytes| bytes.clone_from(&newest));
    held.says_what_is_there();
    for other in [copy, newest] {
        let aside = held.world.join("aside.db");
        File::create(&aside).unwrap().write_all(&other).unwrap();
        fs::set_permissions(&aside, path.metadata().unwrap().permissions()).unwrap();
        fs::rename(&aside, &path).unwrap();
        for problem in noticed(&mut held) {
            assert!(matches!(problem, Problem::Storage(StorageError::Replaced)), "{problem:?}");
        }
    }
    fs::remove_file(&path).unwrap();
    for problem in noticed(&mut held) {
        assert!(matches!(problem, Problem::Storage(StorageError::Replaced)), "{problem:?}");
    }
}

#[test]
fn one_that_went_another_way_is_noticed() {
    let mut held = filled();
    let path = held.path();
    let copy = fs::read(&path).unwrap();
    // What this handle has seen of its own doing, and what it has seen of another's.
    held.vault.write(|writing| writing.log(entry("use"))).unwrap();
    for own in [true, false] {
        if !own {
            held.other().write(|writing| writing.log(entry("use"))).unwrap();
            held.vault.snapshot().unwrap();
        }
        let newest = fs::read(&path).unwrap();
        edit_bytes(&path, |bytes| bytes.clone_from(&copy));
        let elsewhere = held.world.join("elsewhere");
        let mut fork = held.world.open(&path, &elsewhere).unwrap();
        while fork.generation() < held.vault.generation() {
            fork.write(|writing| writing.log(entry("fork"))).unwrap();
        }
        drop(fork);
        fs::remove_dir_all(elsewhere).unwrap();
        for problem in noticed(&mut held) {
            let is_fork = matches!(problem, Problem::AnchorMismatch(AnchorMismatch::Forked { .. }));
            assert!(is_fork, "{problem:?}");
        }
        edit_bytes(&path, |bytes| bytes.clone_from(&newest));
        held.says_what_is_there();
    }
}

#[test]
fn a_file_that_others_may_open_by_now_is_noticed() {
    use std::os::unix::fs::PermissionsExt;
    let mut held = filled();
    let path = held.path();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    for problem in noticed(&mut held) {
        assert!(matches!(problem, Problem::Unsafe(UnsafeBecause::LaxMode(_))), "{problem:?}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    held.says_what_is_there();
    fs::hard_link(&path, held.world.join("second")).unwrap();
    for problem in noticed(&mut held) {
        assert!(matches!(problem, Problem::Unsafe(UnsafeBecause::HardLinks(2))), "{problem:?}");
    }
    fs::remove_file(held.world.join("second")).unwrap();
    held.says_what_is_there();
}

/// The root of a write is that of what was verified: a row that was changed under its hands is found
/// by whoever looks next.
#[test]
fn what_is_changed_during_a_write_is_not_covered_up_by_it() {
    for at in [0, 30, 60] {
        let mut held = filled();
        let path = held.path();
        let place = place(&path, "SELECT box FROM record ORDER BY id LIMIT 1") + at;
        held.vault
            .write(|writing| {
                edit_bytes(&path, |bytes| bytes[place] ^= 1);
                writing.log(entry("use"))
            })
            .unwrap();
        let opened = held.world.open(&path, &held.world.join("anchors"));
        let found = opened.and_then(|vault| Ok(vault.snapshot().map(drop)?)).unwrap_err();
        assert!(matches!(found, Problem::Tampered(Tampered::Vault { .. })), "{at}: {found:?}");
    }
}
