//! Opening foreign files: once, without following, blocking or trusting them.

use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Largest file that is read.
pub const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// One file as it was at one moment.
pub struct Opened {
    /// Where it was opened.
    pub path: PathBuf,
    /// All its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What `fstat` said of the descriptor, before and after reading alike.
    pub stat: Stat,
}

/// The facts by which a file is known to be still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Device.
    pub device: u64,
    /// Inode.
    pub inode: u64,
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i128,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not there.
    #[error("there is no such file")]
    NotFound,
    /// A directory, FIFO, socket or device.
    #[error("it is not a regular file")]
    NotRegular,
    /// A symbolic link.
    #[error("it is a symbolic link")]
    SymbolicLink,
    /// It has more than one name.
    #[error("it has {names} names (hard links)")]
    HardLink {
        /// How many.
        names: u64,
    },
    /// Somebody else's.
    #[error("it belongs to another user (uid {uid})")]
    OtherOwner {
        /// Whose.
        uid: u32,
    },
    /// Over [`MAX_SIZE`].
    #[error("it has {size} bytes, more than {MAX_SIZE}")]
    TooLarge {
        /// How large.
        size: u64,
    },
    /// A product holds its lock.
    #[error("another program is writing it")]
    Busy,
    /// It changed while it was read, several times over.
    #[error("it changes while it is read")]
    Changing,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a file whole, once.
pub fn read_once(_path: &Path) -> Result<Opened, OpenError> {
    Err(OpenError::NotFound)
}
