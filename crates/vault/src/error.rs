//! What can go wrong with a vault, named by what the caller does next.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use azvault_os::file::{Owner, Permissions};

use crate::format::kdf::KdfError;
use crate::sealer::SealerError;

/// Why a vault cannot be used, and which one.
#[derive(Debug)]
pub struct Error {
    /// The vault's file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.source()
    }
}

/// Why a vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
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
        /// The file's version of the format.
        found: i32,
        /// The newest version that this azvault reads.
        known: i32,
    },
    /// Mend the file's place, owner or mode first.
    #[error(transparent)]
    Unsafe(#[from] UnsafeBecause),
    /// The file asks for more work than any vault may, or for too little.
    #[error("slot {slot} asks for a key derivation out of bounds: {source}")]
    KdfOutOfBounds {
        /// Which slot.
        slot: i64,
        /// Which bound.
        source: KdfError,
    },
    /// Try another passphrase or key.
    #[error("no slot opens with this passphrase or key")]
    WrongKey,
    /// Someone changed the file, or the disk did: restore a backup.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// It is older than, or another one than, what this machine has seen.
    #[error(transparent)]
    AnchorMismatch(#[from] AnchorMismatch),
    /// Change the slots in another way.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// Unlock again: the holder of the keys does not use them any more.
    #[error(transparent)]
    Sealer(#[from] SealerError),
    /// The file cannot be read or written now.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What does not fit in a vault that was changed from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampered {
    /// Something in the file.
    #[error("the vault was changed from outside: {what}")]
    Vault {
        /// What does not fit.
        what: &'static str,
    },
    /// The audit log: what it says from there on is not to be believed.
    #[error("the audit log was changed from outside: entry {seq}: {what}")]
    AuditEntry {
        /// The first bad entry.
        seq: i64,
        /// What does not fit.
        what: &'static str,
    },
}

/// How a vault differs from what this machine has seen of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorMismatch {
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
}

/// Why the file of a vault cannot be read or written now.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Do it again: the command was at work on a file that is not the vault any more.
    #[error("another vault was put in the place of this one meanwhile; nothing was changed")]
    Replaced,
    /// The database refused.
    #[error("{}", sqlite_text(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An error that a change of a vault may end with: [`Problem`], or what the caller adds to it. It gets the
/// vault's path where the change ends.
pub trait ChangeError: From<Problem> {
    /// The error with the path.
    type Located;

    /// Adds the path of the vault.
    fn at(self, path: &Path) -> Self::Located;
}

impl ChangeError for Problem {
    type Located = Error;

    fn at(self, path: &Path) -> Error {
        Self::at(self, path)
    }
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
    /// Someone else can rewrite it.
    #[error("the vault belongs to another user ({0})")]
    OtherOwner(Owner),
    /// Others can read it.
    #[error("the vault has mode {0}, so others can open it")]
    LaxMode(Permissions),
    /// Others can replace it.
    #[error("the vault's folder has mode {0} or another owner, so others can replace the vault")]
    LaxFolder(Permissions),
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

/// Why slots cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// There is none of that number.
    #[error("there is no slot {0}")]
    Missing(i64),
    /// Each one more would be one more that a thief can try.
    #[error("the vault has {0} slots, which is the most")]
    Full(usize),
    /// Each costs a derivation on every attempt.
    #[error("the vault has {0} slots of this kind, which is the most")]
    FullOfKind(usize),
    /// The keyring of a desktop is no way to rely on alone: it goes with the desktop.
    #[error("nothing but it (and a keyring, which may get lost) would open the vault any more")]
    Last,
    /// What is lost or broken takes the vault with it.
    #[error("one piece of hardware alone would open the vault: when it is lost, so is the vault")]
    OneDevice,
    /// What opens the slot is of another kind.
    #[error("slot {0} is of another kind")]
    OtherKind(i64),
    /// The vault never allows less than it did.
    #[error("this vault allows no key derivation below {memory_kib} KiB and {passes} passes")]
    Weaker {
        /// Memory of the least.
        memory_kib: u32,
        /// Passes of the least.
        passes: u32,
    },
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

impl Problem {
    /// The error of the vault at `path`.
    pub fn at(self, path: &Path) -> Error {
        Error { path: path.to_owned(), problem: self }
    }

    pub(crate) fn tampered(what: &'static str) -> Self {
        Tampered::Vault { what }.into()
    }

    /// Whether another process holds the vault.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        matches!(self.sqlite_code(), Some(DatabaseBusy | DatabaseLocked))
    }

    /// Whether the database file itself is damaged.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        matches!(self.sqlite_code(), Some(DatabaseCorrupt | NotADatabase))
    }

    /// The system's error, where it is one.
    pub fn as_io(&self) -> Option<&io::Error> {
        match self {
            Self::Storage(StorageError::Io(error)) => Some(error),
            _ => None,
        }
    }

    /// The same for another change that failed with the one that it is of.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Storage(StorageError::Sqlite(rusqlite::Error::SqliteFailure(code, text))) => {
                rusqlite::Error::SqliteFailure(*code, text.clone()).into()
            }
            Self::Storage(StorageError::Replaced) => StorageError::Replaced.into(),
            Self::Storage(StorageError::Io(error)) => {
                io::Error::new(error.kind(), error.to_string()).into()
            }
            Self::Tampered(tampered) => (*tampered).into(),
            Self::AnchorMismatch(mismatch) => mismatch.clone().into(),
            Self::Unsafe(why) => (*why).into(),
            Self::Sealer(SealerError::Rotated) => SealerError::Rotated.into(),
            other => io::Error::other(other.to_string()).into(),
        }
    }

    fn sqlite_code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Storage(StorageError::Sqlite(error)) => error.sqlite_error_code(),
            _ => None,
        }
    }
}

/// For what happens within a change, which gets the path when it ends.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.problem
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        StorageError::from(error).into()
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        StorageError::from(error).into()
    }
}

/// What a box that does not open means to a reader of the vault.
pub(crate) fn or_tampered(what: &'static str) -> impl Fn(SealerError) -> Problem {
    move |error| match error {
        SealerError::Box(_) => Problem::tampered(what),
        other => Problem::Sealer(other),
    }
}
