//! The tamper matrix. What can be edited is read from the file itself (`sqlite_schema`,
//! `PRAGMA table_info`), so that a new table or column cannot be forgotten.
//!
//! Each edit is judged on a machine that never saw the vault: nothing but the file speaks here, no
//! anchor.

mod bytes;
mod columns;
mod replay;
mod rows;
mod schema;

use std::collections::BTreeMap;
use std::path::Path;

use azvault_vault::{Locked, Opener, Problem, Vault};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use azvault_test_support::vault::World;

/// One edit: what it is called, and its statements with their values.
pub(crate) struct Edit {
    what: String,
    statements: Vec<(String, Vec<Value>)>,
    /// Who opens the file afterwards: for a slot, everybody; else the cheapest.
    openers: usize,
}

impl Edit {
    fn new(what: impl Into<String>, sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { what: what.into(), statements: vec![(sql.into(), values)], openers: 1 }
    }

    fn and(mut self, sql: impl Into<String>, values: Vec<Value>) -> Self {
        self.statements.push((sql.into(), values));
        self
    }
}

/// Where an edited file is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Noticed {
    /// Nobody gets in.
    Opening,
    /// Whoever lists anything.
    Listing,
    /// Whoever reads what was edited, or verifies all of it. Everything else reads as it was.
    Verifying,
}

/// What is read of a vault: contexts, secrets, settings, originals.
type Content = (Vec<String>, Vec<Vec<u8>>, String, Vec<[u8; 32]>);

fn content(vault: &Vault) -> Result<Content, Problem> {
    let snapshot = vault.snapshot()?;
    let contexts =
        snapshot.contexts().iter().map(|c| serde_json::to_string(&c.value).unwrap()).collect();
    // EXPOSE: compared with what was stored.
    let secrets = snapshot.open_secrets()?.iter().map(|s| s.expose().to_vec()).collect();
    let mut originals = Vec::new();
    for import in snapshot.imports() {
        for original in import.value.files.iter().filter_map(|file| file.original.as_ref()) {
            originals.push(azvault_vault::sha256(&snapshot.original(original)?));
        }
    }
    Ok((contexts, secrets, format!("{:?}", snapshot.settings()), originals))
}

/// A vault file with the edits that are tried on it.
struct Matrix<'w> {
    world: &'w World,
    whole: Vec<u8>,
    content: Content,
    noticed: BTreeMap<Noticed, usize>,
    accepted: Vec<String>,
    without_effect: usize,
}

impl<'w> Matrix<'w> {
    fn of(world: &'w World, whole: Vec<u8>) -> Self {
        std::fs::write(world.path(), &whole).unwrap();
        let vault = world.open(&world.path(), &world.join("control")).unwrap();
        vault.verify_all().unwrap();
        let content = content(&vault).unwrap();
        let (noticed, accepted) = (BTreeMap::new(), Vec::new());
        Self { world, whole, content, noticed, accepted, without_effect: 0 }
    }

    /// Carries an edit out on a fresh copy, as somebody would who is held up by no check.
    fn try_edit(&mut self, edit: &Edit) {
        self.try_on(edit, |_| {}, |_| {});
    }

    fn try_on(&mut self, edit: &Edit, before: impl Fn(&Path), after: impl Fn(&Path)) {
        let path = self.world.path();
        std::fs::write(&path, &self.whole).unwrap();
        let held = self.world.open(&path, &self.world.join("held")).unwrap();
        held.snapshot().unwrap();
        before(&path);
        let connection = connect(&path);
        let done = edit.statements.iter().try_for_each(|(sql, values)| {
            if values.is_empty() {
                return connection.execute_batch(sql);
            }
            connection.execute(sql, params_from_iter(values)).map(drop)
        });
        drop(connection);
        after(&path);
        if done.is_err() || std::fs::read(&path).unwrap() == self.whole {
            // SQLite itself did not have it, or nothing was there to edit.
            self.without_effect += 1;
            return;
        }
        self.judge(&edit.what, edit.openers);
        // A handle that was open before notices it at its next use, where any that is opened now does.
        let noticed = self.noticed(&Opener::RawKey(self.world.raw()));
        if noticed.is_none_or(|noticed| noticed < Noticed::Verifying) && held.snapshot().is_ok() {
            self.accepted.push(format!("{} (by a handle that was open)", edit.what));
        }
    }

    fn judge(&mut self, what: &str, openers: usize) {
        for opener in &self.world.openers()[..openers] {
            match self.noticed(opener) {
                Some(noticed) => *self.noticed.entry(noticed).or_default() += 1,
                None => self.accepted.push(what.to_owned()),
            }
        }
    }

    /// `None` if nobody noticed, or if something else was believed on the way.
    fn noticed(&self, opener: &Opener<'_>) -> Option<Noticed> {
        let anchors = self.world.join("fresh");
        let _ = std::fs::remove_dir_all(&anchors);
        let opened =
            Locked::open(&self.world.path()).and_then(|locked| locked.unlock(opener, &anchors));
        let Ok(vault) = opened else { return Some(Noticed::Opening) };
        if vault.snapshot().is_err() {
            return Some(Noticed::Listing);
        }
        if content(&vault).is_ok_and(|found| found != self.content) {
            return None;
        }
        vault.verify_all().err().map(|_| Noticed::Verifying)
    }

    /// The figure of a part of the matrix; fails if an edit was accepted.
    fn finish(self, part: &str, least: usize) {
        let number = |noticed| self.noticed.get(&noticed).copied().unwrap_or(0);
        let total: usize = self.noticed.values().sum::<usize>() + self.accepted.len();
        println!(
            "figure: {total} edits of {part}: {} refused when it is opened, {} when \
             anything is listed, {} when it is read or verified, {} accepted",
            number(Noticed::Opening),
            number(Noticed::Listing),
            number(Noticed::Verifying),
            self.accepted.len()
        );
        assert!(self.accepted.is_empty(), "accepted: {:#?}", self.accepted);
        assert!(total >= least, "only {total} edits reached the file");
        std::fs::write(self.world.path(), &self.whole).unwrap();
        for opener in &self.world.openers() {
            assert_eq!(self.noticed(opener), None, "the file as it was is accepted");
        }
    }
}

/// A connection that is held up by as little as SQLite allows.
fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
             PRAGMA ignore_check_constraints = ON;",
        )
        .unwrap();
    connection
}

/// A column as `PRAGMA table_info` tells of it.
struct Column {
    name: String,
    is_key: bool,
}

/// A table with all of its rows.
struct Table {
    name: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn marks(&self) -> String {
        vec!["?"; self.columns.len()].join(", ")
    }

    fn insert(&self) -> String {
        format!("INSERT OR REPLACE INTO {} ({}) VALUES ({})", self.name, self.names(), self.marks())
    }

    /// ` WHERE key = ?`, for one row.
    fn of_key(&self) -> String {
        let keys = self.columns.iter().filter(|column| column.is_key);
        let keys: Vec<_> = keys.map(|column| format!("{} = ?", column.name)).collect();
        format!(" WHERE {}", keys.join(" AND "))
    }

    fn key(&self, row: &[Value]) -> Vec<Value> {
        let columns = self.columns.iter().zip(row).filter(|(column, _)| column.is_key);
        columns.map(|(_, value)| value.clone()).collect()
    }

    /// Position of the column with that name.
    fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// For every row, the text by which it is named in a failure.
    fn named(&self, row: &[Value]) -> String {
        format!("{} {:?}", self.name, self.key(row))
    }

    fn openers(&self) -> usize {
        if self.name == "slot" { 3 } else { 1 }
    }
}

fn tables(path: &Path) -> Vec<Table> {
    let connection = Connection::open(path).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let names = texts("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    assert_eq!(names, ["audit", "header", "original", "record", "secret", "slot"]);
    names.into_iter().map(|name| table(&connection, name)).collect()
}

fn table(connection: &Connection, name: String) -> Table {
    let mut statement = connection.prepare(&format!("PRAGMA table_info({name})")).unwrap();
    let columns = statement
        .query_map([], |row| {
            Ok(Column { name: row.get("name")?, is_key: row.get::<_, i64>("pk")? > 0 })
        })
        .unwrap();
    let columns: Vec<_> = columns.map(Result::unwrap).collect();
    let mut table = Table { name, columns, rows: Vec::new() };
    let sql = format!("SELECT {} FROM {} ORDER BY 1, 2", table.names(), table.name);
    let mut statement = connection.prepare(&sql).unwrap();
    let number = table.columns.len();
    let rows = statement.query_map([], |row| (0..number).map(|at| row.get(at)).collect()).unwrap();
    table.rows = rows.map(Result::unwrap).collect();
    assert!(!table.rows.is_empty(), "{} has no row to edit", table.name);
    table
}
