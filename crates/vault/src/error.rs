//! What can go wrong with a vault, named by what the caller does next.

use std::io;

use crate::sealer::SealerError;
use crate::slot::SlotError;

/// Why a vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Make one.
    #[error("there is no vault")]
    NotThere,
    /// Choose another place: nothing is overwritten.
    #[error("there is a file already")]
    Exists,
    /// It is some other file, or what is left of a vault.
    #[error("this is not a vault: {what}")]
    NotAVault {
        /// What it lacks.
        what: &'static str,
    },
    /// Get a newer azvault; the file was not touched.
    #[error("the file is of version {found}, newer than version {known} which this azvault knows")]
    TooNew {
        /// Of the file.
        found: i32,
        /// Of this program.
        known: i32,
    },
    /// Mend the file's place, owner or mode first.
    #[error("{0}")]
    Unsafe(#[from] UnsafeBecause),
    /// The file asks for more work than any vault may, or for too little.
    #[error("slot {slot} asks for a key derivation out of bounds: {source}")]
    KdfOutOfBounds {
        /// Which slot.
        slot: i64,
        /// Which bound.
        source: crate::KdfError,
    },
    /// Try another passphrase or key.
    #[error("no slot opens with this passphrase or key")]
    WrongKey,
    /// Somebody changed the file, or the disk did: restore a backup.
    #[error("the vault was changed from outside: {what}")]
    Tampered {
        /// What does not fit.
        what: &'static str,
    },
    /// Somebody changed the audit log: what it says from there on is not to be believed.
    #[error("the audit log was changed from outside: entry {seq}: {what}")]
    BadAuditEntry {
        /// The first bad entry.
        seq: i64,
        /// What does not fit.
        what: &'static str,
    },
    /// An older copy stands in the vault's place.
    #[error("the vault is older ({found}) than what this machine has seen of it ({seen})")]
    RolledBack {
        /// Generation of the file.
        found: u64,
        /// Generation that this machine has seen.
        seen: u64,
    },
    /// Another vault bears the id of one that this machine knows, and nothing proves that it came out
    /// of that one.
    #[error(
        "this is another vault with the id of one that this machine knows: its fingerprint is {found}, \
         and {}",
        known_text(known)
    )]
    Another {
        /// Fingerprint of the file.
        found: String,
        /// Fingerprints that this machine knows; none where an earlier version remembered it.
        known: Vec<String>,
    },
    /// Two vaults grew out of one.
    #[error("the vault is another one than this machine has seen, at the same generation {at}")]
    Forked {
        /// The generation both have.
        at: u64,
    },
    /// Change the slots in another way.
    #[error("{0}")]
    Slot(#[from] SlotError),
    /// Do it again: the command was at work on a file that is not the vault any more.
    #[error("another vault was put in the place of this one meanwhile; nothing was changed")]
    Replaced,
    /// Unlock again: whoever holds the keys does not use them any more.
    #[error("{0}")]
    Sealer(#[from] SealerError),
    /// The database refused.
    #[error("{}", sqlite_text(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Why a file is not safe to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeBecause {
    /// It could be pointed elsewhere.
    #[error("the vault is a symbolic link")]
    SymbolicLink,
    /// It has a second name that others may use.
    #[error("the vault has {0} names (hard links)")]
    HardLinks(u64),
    /// A folder, FIFO, socket or device.
    #[error("the vault is not a regular file")]
    NotRegular,
    /// Somebody else can rewrite it.
    #[error("the vault belongs to another user (uid {0})")]
    OtherOwner(u32),
    /// Others can read it.
    #[error("the vault has mode {0:04o}, so others can open it")]
    LaxMode(u32),
    /// Others can replace it.
    #[error(
        "the vault's folder has mode {0:04o} or another owner, so others can replace the vault"
    )]
    LaxFolder(u32),
    /// A journal that this user's azvault did not write.
    #[error("the vault's journal is not a plain file of this user")]
    ForeignJournal,
    /// The file of a write-ahead log, which vaults never have.
    #[error("a write-ahead log lies beside the vault")]
    WriteAheadLog,
    /// A relative name could be taken for a URI.
    #[error("the vault's path is not absolute")]
    RelativePath,
}

fn known_text(known: &[String]) -> String {
    if known.is_empty() {
        return "what is known is not of its keys".to_owned();
    }
    format!("{} is known", known.join(", "))
}

/// What the person needs of SQLite's word.
fn sqlite_text(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another azvault is writing the vault".to_owned()
        }
        Some(ErrorCode::DiskFull) => "the disk is full; the vault is as it was".to_owned(),
        Some(ErrorCode::ReadOnly) => "the vault or its folder is read-only".to_owned(),
        Some(ErrorCode::CannotOpen) => "the vault or its journal cannot be opened".to_owned(),
        _ => format!("the vault cannot be read or written: {error}"),
    }
}

impl Error {
    pub(crate) fn tampered(what: &'static str) -> Self {
        Self::Tampered { what }
    }

    /// Whether another process holds the vault.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        matches!(self, Self::Sqlite(e)
            if matches!(e.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked)))
    }

    /// Whether the database file itself is damaged.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        matches!(self, Self::Sqlite(e)
            if matches!(e.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)))
    }
}
