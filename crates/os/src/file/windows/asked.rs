//! How Windows is asked what it says of a file.
//!
//! What others may do is taken from the access list, and said as Unix says it: read, write and use, of some others
//! and of everyone. The system and its administrators are no others: nothing is kept from them.

use std::fs::File;
use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::ERROR_ACCESS_DENIED;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FILE_TYPE_CHAR, FILE_TYPE_DISK, FILE_TYPE_PIPE, OPEN_EXISTING, READ_CONTROL,
};
use windows_sys::Win32::System::SystemServices::{
    IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK,
};

use crate::file::facts::{Facts, Kind};
use crate::file::owner::{Owner, SYSTEM};
use crate::file::permissions::Permissions;
use crate::file::version::FileIdentity;
use crate::win32::descriptor::Rights;
use crate::win32::files::{self, Opening};
use crate::win32::users::{self, Sid};

/// What kind of number a user has: the last part of its identifier.
pub(in crate::file) const USER_NUMBER: &str = "rid";

/// Of a user about whom nothing is known.
const UNKNOWN: u32 = u32::MAX;

/// Said of those who are not this user and have its number from another authority.
const ELSEWHERE: u32 = 1 << 31;

/// A group that is not the system's: those count among no others already.
const NO_GROUP: u32 = u32::MAX;

/// From 1601 to 1970, in units of 100 nanoseconds.
const EPOCH: i64 = 116_444_736_000_000_000;

pub(in crate::file) const SHARE_ALL: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// The user whose permissions this process has.
pub(in crate::file) fn own_user() -> u32 {
    users::own().relative()
}

/// The user who started it: no program has another one's permissions.
pub(in crate::file) fn calling_user() -> u32 {
    own_user()
}

pub(in crate::file) fn is_beyond_container(_number: u32) -> bool {
    false
}

/// What may be run, the name of a file says.
pub(in crate::file) fn lets_run(_permissions: Permissions) -> bool {
    true
}

pub(in crate::file) fn followed(path: &Path) -> io::Result<Facts> {
    of_open(&open(path, FILE_FLAG_BACKUP_SEMANTICS)?)
}

pub(in crate::file) fn of_name(path: &Path) -> io::Result<Facts> {
    let file = open(path, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)?;
    // What is no link, and stands for content that lies elsewhere, is as the program sees it that opens it.
    if is_reparse(&file) && !is_link(&file) { followed(path) } else { of_open(&file) }
}

/// For its facts alone: neither content nor a lock on it is touched.
fn open(path: &Path, flags: u32) -> io::Result<File> {
    let opened = |access| {
        let opening =
            Opening { access, share: SHARE_ALL, disposition: OPEN_EXISTING, flags, rights: None };
        files::open(path, &opening)
    };
    match opened(FILE_READ_ATTRIBUTES | READ_CONTROL) {
        // Its access list is not for this user: what is not known lets everyone in.
        Err(e) if files::is(&e, ERROR_ACCESS_DENIED) => opened(FILE_READ_ATTRIBUTES),
        opened => opened,
    }
}

pub(in crate::file) fn of_open(file: &File) -> io::Result<Facts> {
    match files::kind(file) {
        FILE_TYPE_DISK => {}
        FILE_TYPE_CHAR => return Ok(of_kind(Kind::CharacterDevice)),
        FILE_TYPE_PIPE => return Ok(of_kind(Kind::Pipe)),
        _ => return Ok(of_kind(Kind::Other)),
    }
    let (basic, standard) = (files::basic(file)?, files::standard(file)?);
    let kind = if is_link(file) {
        Kind::Link
    } else if basic.FileAttributes & FILE_ATTRIBUTE_DIRECTORY != 0 {
        Kind::Folder
    } else {
        Kind::File
    };
    let rights = files::rights(file).map_or(Rights::UNKNOWN, |bytes| Rights::read(&bytes));
    // Files are run by those who may read them; a folder that may be used is passed through.
    let (own, counts) = if kind == Kind::Folder { (0o700, 7) } else { (0o600, 6) };
    let others = (rights.some & counts) << 3 | rights.everyone & counts;
    Ok(Facts {
        kind,
        identity: identity(file)?,
        names: u64::from(standard.NumberOfLinks),
        size: u64::try_from(standard.EndOfFile).unwrap_or_default(),
        modified_ns: nanoseconds(basic.LastWriteTime),
        changed_ns: nanoseconds(basic.ChangeTime),
        owner: owner(rights.owner.as_ref()),
        group: NO_GROUP,
        permissions: Permissions::of_raw(own | others),
    })
}

/// What has a handle and lies on no disk has nothing that others could take part in.
fn of_kind(kind: Kind) -> Facts {
    Facts {
        kind,
        identity: FileIdentity { device: 0, inode: 0 },
        names: 1,
        size: 0,
        modified_ns: 0,
        changed_ns: 0,
        owner: Owner(own_user()),
        group: NO_GROUP,
        permissions: Permissions::of_raw(0o600),
    }
}

/// The id of a file has 128 bits, of which NTFS uses 64. The other half goes where it is equal for all others.
fn identity(file: &File) -> io::Result<FileIdentity> {
    let (volume, file) = files::identity(file)?;
    let (high, low) = ((file >> 64) as u64, file as u64);
    Ok(FileIdentity { device: volume ^ high.rotate_left(32), inode: low })
}

fn owner(sid: Option<&Sid>) -> Owner {
    let Some(sid) = sid else { return Owner(UNKNOWN) };
    let own = users::own();
    Owner(match sid.relative() {
        _ if sid == own || sid == users::own_as_owner() => own.relative(),
        _ if sid.is_system() => SYSTEM,
        other if other == own.relative() || other == SYSTEM => other ^ ELSEWHERE,
        other => other,
    })
}

fn nanoseconds(time: i64) -> i128 {
    i128::from(time - EPOCH) * 100
}

/// Whether content lies elsewhere, or is made up when it is read.
pub(in crate::file) fn is_reparse(file: &File) -> bool {
    files::reparse(file).is_ok_and(|tag| tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT != 0)
}

/// Whether what was opened without following is a link: to a file, or to a folder (a junction as well).
pub(in crate::file) fn is_link(file: &File) -> bool {
    let links = [IO_REPARSE_TAG_SYMLINK, IO_REPARSE_TAG_MOUNT_POINT];
    is_reparse(file) && files::reparse(file).is_ok_and(|tag| links.contains(&tag.ReparseTag))
}
