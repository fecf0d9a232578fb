//! Folders that Windows names by what they are for.
#![allow(unsafe_code, reason = "a path comes in memory of the system")]

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;

use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::UI::Shell::SHGetKnownFolderPath;
use windows_sys::core::GUID;

/// The folder with that id, as far as this user has it.
pub(crate) fn known(folder: &GUID) -> Option<PathBuf> {
    let mut text = std::ptr::null_mut();
    // SAFETY: the call gives text that ends with a NUL, or none; it is read once and freed by its own function,
    // also after an error.
    unsafe {
        let done = SHGetKnownFolderPath(folder, 0, std::ptr::null_mut(), &raw mut text);
        let path = (done >= 0 && !text.is_null()).then(|| {
            let length = (0..).take_while(|at| *text.add(*at) != 0).count();
            OsString::from_wide(std::slice::from_raw_parts(text, length)).into()
        });
        CoTaskMemFree(text.cast());
        path
    }
}
