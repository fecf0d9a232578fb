//! Table `audit`.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::header::misshapen;
use crate::error::Problem;

/// Number of the first and of the last entry; `None` if there is none.
pub(crate) fn ends(connection: &Connection) -> Result<Option<(i64, i64)>, Problem> {
    // Two statements: SQLite answers each from one end of the table, and both at once by a walk.
    let first: Option<i64> =
        connection.query_row("SELECT min(seq) FROM audit", [], |row| row.get(0))?;
    let last: Option<i64> =
        connection.query_row("SELECT max(seq) FROM audit", [], |row| row.get(0))?;
    Ok(first.zip(last))
}

/// The box of one entry.
pub(crate) fn read(connection: &Connection, seq: i64) -> Result<Vec<u8>, Problem> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT box FROM audit WHERE seq = :seq")?
        .query_row(named_params! { ":seq": seq }, |row| row.get(0))
        .optional()
        .map_err(misshapen)?;
    sealed.ok_or(Problem::tampered("an entry of the audit log is missing"))
}

/// Hands each entry over, in order.
pub(crate) fn each(
    connection: &Connection,
    mut with: impl FnMut(i64, &[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut statement = connection.prepare_cached("SELECT seq, box FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sealed = row
            .get_ref(1)?
            .as_blob()
            .map_err(|_| Problem::tampered("a value of the wrong type or length"))?;
        with(row.get(0).map_err(misshapen)?, sealed)?;
    }
    Ok(())
}

pub(crate) fn insert(connection: &Connection, seq: i64, sealed: &[u8]) -> Result<(), Problem> {
    connection
        .prepare_cached("INSERT INTO audit (seq, box) VALUES (:seq, :box)")?
        .execute(named_params! { ":seq": seq, ":box": sealed })?;
    Ok(())
}

/// Puts another box in the place of one that was read.
pub(crate) fn update(connection: &Connection, seq: i64, sealed: &[u8]) -> Result<(), Problem> {
    connection
        .prepare_cached("UPDATE audit SET box = :box WHERE seq = :seq")?
        .execute(named_params! { ":seq": seq, ":box": sealed })?;
    Ok(())
}

/// How many rows there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, Problem> {
    let count: i64 = connection.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
