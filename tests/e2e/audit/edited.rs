//! A log that was changed is noticed.

use super::*;

/// Edits the file behind SQLite's back.
fn edit(vault: &Path, sql: &str) {
    rusqlite::Connection::open(vault).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn the_first_bad_entry_is_named() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    for _ in 0..5 {
        home.run(&["secret", "show", &id, "--reveal"]).expect(0);
    }
    home.run(&["audit", "verify"]).expect(0);
    let whole = fs::read(home.vault()).unwrap();
    // One bit of the box.
    let flip = |seq: i64| {
        let vault = rusqlite::Connection::open(home.vault()).unwrap();
        let find = format!("SELECT box FROM audit WHERE seq = {seq}");
        let mut sealed: Vec<u8> = vault.query_row(&find, [], |row| row.get(0)).unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        let sealed = data_encoding::HEXLOWER.encode(&sealed);
        format!("UPDATE audit SET box = x'{sealed}' WHERE seq = {seq};")
    };
    let swap = |a: i64, b: i64| {
        format!(
            "UPDATE audit SET seq = -1 WHERE seq = {a}; UPDATE audit SET seq = {a} WHERE seq = {b};
                 UPDATE audit SET seq = {b} WHERE seq = -1;"
        )
    };
    for (edited, bad) in [
        // Changed.
        (flip(1), 1),
        (flip(3), 3),
        (flip(6), 6),
        (flip(5) + &flip(2), 2),
        (flip(6) + &flip(2), 2),
        (flip(2) + "DELETE FROM audit WHERE seq = 5", 2),
        (flip(5) + "DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET box = zeroblob(length(box)) WHERE seq = 4".to_owned(), 4),
        ("UPDATE audit SET box = zeroblob(71 + 1) WHERE seq = 4".to_owned(), 4),
        // Dropped.
        ("DELETE FROM audit WHERE seq = 1".to_owned(), 1),
        ("DELETE FROM audit WHERE seq = 3".to_owned(), 3),
        ("DELETE FROM audit WHERE seq IN (2, 5)".to_owned(), 2),
        ("DELETE FROM audit WHERE seq < 4".to_owned(), 1),
        // Cut off.
        ("DELETE FROM audit WHERE seq = 6".to_owned(), 6),
        ("DELETE FROM audit WHERE seq > 3".to_owned(), 4),
        ("DELETE FROM audit".to_owned(), 1),
        // Moved.
        (swap(2, 3), 2),
        (swap(1, 6), 1),
        ("UPDATE audit SET seq = seq + 1 WHERE seq = 6".to_owned(), 6),
        ("UPDATE audit SET seq = seq - 1".to_owned(), 0),
        (
            "UPDATE audit SET box = (SELECT box FROM audit WHERE seq = 2) WHERE seq = 3".to_owned(),
            3,
        ),
        // Added.
        ("INSERT INTO audit (seq, box) SELECT 7, box FROM audit WHERE seq = 6".to_owned(), 7),
        ("INSERT INTO audit (seq, box) SELECT 0, box FROM audit WHERE seq = 6".to_owned(), 0),
    ] {
        fs::write(home.vault(), &whole).unwrap();
        edit(&home.vault(), &edited);
        for verb in [&["audit", "verify"][..], &["audit", "log"], &["verify"]] {
            let found = home.run(verb).expect(8).says(&format!("entry {bad}:"));
            assert_eq!(found.stdout, "", "{verb:?}: {edited}");
        }
    }
    fs::write(home.vault(), &whole).unwrap();
    home.run(&["audit", "verify"]).expect(0);
}

#[test]
fn a_log_that_was_cut_off_or_added_to_is_found_by_every_command() {
    let home = Home::with_contexts();
    home.run(&["secret", "list", "--reveal", "-o", "json"]).expect(0);
    let whole = fs::read(home.vault()).unwrap();
    for edited in [
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "INSERT INTO audit (seq, box) SELECT 3, box FROM audit WHERE seq = 2",
    ] {
        fs::write(home.vault(), &whole).unwrap();
        edit(&home.vault(), edited);
        let before = fs::read(home.vault()).unwrap();
        for command in [
            &["context", "list"][..],
            &["context", "select", "gov"],
            &["secret", "list", "--reveal", "-o", "json"],
            &["context", "clear", "--yes"],
        ] {
            home.run(command).expect(8);
        }
        assert_eq!(fs::read(home.vault()).unwrap(), before, "{edited}");
    }
}
