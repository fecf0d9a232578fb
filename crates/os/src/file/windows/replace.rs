//! Names: a file comes in the place of another at once, or not at all.

use std::io;
use std::path::Path;
use std::time::Duration;

use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::MOVEFILE_WRITE_THROUGH;

use crate::file::outcomes::Over;
use crate::win32::files;

/// How often, and how long after each other, it is tried while another program looks at the file: those that
/// look for viruses or copy what is new do so at once, for a moment.
const TRIES: u32 = 20;
const APART: Duration = Duration::from_millis(50);

/// Whether a file that a database has open can lose its name to another one: SQLite lets nobody do that.
pub const REPLACES_OPEN_FILES: bool = false;

/// Gives a file another name.
pub fn rename_over(from: &Path, to: &Path, over: Over) -> io::Result<()> {
    for _ in 1..TRIES {
        match once(from, to, over) {
            Err(e) if is_passing(&e) && from.exists() => std::thread::sleep(APART),
            renamed => return renamed,
        }
    }
    once(from, to, over)
}

fn once(from: &Path, to: &Path, over: Over) -> io::Result<()> {
    match over {
        Over::Whatever => std::fs::rename(from, to),
        Over::Nothing => files::rename(from, to, MOVEFILE_WRITE_THROUGH),
    }
}

fn is_passing(error: &io::Error) -> bool {
    files::is(error, ERROR_SHARING_VIOLATION) || files::is(error, ERROR_ACCESS_DENIED)
}
