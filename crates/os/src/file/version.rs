//! A file at one moment.

use serde::{Deserialize, Serialize};

/// A file at one moment: which one, its size, and when the system changed it. No program but the
/// system's own can set the time of the last change (`ctime`) to what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileVersion {
    pub(super) identity: FileIdentity,
    pub(super) size: u64,
    pub(super) modified_ns: i128,
    pub(super) changed_ns: i128,
}

/// Which file it is, as long as it is there: two names of one file have one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    pub(super) device: u64,
    pub(super) inode: u64,
}

impl FileIdentity {
    /// As records have it: two numbers that mean nothing but this file.
    pub fn to_record(self) -> [u64; 2] {
        [self.device, self.inode]
    }

    /// The identity that a record has.
    pub fn of_record([device, inode]: [u64; 2]) -> Self {
        Self { device, inode }
    }
}
