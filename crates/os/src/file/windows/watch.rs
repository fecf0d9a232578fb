//! Being told that something happens to names in a folder.

use std::io;
use std::path::Path;

use crate::pipe::{Never, Source};

/// A folder that is watched. Nothing of this system waits for one yet.
pub struct FolderWatch(Never);

impl FolderWatch {
    /// The system has no watch to give.
    pub fn of(_folder: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Forgets what came.
    pub fn drain(&self) {
        match self.0 {}
    }
}

impl Source for FolderWatch {}
