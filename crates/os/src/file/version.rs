//! A file at one moment.

use super::facts::FileIdentity;

/// A file at one moment: which one, its size, and when the system changed it. No program but the
/// system's own can set the time of the last change (`ctime`) to what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileVersion {
    pub(super) identity: FileIdentity,
    pub(super) size: u64,
    pub(super) modified_ns: i128,
    pub(super) changed_ns: i128,
}
