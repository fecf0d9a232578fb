//! How Unix is asked what it says of a file.

use std::fs::{File, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::facts::{Facts, Kind};
use super::owner::Owner;
use super::permissions::Permissions;
use super::version::FileIdentity;

/// What kind of number a user has.
pub(super) const USER_NUMBER: &str = "uid";

/// The user whose permissions this process has.
pub(super) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The user who started it.
pub(super) fn calling_user() -> u32 {
    rustix::process::getuid().as_raw()
}

pub(super) fn is_beyond_container(number: u32) -> bool {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let overflow = read("/proc/sys/kernel/overflowuid");
    let map = read("/proc/self/uid_map");
    let whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
    !whole && overflow.trim().parse() == Ok(number)
}

/// Whether a file with these permissions may be run.
pub(super) fn lets_run(permissions: Permissions) -> bool {
    permissions.raw() & 0o111 != 0
}

pub(super) fn followed(path: &Path) -> io::Result<Facts> {
    Ok(of_metadata(&path.metadata()?))
}

pub(super) fn of_name(path: &Path) -> io::Result<Facts> {
    Ok(of_metadata(&path.symlink_metadata()?))
}

pub(super) fn of_open(file: &File) -> io::Result<Facts> {
    Ok(of_metadata(&file.metadata()?))
}

fn of_metadata(facts: &Metadata) -> Facts {
    Facts {
        kind: kind_of(facts.file_type()),
        identity: FileIdentity { device: facts.dev(), inode: facts.ino() },
        names: facts.nlink(),
        size: facts.len(),
        modified_ns: nanoseconds(facts.mtime(), facts.mtime_nsec()),
        changed_ns: nanoseconds(facts.ctime(), facts.ctime_nsec()),
        owner: Owner(facts.uid()),
        group: facts.gid(),
        permissions: Permissions::of_raw(facts.mode()),
    }
}

pub(super) fn of_stat(facts: &rustix::fs::Stat) -> Facts {
    Facts {
        kind: kind_of_raw(rustix::fs::FileType::from_raw_mode(facts.st_mode)),
        identity: FileIdentity { device: facts.st_dev, inode: facts.st_ino },
        names: facts.st_nlink,
        size: u64::try_from(facts.st_size).unwrap_or(u64::MAX),
        modified_ns: nanoseconds(
            facts.st_mtime,
            i64::try_from(facts.st_mtime_nsec).unwrap_or_default(),
        ),
        changed_ns: nanoseconds(
            facts.st_ctime,
            i64::try_from(facts.st_ctime_nsec).unwrap_or_default(),
        ),
        owner: Owner(facts.st_uid),
        group: facts.st_gid,
        permissions: Permissions::of_raw(facts.st_mode),
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
}

fn kind_of(kind: FileType) -> Kind {
    match kind {
        kind if kind.is_file() => Kind::File,
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_fifo() => Kind::Pipe,
        kind if kind.is_socket() => Kind::Socket,
        kind if kind.is_char_device() => Kind::CharacterDevice,
        _ => Kind::Other,
    }
}

fn kind_of_raw(kind: rustix::fs::FileType) -> Kind {
    use rustix::fs::FileType as Raw;
    match kind {
        Raw::RegularFile => Kind::File,
        Raw::Directory => Kind::Folder,
        Raw::Symlink => Kind::Link,
        Raw::Fifo => Kind::Pipe,
        Raw::Socket => Kind::Socket,
        Raw::CharacterDevice => Kind::CharacterDevice,
        Raw::BlockDevice | Raw::Unknown => Kind::Other,
    }
}
