//! The schema: what the migrations produce, and nothing else.

use rusqlite::Connection;

use crate::error::Problem;
use crate::format::file_header::{APPLICATION_ID, version_of};

/// In order; a shipped one never changes.
const MIGRATIONS: [&str; 1] = [include_str!("../../../../migrations/0001_vault.sql")];

/// Makes the tables of a new vault.
pub(crate) fn create(connection: &Connection) -> Result<(), Problem> {
    for migration in MIGRATIONS {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    set_version(connection, version_of(&[]))
}

/// Has the file say which version of the format it is.
pub(crate) fn set_version(connection: &Connection, version: i32) -> Result<(), Problem> {
    connection.pragma_update(None, "user_version", version)?;
    Ok(())
}

/// The version that the file says.
pub(crate) fn version(connection: &Connection) -> Result<i32, Problem> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Compares the schema byte for byte with what the migrations produce: a view, trigger, index or
/// column too many is code that someone else put into the file.
pub(crate) fn check(connection: &Connection) -> Result<(), Problem> {
    let reference = Connection::open_in_memory()?;
    create(&reference)?;
    if read(connection)? == read(&reference)? {
        Ok(())
    } else {
        Err(Problem::tampered("its schema is another"))
    }
}

type Entry = (String, String, String, Option<String>);

fn read(connection: &Connection) -> Result<Vec<Entry>, Problem> {
    let mut statement = connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect::<Result<_, _>>().map_err(Into::into)
}
