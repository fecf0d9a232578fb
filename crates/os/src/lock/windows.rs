//! Locks of Windows, on one byte that no file has.

use std::fs::File;
use std::io;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_FUNCTION, ERROR_LOCK_VIOLATION, ERROR_NOT_SUPPORTED,
};
use windows_sys::Win32::Storage::FileSystem::{
    LOCK_FILE_FLAGS, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY,
};

use super::{Share, Tried};
use crate::win32::files::{self, is};

pub(super) fn wait(file: &File, share: Share) -> io::Result<()> {
    files::lock(file, flags(share))
}

pub(super) fn attempt(file: &File, share: Share) -> io::Result<Tried> {
    match files::lock(file, flags(share) | LOCKFILE_FAIL_IMMEDIATELY) {
        Ok(()) => Ok(Tried::Held),
        Err(e) if is(&e, ERROR_LOCK_VIOLATION) => Ok(Tried::Busy),
        Err(e) if is(&e, ERROR_NOT_SUPPORTED) || is(&e, ERROR_INVALID_FUNCTION) => {
            Ok(Tried::Unsupported(e))
        }
        Err(e) => Err(e),
    }
}

fn flags(share: Share) -> LOCK_FILE_FLAGS {
    match share {
        Share::Nothing => LOCKFILE_EXCLUSIVE_LOCK,
        Share::WithOthers => 0,
    }
}
