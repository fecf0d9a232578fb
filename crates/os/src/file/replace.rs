//! Names: a file comes in the place of another at once, or not at all.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, RenameFlags, linkat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::outcomes::Over;

/// Whether a file that a database has open can lose its name to another one.
pub const REPLACES_OPEN_FILES: bool = true;

/// Gives a file another name.
pub fn rename_over(from: &Path, to: &Path, over: Over) -> io::Result<()> {
    renamed(CWD.as_fd(), from, to, over)
}

/// Names that are not absolute are of the folder.
pub(super) fn renamed(
    folder: BorrowedFd<'_>,
    from: &Path,
    to: &Path,
    over: Over,
) -> io::Result<()> {
    if over == Over::Whatever {
        return Ok(renameat(folder, from, folder, to)?);
    }
    match renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        // A link replaces nothing either, and every file system that renames has it or says so.
        Err(Errno::INVAL | Errno::NOSYS) => {
            linkat(folder, from, folder, to, AtFlags::empty())?;
            Ok(unlinkat(folder, from, AtFlags::empty())?)
        }
        renamed => Ok(renamed?),
    }
}
