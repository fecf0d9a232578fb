//! Opening: without following, without waiting, and this user's alone where something is made.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::outcomes::Refusal;

/// Opens for reading what another program may have put there: a link is not followed, and the other
/// end of a pipe not waited for. What it is, [`Facts::of_open`](super::Facts::of_open) says.
pub fn open_unfollowed(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::empty())?.into())
}

/// The same through links, where a person named the file.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::empty())?.into())
}

/// Makes a file that is this user's alone, where there is none.
pub fn create_new_private(path: &Path) -> io::Result<File> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

/// Opens a file for writing that is this user's alone if it is made now, and keeps what is in it.
pub fn open_or_create_private(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or_default())
        .open(path)
}

/// Reads from a place on, into as many bytes as there are; says how many came.
pub fn read_at(file: &File, bytes: &mut [u8], from: u64) -> io::Result<usize> {
    loop {
        match file.read_at(bytes, from) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Why an open failed.
pub fn refusal(error: &io::Error) -> Refusal {
    match Errno::from_io_error(error) {
        Some(Errno::NOENT) => Refusal::NotThere,
        Some(Errno::NOTDIR) => Refusal::NotAFolder,
        Some(Errno::LOOP) => Refusal::Link,
        Some(Errno::NXIO | Errno::NODEV) => Refusal::Special,
        _ => Refusal::Other,
    }
}
