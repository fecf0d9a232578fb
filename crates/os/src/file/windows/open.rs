//! Opening: without following, without waiting, and this user's alone where something is made.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::windows::fs::FileExt;
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_CANT_ACCESS_FILE, ERROR_DIRECTORY, ERROR_HANDLE_EOF, ERROR_INVALID_FUNCTION,
    ERROR_PATH_NOT_FOUND, ERROR_STOPPED_ON_SYMLINK, GENERIC_READ, GENERIC_WRITE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, OPEN_ALWAYS,
    OPEN_EXISTING,
};

use crate::file::asked::{SHARE_ALL, is_link, is_reparse};
use crate::file::outcomes::Refusal;
use crate::win32::descriptor::{Descriptor, Within};
use crate::win32::files::{self, Opening};

/// Opens for reading what another program may have put there: a link is not followed, and the other
/// end of a pipe not waited for. What it is, [`Facts::of_open`](crate::file::Facts::of_open) says.
pub fn open_unfollowed(path: &Path) -> io::Result<File> {
    unfollowed(path, GENERIC_READ, OPEN_EXISTING)
}

/// The same through links, where a person named the file.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    opened(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS)
}

/// Makes a file that is this user's alone, where there is none.
pub fn create_new_private(path: &Path) -> io::Result<File> {
    unfollowed(path, GENERIC_READ | GENERIC_WRITE, CREATE_NEW)
}

/// Opens a file for writing that is this user's alone if it is made now, and keeps what is in it.
pub fn open_or_create_private(path: &Path) -> io::Result<File> {
    unfollowed(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS)
}

fn unfollowed(path: &Path, access: u32, disposition: u32) -> io::Result<File> {
    let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    let file = opened(path, access, disposition, flags)?;
    if is_link(&file) {
        return Err(io::Error::from_raw_os_error(ERROR_STOPPED_ON_SYMLINK.cast_signed()));
    }
    // What a program of the system keeps elsewhere, and puts there when it is read.
    if is_reparse(&file) {
        return opened(path, access, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    }
    Ok(file)
}

fn opened(path: &Path, access: u32, disposition: u32, flags: u32) -> io::Result<File> {
    let private = Descriptor::private(Within::Nothing, &[]);
    let rights = (disposition != OPEN_EXISTING).then_some(&private);
    files::open(path, &Opening { access, share: SHARE_ALL, disposition, flags, rights })
}

/// Reads from a place on, into as many bytes as there are; says how many came.
pub fn read_at(mut file: &File, bytes: &mut [u8], from: u64) -> io::Result<usize> {
    // The system goes on from there with what is read next, which nobody asked for.
    let place = file.stream_position()?;
    let read = match file.seek_read(bytes, from) {
        Err(e) if files::is(&e, ERROR_HANDLE_EOF) => Ok(0),
        read => read,
    };
    file.seek(SeekFrom::Start(place))?;
    read
}

/// Why an open failed.
pub fn refusal(error: &io::Error) -> Refusal {
    let number = error.raw_os_error().map(i32::cast_unsigned);
    match number {
        Some(ERROR_STOPPED_ON_SYMLINK) => Refusal::Link,
        Some(ERROR_DIRECTORY | ERROR_PATH_NOT_FOUND) => Refusal::NotAFolder,
        Some(ERROR_CANT_ACCESS_FILE | ERROR_INVALID_FUNCTION) => Refusal::Special,
        _ if error.kind() == io::ErrorKind::NotFound => Refusal::NotThere,
        _ => Refusal::Other,
    }
}
