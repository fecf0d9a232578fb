//! Calls to Windows, each as a safe function: the only place of `unsafe` for that system. What is asked, and what an
//! answer means, is said in the modules above.

pub(crate) mod console;
pub(crate) mod credentials;
pub(crate) mod descriptor;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod memory;
pub(crate) mod processes;
pub(crate) mod sealed;
pub(crate) mod tcp;
pub(crate) mod users;

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;

/// A path as the system takes it. One that is long has no other form.
pub(crate) fn wide_path(path: &Path) -> io::Result<Vec<u16>> {
    /// `MAX_PATH`, less what `CreateDirectoryW` keeps for a name of 8.3 characters.
    const MAX_PLAIN: usize = 247;
    const VERBATIM: &str = r"\\?\";
    let text = path.as_os_str();
    let is_verbatim = text.as_encoded_bytes().starts_with(VERBATIM.as_bytes());
    if text.len() <= MAX_PLAIN || is_verbatim {
        return wide(text.encode_wide());
    }
    let path = std::path::absolute(path)?;
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.starts_with(br"\\") {
        return wide(path.as_os_str().encode_wide());
    }
    wide(VERBATIM.encode_utf16().chain(path.as_os_str().encode_wide()))
}

/// Text as the system takes it: with a NUL behind it, and none in it.
pub(crate) fn wide(units: impl Iterator<Item = u16>) -> io::Result<Vec<u16>> {
    let mut wide: Vec<u16> = units.collect();
    if wide.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    wide.push(0);
    Ok(wide)
}

/// What a call says by a number that is not 0, and else by the last error.
fn checked(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
