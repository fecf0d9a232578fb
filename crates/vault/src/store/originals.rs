//! Table `original`: the bytes of imported files, in parts.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::header::misshapen;
use crate::error::Problem;

/// The box of one part.
pub(crate) fn read(connection: &Connection, id: i64, part: i64) -> Result<Vec<u8>, Problem> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT box FROM original WHERE id = :id AND part = :part")?
        .query_row(named_params! { ":id": id, ":part": part }, |row| row.get(0))
        .optional()
        .map_err(misshapen)?;
    sealed.ok_or(Problem::tampered("a part of an original is missing"))
}

pub(crate) fn insert(
    connection: &Connection,
    id: i64,
    part: i64,
    sealed: &[u8],
) -> Result<(), Problem> {
    connection
        .prepare_cached("INSERT INTO original (id, part, box) VALUES (:id, :part, :box)")?
        .execute(named_params! { ":id": id, ":part": part, ":box": sealed })?;
    Ok(())
}

/// Puts another box in the place of one that was read.
pub(crate) fn update(
    connection: &Connection,
    id: i64,
    part: i64,
    sealed: &[u8],
) -> Result<(), Problem> {
    connection
        .prepare_cached("UPDATE original SET box = :box WHERE id = :id AND part = :part")?
        .execute(named_params! { ":id": id, ":part": part, ":box": sealed })?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, id: i64) -> Result<(), Problem> {
    connection.execute("DELETE FROM original WHERE id = :id", named_params! { ":id": id })?;
    Ok(())
}

/// How many rows there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, Problem> {
    let count: i64 = connection.query_row("SELECT count(*) FROM original", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
