//! The schema, the numbers in the file's header, and the form of the file.

use rusqlite::Connection;

use super::{Edit, Matrix, tables};
use azvault_test_support::vault::{SMALL, World, fill};

#[test]
fn no_change_of_the_schema_or_of_the_files_form_is_accepted() {
    let world = World::new();
    fill(&mut world.create(&world.path(), &world.join("anchors")), SMALL).unwrap();
    let mut matrix = Matrix::of(&world, std::fs::read(world.path()).unwrap());
    let mut edits = Vec::new();
    let tables = tables(&world.path());
    for table in &tables {
        let name = &table.name;
        edits.push(format!("DROP TABLE {name}"));
        edits.push(format!("ALTER TABLE {name} RENAME TO other"));
        edits.push(format!("ALTER TABLE {name} ADD COLUMN more INTEGER"));
        edits.push(format!("ALTER TABLE {name} ADD COLUMN more ANY AS (1)"));
        edits.push(format!("CREATE TABLE copy AS SELECT * FROM {name}"));
        edits.push(format!("CREATE VIEW v AS SELECT * FROM {name}"));
        for event in ["INSERT", "UPDATE", "DELETE"] {
            for moment in ["BEFORE", "AFTER"] {
                edits.push(format!(
                    "CREATE TRIGGER t {moment} {event} ON {name} BEGIN SELECT 1; END"
                ));
            }
        }
        for column in &table.columns {
            let column = &column.name;
            edits.push(format!("CREATE INDEX i ON {name} ({column})"));
            edits.push(format!("CREATE UNIQUE INDEX i ON {name} ({column}, {column} + 1)"));
            edits.push(format!("ALTER TABLE {name} RENAME COLUMN {column} TO other"));
            edits.push(format!("ALTER TABLE {name} DROP COLUMN {column}"));
        }
        for (from, to) in [
            (") STRICT", ")"),
            (" NOT NULL", ""),
            (">= 72", ">= 0"),
            ("INTEGER", "ANY"),
            ("(", "( "),
            ("\n", " "),
            ("CREATE TABLE", "CREATE  TABLE"),
        ] {
            edits.push(format!(
                "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE name = '{name}'"
            ));
        }
        for other in tables.iter().filter(|other| other.name > *name) {
            let other = &other.name;
            edits.push(format!(
                "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema
                 WHERE name IN ('{name}', '{other}')) - rootpage WHERE name IN ('{name}', '{other}')"
            ));
        }
    }
    for number in ["0", "1", "-1", "0x415A5632", "0x7fffffff"] {
        edits.push(format!("PRAGMA application_id = {number}"));
    }
    for number in ["0", "2", "-1", "0x7fffffff"] {
        edits.push(format!("PRAGMA user_version = {number}"));
    }
    for sql in [
        "ANALYZE",
        "CREATE TABLE more (a)",
        "CREATE TABLE more (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE VIEW v AS SELECT 1",
        "PRAGMA journal_mode = WAL",
        "PRAGMA page_size = 1024; VACUUM",
        "PRAGMA page_size = 8192; VACUUM",
        "PRAGMA page_size = 65536; VACUUM",
        "PRAGMA auto_vacuum = FULL; VACUUM",
        "PRAGMA auto_vacuum = INCREMENTAL; VACUUM",
    ] {
        edits.push(sql.to_owned());
    }
    for sql in edits {
        matrix.try_edit(&Edit::new(sql.clone(), sql, vec![]));
    }
    in_utf_16(&world, &mut matrix);
    matrix.finish("schema and form of the file", 120);
}

/// The same tables in a file whose texts have another encoding.
fn in_utf_16(world: &World, matrix: &mut Matrix<'_>) {
    let (path, other) = (world.path(), world.join("utf16.db"));
    std::fs::write(&path, &matrix.whole).unwrap();
    let good = Connection::open(&path).unwrap();
    let number = |name: &str| -> i64 { good.pragma_query_value(None, name, |r| r.get(0)).unwrap() };
    let connection = Connection::open(&other).unwrap();
    connection.pragma_update(None, "encoding", "UTF-16le").unwrap();
    let mut schema = good.prepare("SELECT sql FROM sqlite_schema ORDER BY rootpage").unwrap();
    for sql in schema.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        connection.execute_batch(&sql.unwrap()).unwrap();
    }
    for name in ["application_id", "user_version"] {
        connection.pragma_update(None, name, number(name)).unwrap();
    }
    for table in tables(&path) {
        for row in &table.rows {
            connection.execute(&table.insert(), rusqlite::params_from_iter(row)).unwrap();
        }
    }
    drop(connection);
    std::fs::write(&path, std::fs::read(&other).unwrap()).unwrap();
    matrix.judge("the same in UTF-16", 1);
}
