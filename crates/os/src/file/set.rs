//! What is set on files: permissions and times; folders, links, and paths as bytes.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, Timespec, Timestamps, UTIME_OMIT};

use super::permissions::Permissions;

/// File systems that lie in memory, by their magic numbers (statfs(2)).
const TMPFS: rustix::fs::FsWord = 0x0102_1994;
const RAMFS: rustix::fs::FsWord = 0x8584_58f6;

/// Whether a file that a library makes has the permissions that its folder hands down.
pub const INHERITS_FROM_FOLDER: bool = false;

/// Makes a folder, and those above it that are missing, each this user's alone.
pub fn create_private_folders(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a folder that is this user's alone, where nothing is.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Makes a symbolic link. Replaces nothing.
pub fn make_link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

/// Has a file, or the name of a socket, be this user's alone.
pub fn make_private(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// Has a file be a program that everyone may run.
pub fn make_program(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fchmod(file, Mode::from_raw_mode(0o755))?)
}

/// Gives a file the permissions that another one had.
pub fn set_permissions(file: &File, permissions: Permissions) -> io::Result<()> {
    Ok(rustix::fs::fchmod(file, Mode::from_raw_mode(permissions.raw()))?)
}

/// Gives a file the time of its last change, in nanoseconds since 1970.
pub fn set_modified(file: &File, modified_ns: i128) -> io::Result<()> {
    let seconds = modified_ns.div_euclid(1_000_000_000);
    let nanoseconds = modified_ns.rem_euclid(1_000_000_000);
    let modified = Timespec {
        tv_sec: i64::try_from(seconds).unwrap_or(0),
        tv_nsec: i64::try_from(nanoseconds).unwrap_or(0),
    };
    let untouched = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let times = Timestamps { last_access: untouched, last_modification: modified };
    Ok(rustix::fs::futimens(file, &times)?)
}

/// Whether what is in a folder is on no disk.
pub fn is_in_memory(folder: &Path) -> bool {
    let facts = rustix::fs::statfs(folder);
    facts.is_ok_and(|facts| [TMPFS, RAMFS].contains(&facts.f_type))
}

/// A path as records have it: it need not be text.
pub fn path_bytes(path: &Path) -> Cow<'_, [u8]> {
    Cow::Borrowed(path.as_os_str().as_bytes())
}

/// The path that a record has.
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}
