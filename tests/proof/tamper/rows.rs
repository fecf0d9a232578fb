//! Rows deleted, doubled, swapped, moved between tables, and made up.

use rusqlite::types::Value;

use super::{Edit, Matrix, Table, tables};
use azvault_test_support::vault::{SMALL_AND_LARGE, World, fill};

#[test]
fn no_row_that_is_deleted_doubled_swapped_moved_or_made_up_is_accepted() {
    let world = World::new();
    fill(&mut world.create(&world.path(), &world.join("anchors")), SMALL_AND_LARGE).unwrap();
    let mut matrix = Matrix::of(&world, std::fs::read(world.path()).unwrap());
    let tables = tables(&world.path());
    for table in &tables {
        let mut edits = deleted(table);
        edits.extend(doubled(table));
        edits.extend(swapped(table));
        edits.extend(made_up(table));
        edits.extend(tables.iter().flat_map(|from| moved(from, table)));
        for mut edit in edits {
            edit.openers = table.openers();
            matrix.try_edit(&edit);
        }
    }
    matrix.finish("rows: deleted, doubled, swapped, moved, made up", 300);
}

fn deleted(table: &Table) -> Vec<Edit> {
    let name = &table.name;
    let mut edits =
        vec![Edit::new(format!("{name} emptied"), format!("DELETE FROM {name}"), vec![])];
    for row in &table.rows {
        let sql = format!("DELETE FROM {name}{}", table.of_key());
        edits.push(Edit::new(format!("{} deleted", table.named(row)), sql, table.key(row)));
    }
    edits
}

/// Each row once more, under other keys: before and behind all others, and beside itself.
fn doubled(table: &Table) -> Vec<Edit> {
    let mut edits = Vec::new();
    for row in &table.rows {
        for at in (0..table.columns.len()).filter(|at| table.columns[*at].is_key) {
            let numbers = table.rows.iter().map(|row| number(&row[at]));
            let (least, most) = (numbers.clone().min().unwrap(), numbers.max().unwrap());
            let own = number(&row[at]);
            for key in [least - 1, most.wrapping_add(1), own.wrapping_add(1), 0, -1, i64::MAX] {
                let mut double = row.clone();
                double[at] = Value::Integer(key);
                let sql = table.insert().replacen("INSERT OR REPLACE", "INSERT", 1);
                let what = format!("{} doubled as {key}", table.named(row));
                edits.push(Edit::new(what, sql, double));
            }
        }
    }
    edits
}

/// For each two rows: their boxes, and all that they hold.
fn swapped(table: &Table) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, one) in table.rows.iter().enumerate() {
        for other in &table.rows[at + 1..] {
            let boxes = table.columns.iter().map(|column| column.name == "box");
            let all = table.columns.iter().map(|column| !column.is_key);
            for which in [boxes.collect::<Vec<_>>(), all.collect()] {
                let mixed = |to: &[Value], from: &[Value]| -> Vec<Value> {
                    let columns = which.iter().zip(to.iter().zip(from));
                    columns
                        .map(|(&taken, (to, from))| if taken { from } else { to }.clone())
                        .collect()
                };
                let what = format!("{} and {} swapped", table.named(one), table.named(other));
                let edit = Edit::new(what, table.insert(), mixed(one, other));
                edits.push(edit.and(table.insert(), mixed(other, one)));
                let what = format!("{} in the place of {}", table.named(other), table.named(one));
                edits.push(Edit::new(what, table.insert(), mixed(one, other)));
            }
        }
    }
    edits
}

/// A box of one table in the place of one of another, and beside them.
fn moved(from: &Table, to: &Table) -> Vec<Edit> {
    let (Some(source), Some(target)) = (from.position("box"), to.position("box")) else {
        return Vec::new();
    };
    if from.name == to.name {
        return Vec::new();
    }
    let mut edits = Vec::new();
    for row in &from.rows {
        let into = &to.rows[0];
        let mut moved = into.clone();
        moved[target] = row[source].clone();
        let what = format!("{} in the place of {}", from.named(row), to.named(into));
        edits.push(Edit::new(what, to.insert(), moved.clone()));
        let key = to.columns.iter().position(|column| column.is_key).unwrap();
        moved[key] = row[0].clone();
        let what = format!("{} among {}", from.named(row), to.name);
        edits.push(Edit::new(what, to.insert(), moved));
    }
    edits
}

fn made_up(table: &Table) -> Vec<Edit> {
    [0x00, 0x5a, 0xff]
        .into_iter()
        .map(|byte| {
            let row = table.columns.iter().zip(&table.rows[0]).map(|(column, value)| match value {
                Value::Blob(bytes) => Value::Blob(vec![byte; bytes.len()]),
                _ if column.is_key => Value::Integer(4_242),
                value => value.clone(),
            });
            let what = format!("a row of {byte:02x} in {}", table.name);
            Edit::new(what, table.insert(), row.collect())
        })
        .collect()
}

fn number(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        other => panic!("a key that is no number: {other:?}"),
    }
}
