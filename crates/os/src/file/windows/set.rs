//! What is set on files: permissions and times; folders, links, and paths as bytes.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{File, FileTimes};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
    WRITE_DAC,
};

use crate::file::asked::SHARE_ALL;
use crate::file::permissions::{Others, Permissions};
use crate::win32::descriptor::{Descriptor, READ, WRITE, Within};
use crate::win32::files::{self, Opening};
use crate::win32::users::Sid;

/// Whether a file that a library makes has the permissions that its folder hands down.
pub const INHERITS_FROM_FOLDER: bool = true;

/// Makes a folder, and those above it that are missing, each this user's alone.
pub fn create_private_folders(path: &Path) -> io::Result<()> {
    let missing: Vec<_> = path.ancestors().take_while(|folder| !folder.is_dir()).collect();
    for folder in missing.into_iter().rev().filter(|folder| *folder != Path::new("")) {
        match create_private_folder(folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            made => made?,
        }
    }
    Ok(())
}

/// Makes a folder that is this user's alone, where nothing is.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    files::create_folder(path, &Descriptor::private(Within::Same, &[]))
}

/// Makes a symbolic link. Replaces nothing. Users may do so in the developer mode of the system.
pub fn make_link(to: &Path, at: &Path) -> io::Result<()> {
    let full = at.parent().unwrap_or(Path::new("")).join(to);
    if full.is_dir() {
        std::os::windows::fs::symlink_dir(to, at)
    } else {
        std::os::windows::fs::symlink_file(to, at)
    }
}

/// Has a file be this user's alone.
pub fn make_private(path: &Path) -> io::Result<()> {
    let opening = Opening {
        access: WRITE_DAC | FILE_READ_ATTRIBUTES,
        share: SHARE_ALL,
        disposition: OPEN_EXISTING,
        flags: FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
        rights: None,
    };
    let file = files::open(path, &opening)?;
    files::set_rights(&file, &Descriptor::private(Within::Nothing, &[]))
}

/// Its name says that it is a program.
pub fn make_program(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Gives a file the permissions that another one had, as far as they are of everyone: who some others were, no
/// record says.
pub fn set_permissions(file: &File, permissions: Permissions) -> io::Result<()> {
    let mut mask = 0;
    if permissions.readers() == Some(Others::Everyone) {
        mask |= READ;
    }
    if permissions.writers() == Some(Others::Everyone) {
        mask |= WRITE;
    }
    let others = if mask == 0 { Vec::new() } else { vec![(Sid::everyone(), mask)] };
    set_rights(file, &Descriptor::private(Within::Nothing, &others))
}

/// A file that was made for its content need not be open for its access list.
fn set_rights(file: &File, rights: &Descriptor) -> io::Result<()> {
    files::set_rights(&files::reopened(file, WRITE_DAC | FILE_READ_ATTRIBUTES, SHARE_ALL)?, rights)
}

/// Gives a file the time of its last change, in nanoseconds since 1970.
pub fn set_modified(file: &File, modified_ns: i128) -> io::Result<()> {
    let apart = Duration::from_nanos(u64::try_from(modified_ns.unsigned_abs()).unwrap_or(u64::MAX));
    let time = match modified_ns {
        0.. => SystemTime::UNIX_EPOCH.checked_add(apart),
        _ => SystemTime::UNIX_EPOCH.checked_sub(apart),
    };
    let time = time.ok_or(io::ErrorKind::InvalidInput)?;
    let writes = windows_sys::Win32::Storage::FileSystem::FILE_WRITE_ATTRIBUTES;
    files::reopened(file, writes, SHARE_ALL)?.set_times(FileTimes::new().set_modified(time))
}

/// No folder lies in memory.
pub fn is_in_memory(_folder: &Path) -> bool {
    false
}

/// Bytes of a name of Unix that are no text stand in names of Windows as these, and come back as they were.
const ESCAPES: std::ops::RangeInclusive<u16> = 0xDC80..=0xDCFF;

/// A path as records have it: UTF-8, with what is no text in the places where it was.
pub fn path_bytes(path: &Path) -> Cow<'_, [u8]> {
    let mut bytes = Vec::with_capacity(path.as_os_str().len());
    for unit in char::decode_utf16(path.as_os_str().encode_wide()) {
        match unit.map_err(|e| e.unpaired_surrogate()) {
            Ok(character) => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
            Err(unit) if ESCAPES.contains(&unit) => bytes.push((unit & 0xFF) as u8),
            // Half a character that stands for no byte: no program of Azure makes such a name.
            Err(_) => bytes.extend("\u{fffd}".bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// The path that a record has.
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    let mut units = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        units.extend(chunk.valid().encode_utf16());
        units.extend(chunk.invalid().iter().map(|byte| 0xDC00 | u16::from(*byte)));
    }
    OsString::from_wide(&units).into()
}
