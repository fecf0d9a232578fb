//! Table `slot`.

use rusqlite::{Connection, named_params};

use super::header::misshapen;
use super::schema;
use crate::error::Problem;
use crate::format::file_header;
use crate::format::slot::Row;

/// More slots than this are refused: each costs a derivation.
pub const MAX_SLOTS: usize = 32;

/// All slots, in id order.
pub(crate) fn read(connection: &Connection) -> Result<Vec<Row>, Problem> {
    let mut statement =
        connection.prepare("SELECT id, kind, m, t, p, salt, box FROM slot ORDER BY id LIMIT 33")?;
    let rows = statement.query_map([], |row| {
        Ok(Row {
            id: row.get(0)?,
            kind: row.get(1)?,
            m: row.get(2)?,
            t: row.get(3)?,
            p: row.get(4)?,
            salt: row.get(5)?,
            sealed: row.get(6)?,
        })
    })?;
    let rows: Vec<Row> = rows.collect::<Result<_, _>>().map_err(misshapen)?;
    if rows.len() > MAX_SLOTS {
        return Err(Problem::tampered("more than 32 slots"));
    }
    Ok(rows)
}

/// Refuses a file that says another version than that of its slots: nothing else authenticates it.
pub(crate) fn check_version(connection: &Connection, rows: &[Row]) -> Result<(), Problem> {
    if schema::version(connection)? == file_header::version_of(rows) {
        Ok(())
    } else {
        Err(Problem::tampered("its version is not that of its slots"))
    }
}

pub(crate) fn insert(connection: &Connection, row: &Row) -> Result<(), Problem> {
    connection.execute(
        "INSERT INTO slot (id, kind, m, t, p, salt, box)
         VALUES (:id, :kind, :m, :t, :p, :salt, :box)",
        named_params! {
            ":id": row.id,
            ":kind": row.kind,
            ":m": row.m,
            ":t": row.t,
            ":p": row.p,
            ":salt": row.salt,
            ":box": row.sealed,
        },
    )?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, id: i64) -> Result<(), Problem> {
    connection.execute("DELETE FROM slot WHERE id = :id", named_params! { ":id": id })?;
    Ok(())
}
