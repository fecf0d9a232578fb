//! Table `secret`.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::header::misshapen;
use crate::error::Problem;

/// The box of one secret.
pub(crate) fn read(connection: &Connection, id: i64) -> Result<Vec<u8>, Problem> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT box FROM secret WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()
        .map_err(misshapen)?;
    sealed.ok_or(Problem::tampered("a secret is missing"))
}

pub(crate) fn insert(connection: &Connection, id: i64, sealed: &[u8]) -> Result<(), Problem> {
    connection
        .prepare_cached("INSERT INTO secret (id, box) VALUES (:id, :box)")?
        .execute(named_params! { ":id": id, ":box": sealed })?;
    Ok(())
}

/// Puts another box in the place of one that was read.
pub(crate) fn update(connection: &Connection, id: i64, sealed: &[u8]) -> Result<(), Problem> {
    connection
        .prepare_cached("UPDATE secret SET box = :box WHERE id = :id")?
        .execute(named_params! { ":id": id, ":box": sealed })?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, id: i64) -> Result<(), Problem> {
    let deleted = connection
        .prepare_cached("DELETE FROM secret WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    if deleted == 1 { Ok(()) } else { Err(Problem::tampered("a secret is missing")) }
}

/// How many rows there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, Problem> {
    let count: i64 = connection.query_row("SELECT count(*) FROM secret", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
