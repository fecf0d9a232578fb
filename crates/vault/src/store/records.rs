//! Table `record`.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::header::misshapen;
use crate::error::Problem;

/// One row.
pub(crate) struct Row<'a> {
    pub(crate) id: i64,
    pub(crate) rev: i64,
    pub(crate) sealed: &'a [u8],
}

/// The box of one record.
pub(crate) fn read(connection: &Connection, id: i64) -> Result<Vec<u8>, Problem> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT box FROM record WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()
        .map_err(misshapen)?;
    sealed.ok_or(Problem::tampered("a record is missing"))
}

/// Hands each record over, in id order.
pub(crate) fn each(
    connection: &Connection,
    mut with: impl FnMut(Row<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut statement = connection.prepare_cached("SELECT id, rev, box FROM record ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sealed = row.get_ref(2)?.as_blob().map_err(|_| wrong_type())?;
        let (id, rev) = (row.get(0).map_err(misshapen)?, row.get(1).map_err(misshapen)?);
        with(Row { id, rev, sealed })?;
    }
    Ok(())
}

pub(crate) fn insert(
    connection: &Connection,
    id: i64,
    rev: i64,
    sealed: &[u8],
) -> Result<(), Problem> {
    connection
        .prepare_cached("INSERT INTO record (id, rev, box) VALUES (:id, :rev, :box)")?
        .execute(named_params! { ":id": id, ":rev": rev, ":box": sealed })?;
    Ok(())
}

pub(crate) fn update(
    connection: &Connection,
    id: i64,
    rev: i64,
    sealed: &[u8],
) -> Result<(), Problem> {
    let changed = connection
        .prepare_cached("UPDATE record SET rev = :rev, box = :box WHERE id = :id")?
        .execute(named_params! { ":id": id, ":rev": rev, ":box": sealed })?;
    if changed == 1 { Ok(()) } else { Err(Problem::tampered("a record is missing")) }
}

pub(crate) fn delete(connection: &Connection, id: i64) -> Result<(), Problem> {
    let deleted = connection
        .prepare_cached("DELETE FROM record WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    if deleted == 1 { Ok(()) } else { Err(Problem::tampered("a record is missing")) }
}

/// How many rows there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, Problem> {
    let count: i64 = connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

fn wrong_type() -> Problem {
    Problem::tampered("a value of the wrong type or length")
}
