//! Table `audit`.

use rusqlite::Connection;

use crate::Error;

/// How many entries there are.
pub(crate) fn count(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?)
}
