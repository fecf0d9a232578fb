//! Table `header`: one row.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::error::Problem;
use crate::format::id::VaultId;

/// The row.
pub(crate) struct Header {
    pub(crate) vault_id: VaultId,
    pub(crate) epoch: u32,
    pub(crate) head: Vec<u8>,
}

pub(crate) fn read(connection: &Connection) -> Result<Header, Problem> {
    let row: Option<([u8; 16], u32, Vec<u8>)> = connection
        .query_row("SELECT vault_id, epoch, head FROM header WHERE k = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .map_err(misshapen)?;
    let (vault_id, epoch, head) = row.ok_or(Problem::tampered("it has no head"))?;
    Ok(Header { vault_id: VaultId(vault_id), epoch, head })
}

pub(crate) fn insert(connection: &Connection, header: &Header) -> Result<(), Problem> {
    connection.execute(
        "INSERT INTO header (k, vault_id, epoch, head) VALUES (1, :vault_id, :epoch, :head)",
        named_params! {
            ":vault_id": header.vault_id.0,
            ":epoch": header.epoch,
            ":head": header.head,
        },
    )?;
    Ok(())
}

pub(crate) fn update(connection: &Connection, epoch: u32, head: &[u8]) -> Result<(), Problem> {
    connection.execute(
        "UPDATE header SET epoch = :epoch, head = :head WHERE k = 1",
        named_params! { ":epoch": epoch, ":head": head },
    )?;
    Ok(())
}

/// A value of the wrong type or length is someone's doing, not the database's.
pub(crate) fn misshapen(error: rusqlite::Error) -> Problem {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    match error {
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) => {
            Problem::tampered("a value of the wrong type or length")
        }
        other => other.into(),
    }
}
