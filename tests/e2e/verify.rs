//! Whether the vault is whole, to two depths.

use std::fs;

use serde_json::json;

use azvault_test_support::{Home, ran};

/// Edits the file behind SQLite's back.
fn edit(home: &Home, sql: &str) {
    rusqlite::Connection::open(home.vault()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_quick_check_sees_the_whole_and_a_full_one_every_box() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let secrets = home.json(&["secret", "list"]);
    let id = secrets["secrets"][0]["id"].as_str().unwrap();
    for _ in 0..3 {
        home.run(&["secret", "show", id, "--reveal"]).expect(0);
    }
    let whole = fs::read(home.vault()).unwrap();
    let (full, quick) = (home.json(&["verify"]), home.json(&["verify", "--quick"]));
    assert_eq!((&full["depth"], &quick["depth"]), (&json!("full"), &json!("quick")));
    assert_eq!(home.json(&["verify", "--full"]), full);
    for member in
        ["ok", "generation", "fingerprint", "records", "secrets", "originals", "audit_entries"]
    {
        assert_eq!(full[member], quick[member], "{member}");
    }
    assert_eq!((&full["secrets"], &full["audit_entries"]), (&json!(12), &json!(4)));
    // What it is, what it does, and whether a quick check sees it.
    for (what, sql, quick) in [
        ("a schema", "CREATE TABLE more(a INTEGER)", 8),
        ("the head", "UPDATE header SET head = zeroblob(length(head))", 8),
        ("a slot", "INSERT INTO slot SELECT 9, kind, m, t, p, salt, box FROM slot", 8),
        (
            "a record",
            "UPDATE record SET box = zeroblob(length(box)) WHERE id IN
            (SELECT id FROM record LIMIT 1)",
            8,
        ),
        (
            "a record's end",
            "UPDATE record SET box = CAST(substr(box, 1, length(box) - 1) || x'00'
            AS BLOB) WHERE id IN (SELECT id FROM record LIMIT 1)",
            8,
        ),
        ("a record less", "DELETE FROM record WHERE id IN (SELECT id FROM record LIMIT 1)", 8),
        ("a secret less", "DELETE FROM secret WHERE id IN (SELECT id FROM secret LIMIT 1)", 8),
        ("a secret more", "INSERT INTO secret SELECT 77, box FROM secret LIMIT 1", 8),
        ("a part less", "DELETE FROM original WHERE id IN (SELECT id FROM original LIMIT 1)", 8),
        ("a part more", "INSERT INTO original SELECT id, part + 9, box FROM original LIMIT 1", 8),
        ("the log's begin", "DELETE FROM audit WHERE seq = 1", 8),
        ("the log's end", "DELETE FROM audit WHERE seq = 4", 8),
        ("an entry less", "DELETE FROM audit WHERE seq = 2", 8),
        ("an entry", "UPDATE audit SET box = zeroblob(length(box)) WHERE seq = 2", 0),
        ("a secret", "UPDATE secret SET box = zeroblob(length(box))", 0),
        ("an original", "UPDATE original SET box = zeroblob(length(box))", 0),
    ] {
        fs::write(home.vault(), &whole).unwrap();
        edit(&home, sql);
        println!("{what}");
        home.run(&["verify", "--quick"]).expect(quick);
        let found = home.run(&["verify"]).expect(8).says("error:");
        assert_eq!(found.stdout, "", "{what}");
        let found = home.run(&["verify", "-o", "json"]).expect(8).json();
        assert_eq!((&found["schema"], &found["ok"]), (&json!(1), &json!(false)), "{what}");
        assert!(!found["found"].as_str().unwrap().is_empty(), "{what}");
    }
    fs::write(home.vault(), &whole).unwrap();
    home.run(&["verify"]).expect(0);
}

#[test]
fn damage_below_the_tables_is_found_by_both() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let whole = fs::read(home.vault()).unwrap();
    let cut = whole[..whole.len() - 4096].to_vec();
    let mut page = whole;
    // A page of another kind than its parent says.
    let last = page.len() - 4096;
    page[last..last + 100].fill(0xff);
    for damaged in [cut, page] {
        fs::write(home.vault(), damaged).unwrap();
        home.run(&["verify", "--quick"]).expect(8);
        home.run(&["verify"]).expect(8);
    }
}

#[test]
fn two_depths_at_once_are_none_and_a_locked_vault_is_no_finding() {
    let home = Home::with_vault();
    home.run(&["verify", "--quick", "--full"]).expect(2);
    let mut command = home.command(&["verify", "-o", "json"]);
    let locked = ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
    assert_eq!(locked.stdout, "");
}
