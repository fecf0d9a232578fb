//! What the system says of a file: whose it is, who else can use it, and whether it is still the same.

use std::fs::File;
use std::io;
use std::path::Path;

use super::asked;
use super::owner::{Owner, SYSTEM};
use super::permissions::{Others, Permissions, Privacy};
use super::version::{FileIdentity, FileVersion};

/// What the system says of a file, a folder, or whatever else has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub(super) kind: Kind,
    pub(super) identity: FileIdentity,
    pub(super) names: u64,
    pub(super) size: u64,
    pub(super) modified_ns: i128,
    pub(super) changed_ns: i128,
    pub(super) owner: Owner,
    pub(super) group: u32,
    pub(super) permissions: Permissions,
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
        asked::followed(path)
    }

    /// Of what is at a path, be it a link.
    pub fn of_name(path: &Path) -> io::Result<Self> {
        asked::of_name(path)
    }

    /// Of a file that is open.
    pub fn of_open(file: &File) -> io::Result<Self> {
        asked::of_open(file)
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
        self.is_file() && asked::lets_run(self.permissions)
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

/// The file system that a file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Volume(u64);
