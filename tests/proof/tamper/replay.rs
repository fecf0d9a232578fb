//! Rows of other vaults: of the same one before its last change, of a copy that went another way
//! under the same key, and of another vault of the same owner.

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Error, Transaction, Vault};
use rusqlite::types::Value;

use super::{Edit, Matrix, Table, tables};
use azvault_test_support::vault::{SMALL, World, context, entry, fill, import};

#[test]
fn no_row_of_an_older_copy_a_fork_or_another_vault_is_accepted() {
    let world = World::new();
    let anchors = world.join("anchors");
    let mut vault = world.create(&world.path(), &anchors);
    fill(&mut vault, SMALL).unwrap();
    let older = kept(&world, "older.db");
    let fork = kept(&world, "fork.db");
    change(&mut vault, "now").unwrap();
    drop(vault);
    change(&mut world.open(&fork, &world.join("elsewhere")).unwrap(), "fork").unwrap();
    let another = world.join("another.db");
    fill(&mut world.create(&another, &anchors), SMALL).unwrap();

    let mut matrix = Matrix::of(&world, std::fs::read(world.path()).unwrap());
    let now = tables(&world.path());
    for (name, path) in [("older", older), ("fork", fork), ("another", another)] {
        let donor = tables(&path);
        for (from, to) in donor.iter().zip(&now) {
            for edit in single_rows(name, from, to) {
                matrix.try_edit(&edit);
            }
        }
        for edit in whole_tables(name, &donor, &now) {
            matrix.try_edit(&edit);
        }
    }
    matrix.finish("rows and tables of an older copy, a fork, another vault", 300);
}

fn kept(world: &World, name: &str) -> PathBuf {
    let path = world.join(name);
    std::fs::copy(world.path(), &path).unwrap();
    path
}

/// Touches every table that a change can touch, and leaves no row class out: one of each is
/// changed, one goes, one comes.
fn change(vault: &mut Vault, what: &str) -> Result<(), Error> {
    let snapshot = vault.snapshot()?;
    let contexts: Vec<_> = snapshot.contexts().iter().map(|stored| stored.id).collect();
    let secrets: Vec<_> = snapshot.secrets().iter().map(|secret| secret.id).collect();
    let imports: Vec<_> = snapshot.imports().iter().map(|stored| stored.id).collect();
    let settings = snapshot.settings();
    drop(snapshot);
    vault.write(|writing: &mut Transaction<'_>| {
        writing.put_context(Some(contexts[0]), &context(what, "s2"))?;
        writing.remove(contexts[1])?;
        writing.put_context(None, &context(&format!("new {what}"), "s3"))?;
        let about = SecretDescription::of(SecretKind::ClientSecret);
        writing.update_secret(secrets[0], &about)?;
        writing.remove_secret(secrets[1], azvault_vault::Parting::SignedOut)?;
        writing.add_secret(&about, &Secret::copied_from(what.as_bytes()), 1)?;
        writing.put_settings(&settings)?;
        writing.forget_originals(imports[0])?;
        let import = import(writing, what.as_bytes())?;
        writing.add_import(&import)?;
        writing.log(entry(what))
    })
}

/// Each row, and each box alone, in the place of the row with that key, or beside the others.
fn single_rows(name: &str, from: &Table, to: &Table) -> Vec<Edit> {
    let mut edits = Vec::new();
    for row in from.rows.iter().filter(|row| !to.rows.contains(row)) {
        let what = format!("{name}: {}", from.named(row));
        let mut edit = Edit::new(&what, to.insert(), row.clone());
        edit.openers = to.openers();
        edits.push(edit);
        for at in (0..to.columns.len()).filter(|at| matches!(row[*at], Value::Blob(_))) {
            let column = &to.columns[at].name;
            for into in &to.rows {
                let sql = format!("UPDATE {} SET {column} = ?{}", to.name, to.of_key());
                let values = std::iter::once(row[at].clone()).chain(to.key(into)).collect();
                let what = format!("{what}.{column} in the place of {}", to.named(into));
                let mut edit = Edit::new(what, sql, values);
                edit.openers = to.openers();
                edits.push(edit);
            }
        }
    }
    edits
}

/// Every choice of tables that is not all of them: what is left would be the other file whole,
/// which an anchor is for. Choices that come to the same rows are tried once.
fn whole_tables(name: &str, donor: &[Table], now: &[Table]) -> Vec<Edit> {
    let mut seen = BTreeSet::new();
    let differing: Vec<_> = (0..now.len()).filter(|at| donor[*at].rows != now[*at].rows).collect();
    let mut edits = Vec::new();
    for choice in 1_usize..1 << now.len() {
        let chosen: Vec<_> = differing.iter().copied().filter(|at| choice >> at & 1 == 1).collect();
        if chosen.is_empty() || chosen.len() == differing.len() || !seen.insert(chosen.clone()) {
            continue;
        }
        let names: Vec<_> = chosen.iter().map(|at| now[*at].name.as_str()).collect();
        let mut edit = Edit {
            what: format!("{name}: tables {names:?}"),
            statements: Vec::new(),
            openers: if names.contains(&"slot") { 3 } else { 1 },
        };
        for at in chosen {
            edit = edit.and(format!("DELETE FROM {}", now[at].name), vec![]);
            for row in &donor[at].rows {
                edit = edit.and(now[at].insert(), row.clone());
            }
        }
        edits.push(edit);
    }
    edits
}
