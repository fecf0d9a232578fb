//! What the system says of a file: whose it is, who else can use it, and whether it is still the same.

use std::fmt;
use std::fs::{File, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::version::FileVersion;

/// The bits that count as permissions: read, write and use for three, and three special ones.
const PERMISSIONS: u32 = 0o7777;

/// The system's own user and group.
const SYSTEM: u32 = 0;

/// What the system says of a file, a folder, or whatever else has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    kind: Kind,
    identity: FileIdentity,
    names: u64,
    size: u64,
    modified_ns: i128,
    changed_ns: i128,
    owner: Owner,
    group: u32,
    permissions: Permissions,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe with a name.
    Pipe,
    /// A socket with a name.
    Socket,
    /// A terminal, or another device that is read in order.
    CharacterDevice,
    /// Any other device.
    Other,
}

impl Facts {
    /// Of what is at a path, through links.
    pub fn followed(path: &Path) -> io::Result<Self> {
        Ok(Self::of_metadata(&path.metadata()?))
    }

    /// Of what is at a path, be it a link.
    pub fn of_name(path: &Path) -> io::Result<Self> {
        Ok(Self::of_metadata(&path.symlink_metadata()?))
    }

    /// Of a file that is open.
    pub fn of_open(file: &File) -> io::Result<Self> {
        Ok(Self::of_metadata(&file.metadata()?))
    }

    fn of_metadata(facts: &Metadata) -> Self {
        Self {
            kind: Kind::of(facts.file_type()),
            identity: FileIdentity { device: facts.dev(), inode: facts.ino() },
            names: facts.nlink(),
            size: facts.len(),
            modified_ns: nanoseconds(facts.mtime(), facts.mtime_nsec()),
            changed_ns: nanoseconds(facts.ctime(), facts.ctime_nsec()),
            owner: Owner(facts.uid()),
            group: facts.gid(),
            permissions: Permissions(facts.mode() & PERMISSIONS),
        }
    }

    pub(super) fn of_stat(facts: &rustix::fs::Stat) -> Self {
        Self {
            kind: Kind::of_raw(rustix::fs::FileType::from_raw_mode(facts.st_mode)),
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
            permissions: Permissions(facts.st_mode & PERMISSIONS),
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Whether it is a file that may be run.
    pub fn is_program(&self) -> bool {
        self.is_file() && self.permissions.0 & 0o111 != 0
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }

    /// Which file it is, whatever its name.
    pub fn identity(&self) -> FileIdentity {
        self.identity
    }

    /// What differs once it was written, or another file has its name.
    pub fn version(&self) -> FileVersion {
        FileVersion {
            identity: self.identity,
            size: self.size,
            modified_ns: self.modified_ns,
            changed_ns: self.changed_ns,
        }
    }

    /// Where it lies.
    pub fn volume(&self) -> Volume {
        Volume(self.identity.device)
    }

    /// How many names it has.
    pub fn names(&self) -> u64 {
        self.names
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When it was changed last, in nanoseconds since 1970.
    pub fn modified_ns(&self) -> i128 {
        self.modified_ns
    }

    /// The same in seconds.
    pub fn modified_s(&self) -> i64 {
        i64::try_from(self.modified_ns.div_euclid(1_000_000_000)).unwrap_or_default()
    }

    /// Whose it is.
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// Whether it is this user's.
    pub fn is_own(&self) -> bool {
        self.owner.is_own()
    }

    /// What its owner and others may do.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// What others may do, as far as it counts most.
    pub fn privacy(&self) -> Privacy {
        self.permissions.privacy()
    }

    /// Whether nobody but its owner may do anything with it.
    pub fn is_private(&self) -> bool {
        self.permissions.is_private()
    }

    /// Who but its owner may write it, where the group of the system counts as the system itself.
    pub fn writers_but_system(&self) -> Option<Others> {
        match self.permissions.writers() {
            Some(Others::Group) if self.group == SYSTEM => None,
            writers => writers,
        }
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
}

impl Kind {
    fn of(kind: FileType) -> Self {
        match kind {
            kind if kind.is_file() => Self::File,
            kind if kind.is_dir() => Self::Folder,
            kind if kind.is_symlink() => Self::Link,
            kind if kind.is_fifo() => Self::Pipe,
            kind if kind.is_socket() => Self::Socket,
            kind if kind.is_char_device() => Self::CharacterDevice,
            _ => Self::Other,
        }
    }

    fn of_raw(kind: rustix::fs::FileType) -> Self {
        use rustix::fs::FileType as Raw;
        match kind {
            Raw::RegularFile => Self::File,
            Raw::Directory => Self::Folder,
            Raw::Symlink => Self::Link,
            Raw::Fifo => Self::Pipe,
            Raw::Socket => Self::Socket,
            Raw::CharacterDevice => Self::CharacterDevice,
            Raw::BlockDevice | Raw::Unknown => Self::Other,
        }
    }
}

/// Which file it is, as long as it is there: two names of one file have one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// As records have it: two numbers that mean nothing but this file.
    pub fn to_record(self) -> [u64; 2] {
        [self.device, self.inode]
    }

    /// The identity that a record has.
    pub fn of_record([device, inode]: [u64; 2]) -> Self {
        Self { device, inode }
    }
}

/// The file system that a file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Volume(u64);

/// A user, as the owner of a file. Records have its number; [`Display`](fmt::Display) says what kind
/// of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(u32);

impl Owner {
    /// The user whose permissions this process has.
    pub fn own() -> Self {
        Self(rustix::process::geteuid().as_raw())
    }

    /// The user who started this process, which a set-user-id program does not change.
    pub fn of_caller() -> Self {
        Self(rustix::process::getuid().as_raw())
    }

    /// The owner that a record has.
    pub fn of_record(number: u32) -> Self {
        Self(number)
    }

    /// The number alone, as text.
    pub fn number(self) -> String {
        self.0.to_string()
    }

    /// Whether it is this user.
    pub fn is_own(self) -> bool {
        self == Self::own()
    }

    /// Whether it is the system itself.
    pub fn is_system(self) -> bool {
        self.0 == SYSTEM
    }

    /// Whether it stands for a user that this container cannot name: in rootless containers the
    /// host's root is `nobody`.
    pub fn is_beyond_container(self) -> bool {
        let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
        let overflow = read("/proc/sys/kernel/overflowuid");
        let map = read("/proc/self/uid_map");
        let whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
        !whole && overflow.trim().parse() == Ok(self.0)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uid {}", self.0)
    }
}

/// Others than the owner of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// The members of its group.
    Group,
    /// Everyone on this machine.
    Everyone,
}

/// What others may do with a file, the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Nothing.
    Private,
    /// Run it, or pass through it: neither read nor write.
    UsableBy(Others),
    /// Read it.
    ReadableBy(Others),
    /// Write it.
    WritableBy(Others),
}

/// What its owner and others may do with a file. Records have it as one number; it is printed as
/// people type it for `chmod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u32);

impl Permissions {
    /// The permissions that a record has.
    pub fn of_record(number: u32) -> Self {
        Self(number)
    }

    pub(super) fn raw(self) -> u32 {
        self.0 & PERMISSIONS
    }

    /// What others may do, as far as it counts most.
    pub fn privacy(self) -> Privacy {
        match (self.writers(), self.readers()) {
            (Some(writers), _) => Privacy::WritableBy(writers),
            (None, Some(readers)) => Privacy::ReadableBy(readers),
            (None, None) if self.lets_through(Others::Everyone) => {
                Privacy::UsableBy(Others::Everyone)
            }
            (None, None) if self.lets_through(Others::Group) => Privacy::UsableBy(Others::Group),
            (None, None) => Privacy::Private,
        }
    }

    /// Whether nobody but the owner may do anything.
    pub fn is_private(self) -> bool {
        self.privacy() == Privacy::Private
    }

    /// Who but the owner may read.
    pub fn readers(self) -> Option<Others> {
        self.others(0o004)
    }

    /// Who but the owner may write.
    pub fn writers(self) -> Option<Others> {
        self.others(0o002)
    }

    /// Whether these may pass through a folder.
    pub fn lets_through(self, others: Others) -> bool {
        match others {
            Others::Everyone => self.0 & 0o001 != 0,
            Others::Group => self.0 & 0o010 != 0,
        }
    }

    /// Whether names in a folder that others can write stay with their owners.
    pub fn keeps_names_to_owners(self) -> bool {
        self.0 & 0o1000 != 0
    }

    /// Who has a right; `bit` is everyone's.
    fn others(self, bit: u32) -> Option<Others> {
        if self.0 & bit != 0 {
            Some(Others::Everyone)
        } else if self.0 & bit << 3 != 0 {
            Some(Others::Group)
        } else {
            None
        }
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.raw())
    }
}
