//! How far a walk goes. A bound that is met is said, and what lies beyond it is never called clean.

use std::path::PathBuf;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most entries of folders.
    pub entries: usize,
    /// Deepest folder below a place.
    pub depth: usize,
    /// Most bytes that are read.
    pub bytes: u64,
    /// Most entries of a folder where people save files by hand.
    pub saved_entries: usize,
    /// Largest file of such a folder.
    pub saved_size: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            entries: 4_000_000,
            depth: 64,
            bytes: 1 << 40,
            saved_entries: 10_000,
            saved_size: 16 << 20,
        }
    }
}

/// A bound that was met, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// More entries than are looked at.
    Entries {
        /// The folder at which it ended.
        at: PathBuf,
        /// How many were looked at.
        most: usize,
    },
    /// A folder that lies too deep.
    Depth {
        /// The folder.
        at: PathBuf,
        /// The deepest that is looked at.
        most: usize,
    },
    /// More bytes than are read.
    Bytes {
        /// The folder at which it ended.
        at: PathBuf,
        /// How many were read.
        most: u64,
    },
}
