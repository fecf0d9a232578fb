//! The database: how it is opened, and all SQL of the program, one table a file.

pub(crate) mod audit;
pub(crate) mod header;
pub(crate) mod originals;
pub(crate) mod records;
pub(crate) mod schema;
pub(crate) mod secrets;
pub(crate) mod slots;

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use azvault_os::file::{INHERITS_FROM_FOLDER, create_new_private};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::error::Problem;
use crate::file::companion_path;

/// How long another writer is waited for.
pub(crate) const BUSY: Duration = Duration::from_secs(30);

/// Opens a database that is there, with everything off that a vault does not need.
pub(crate) fn open(path: &Path) -> Result<Connection, Problem> {
    open_within(path, BUSY)
}

/// As [`open`], waiting no longer than that for other writers.
pub(crate) fn open_within(path: &Path, patience: Duration) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    if INHERITS_FROM_FOLDER {
        make_journal(path)?;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    harden(&connection, patience)?;
    Ok(connection)
}

/// SQLite gives a journal the permissions of its database where it can. Elsewhere it finds one that has them.
fn make_journal(path: &Path) -> Result<(), Problem> {
    match create_new_private(&companion_path(path, "-journal")) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e.into()),
        _ => Ok(()),
    }
}

/// Has the next lock of a database last until it is closed.
pub(crate) fn keep_locked(connection: &Connection) -> Result<(), Problem> {
    Ok(connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE;")?)
}

fn harden(connection: &Connection, patience: Duration) -> Result<(), Problem> {
    connection.busy_timeout(patience)?;
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 4096),
        (Limit::SQLITE_LIMIT_COLUMN, 16),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 10),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 3),
        (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 8),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 16),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    connection.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON; PRAGMA fullfsync = ON; PRAGMA synchronous = FULL;",
    )?;
    let journal: String =
        connection.query_row("PRAGMA journal_mode = TRUNCATE", [], |row| row.get(0))?;
    let secure: i64 = connection.query_row("PRAGMA secure_delete = ON", [], |row| row.get(0))?;
    // Read back: a build may refuse, and then old boxes would stay in the file.
    if journal != "truncate" || secure != 1 {
        return Err(Problem::NotAVault { what: "SQLite refused a setting that vaults need" });
    }
    Ok(())
}

/// A number that rises when another connection commits. It locks the file for reading.
pub(crate) fn data_version(connection: &Connection) -> Result<i64, Problem> {
    let mut statement = connection.prepare_cached("PRAGMA data_version")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Has the next statement read pages and schema from the file, of which SQLite keeps what it has read
/// while the file's counters say that nothing changed. Not within a transaction.
pub(crate) fn forget_file(connection: &Connection) -> Result<(), Problem> {
    Ok(connection.execute_batch("PRAGMA shrink_memory; PRAGMA writable_schema = RESET")?)
}

/// Begins one of several changes within a transaction. They are not within each other.
pub(crate) fn begin_change(connection: &Connection) -> Result<(), Problem> {
    Ok(connection.prepare_cached("SAVEPOINT change")?.execute([]).map(drop)?)
}

/// Takes the change over into its transaction.
pub(crate) fn keep_change(connection: &Connection) -> Result<(), Problem> {
    Ok(connection.prepare_cached("RELEASE change")?.execute([]).map(drop)?)
}

/// Undoes the change.
pub(crate) fn undo_change(connection: &Connection) -> Result<(), Problem> {
    connection.prepare_cached("ROLLBACK TO change")?.execute([])?;
    keep_change(connection)
}

/// Rewrites the file without free pages and without gaps in its pages.
pub(crate) fn compact(connection: &Connection) -> Result<(), Problem> {
    // Into a database that SQLite attaches by itself and lets go of again; nobody else may.
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    let compacted = connection.execute_batch("VACUUM");
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    compacted.map_err(Into::into)
}

/// SQLite's own check of the file's structure.
pub(crate) fn quick_check(connection: &Connection) -> Result<(), Problem> {
    let answer: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if answer == "ok" { Ok(()) } else { Err(Problem::tampered("the database is damaged")) }
}

/// Whether the lock that writers take can be had; it is given back at once.
pub(crate) fn can_be_written(connection: &Connection) -> Result<bool, Problem> {
    match connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
        Ok(()) => Ok(true),
        Err(e) => {
            let error = Problem::from(e);
            if error.is_busy() { Ok(false) } else { Err(error) }
        }
    }
}
