//! Every column of every row: numbers, every part of a box, values of another type.

use std::path::Path;

use rusqlite::types::Value;

use super::{Edit, Matrix, Table, connect, tables};
use azvault_test_support::vault::{SMALL, World, fill};

#[test]
fn no_changed_value_of_any_column_is_accepted() {
    let world = World::new();
    fill(&mut world.create(&world.path(), &world.join("anchors")), SMALL).unwrap();
    let mut matrix = Matrix::of(&world, std::fs::read(world.path()).unwrap());
    for table in tables(&world.path()) {
        for row in &table.rows {
            for at in 0..table.columns.len() {
                for edit in edits(&table, row, at) {
                    matrix.try_edit(&edit);
                }
                for edit in other_types(&table, row, at) {
                    matrix.try_on(&edit, relax, restore);
                }
            }
        }
    }
    matrix.finish("every column of every row", 1000);
}

fn edits(table: &Table, row: &[Value], at: usize) -> Vec<Edit> {
    let values = match &row[at] {
        Value::Integer(number) => numbers(*number),
        Value::Blob(bytes) => blobs(bytes),
        other => panic!("{} has a column that nobody thought of: {other:?}", table.name),
    };
    values.into_iter().map(|(what, value)| update(table, row, at, what, value)).collect()
}

fn update(table: &Table, row: &[Value], at: usize, what: &str, value: Value) -> Edit {
    let column = &table.columns[at].name;
    let sql = format!("UPDATE {} SET {column} = ?{}", table.name, table.of_key());
    let values = std::iter::once(value).chain(table.key(row)).collect();
    let what = format!("{}.{column}: {what}", table.named(row));
    Edit { openers: table.openers(), ..Edit::new(what, sql, values) }
}

fn numbers(number: i64) -> Vec<(&'static str, Value)> {
    let mut edits = vec![
        ("one more", number.wrapping_add(1)),
        ("one less", number.wrapping_sub(1)),
        ("32 bits more", number.wrapping_add(1 << 32)),
        ("the sign bit", number ^ i64::MIN),
        ("all bits", !number),
        ("0", 0),
        ("1", 1),
        ("-1", -1),
        ("the largest", i64::MAX),
        ("the smallest", i64::MIN),
    ];
    edits.retain(|(_, edited)| *edited != number);
    edits.into_iter().map(|(what, edited)| (what, Value::Integer(edited))).collect()
}

/// In each part of a box the first, a middle and the last byte, by their lowest and highest bit;
/// other lengths; nothing at all.
fn blobs(bytes: &[u8]) -> Vec<(&'static str, Value)> {
    let length = bytes.len();
    let parts = if length >= 72 {
        vec![
            ("the salt", 0..24),
            ("the commitment", 24..56),
            ("the ciphertext", 56..length - 16),
            ("the tag", length - 16..length),
        ]
    } else {
        vec![("its bytes", 0..length)]
    };
    let mut edits = Vec::new();
    for (what, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        for at in [part.start, usize::midpoint(part.start, part.end), part.end - 1] {
            for bit in [0x01, 0x80] {
                let mut edited = bytes.to_vec();
                edited[at] ^= bit;
                edits.push((what, edited));
            }
        }
        let mut edited = bytes.to_vec();
        edited[part].fill(0);
        edits.push((what, edited));
    }
    edits.push(("a byte less", bytes[..length - 1].to_vec()));
    edits.push(("without its first byte", bytes[1..].to_vec()));
    edits.push(("a byte more", [bytes, &[0]].concat()));
    edits.push(("a byte before it", [&[0], bytes].concat()));
    edits.push(("twice", bytes.repeat(2)));
    edits.push(("71 bytes", bytes[..length.min(71)].to_vec()));
    edits.push(("72 zeros", vec![0; 72]));
    edits.push(("nothing", Vec::new()));
    edits.retain(|(_, edited)| edited != bytes);
    edits.into_iter().map(|(what, edited)| (what, Value::Blob(edited))).collect()
}

/// What `STRICT` and `NOT NULL` keep out, as long as nobody takes them out of the schema for a
/// while.
fn other_types(table: &Table, row: &[Value], at: usize) -> Vec<Edit> {
    let mut values = vec![
        ("no value", Value::Null),
        ("text", Value::Text("text".to_owned())),
        ("a fraction", Value::Real(0.5)),
    ];
    match &row[at] {
        Value::Integer(number) => {
            values.push(("the same as a blob", Value::Blob(number.to_be_bytes().to_vec())));
        }
        _ => values.push(("a number", Value::Integer(1))),
    }
    values.into_iter().map(|(what, value)| update(table, row, at, what, value)).collect()
}

fn relax(path: &Path) {
    rewrite_schema(
        path,
        "CREATE TABLE shelf AS SELECT name, sql FROM sqlite_schema;
         UPDATE sqlite_schema SET sql =
         replace(replace(replace(sql, ') STRICT,', ')'), ') STRICT', ')'), ' NOT NULL', '')",
    );
}

fn restore(path: &Path) {
    rewrite_schema(
        path,
        "UPDATE sqlite_schema SET sql = (SELECT sql FROM shelf WHERE shelf.name =
         sqlite_schema.name) WHERE name <> 'shelf'",
    );
    connect(path).execute_batch("DROP TABLE shelf").unwrap();
}

fn rewrite_schema(path: &Path, sql: &str) {
    let connection = connect(path);
    connection.execute_batch("PRAGMA writable_schema = ON").unwrap();
    connection.execute_batch(sql).unwrap();
}
