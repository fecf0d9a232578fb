//! Whether a folder is this user's alone, from what the kernel says of it.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

/// Whether a fault is of our folder or of the one in which it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Base,
    Inner,
}

/// Why a folder cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    NotSet,
    Relative,
    Missing,
    /// Bytes that the path of a socket in it would have.
    TooLong(usize),
    /// A file, a link, a pipe.
    NoFolder(Owner),
    /// Whose it is.
    Foreign(Owner, u32),
    /// Its mode.
    Lax(Owner, u32),
    /// A shared folder in which everybody may rename what is others'.
    NotSticky(u32),
    /// The system does not say.
    Unreadable(i32),
}

impl Unfit {
    pub(super) fn of_error(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::NotADirectory => Self::NoFolder(Owner::Base),
            _ => Self::Unreadable(error.raw_os_error().unwrap_or_default()),
        }
    }

    pub(super) fn of_errno(error: Errno) -> Self {
        match error {
            // What open says to O_NOFOLLOW and O_DIRECTORY.
            Errno::LOOP | Errno::NOTDIR => Self::NoFolder(Owner::Inner),
            other => Self::of_error(&other.into()),
        }
    }

    /// Whether it is our own folder that is wrong.
    pub(crate) fn is_of_inner(self) -> bool {
        matches!(
            self,
            Self::NoFolder(Owner::Inner)
                | Self::Foreign(Owner::Inner, _)
                | Self::Lax(Owner::Inner, _)
        )
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSet => f.write_str("is not set"),
            Self::Relative => f.write_str("is not an absolute path"),
            Self::Missing => f.write_str("does not exist"),
            Self::TooLong(length) => {
                let most = super::LONGEST_SOCKET;
                write!(f, "is too long for a socket ({length} bytes, at most {most})")
            }
            Self::NoFolder(_) => f.write_str("is not a folder"),
            Self::Foreign(_, uid) => write!(f, "belongs to another user (uid {uid})"),
            Self::Lax(_, mode) => write!(f, "has mode {mode:04o}: others can enter it"),
            Self::NotSticky(mode) => {
                write!(f, "has mode {mode:04o}: others can replace what is in it")
            }
            Self::Unreadable(number) => {
                write!(f, "cannot be looked at: {}", io::Error::from_raw_os_error(*number))
            }
        }
    }
}

/// What counts of a folder.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    is_folder: bool,
    uid: u32,
    mode: u32,
    own: u32,
}

impl Facts {
    pub(super) fn of(facts: &Metadata) -> Self {
        let own = rustix::process::geteuid().as_raw();
        let (uid, mode) = (facts.uid(), facts.mode() & 0o7777);
        Self { is_folder: facts.is_dir(), uid, mode, own }
    }

    pub(super) fn of_stat(facts: &Stat) -> Self {
        let own = rustix::process::geteuid().as_raw();
        let is_folder = FileType::from_raw_mode(facts.st_mode) == FileType::Directory;
        Self { is_folder, uid: facts.st_uid, mode: facts.st_mode & 0o7777, own }
    }

    /// A folder that this user has to itself.
    pub(super) fn private(self, owner: Owner) -> Result<(), Unfit> {
        if !self.is_folder {
            return Err(Unfit::NoFolder(owner));
        }
        if self.uid != self.own {
            return Err(Unfit::Foreign(owner, self.uid));
        }
        if self.mode & 0o077 != 0 {
            return Err(Unfit::Lax(owner, self.mode));
        }
        Ok(())
    }

    /// A folder for all, in which nobody but root can rename or remove what is this user's.
    pub(super) fn shared(self) -> Result<(), Unfit> {
        if !self.is_folder {
            return Err(Unfit::NoFolder(Owner::Base));
        }
        if self.uid != 0 && self.uid != self.own {
            return Err(Unfit::Foreign(Owner::Base, self.uid));
        }
        if self.mode & 0o022 != 0 && self.mode & 0o1000 == 0 {
            return Err(Unfit::NotSticky(self.mode));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Owner, Unfit};

    const OWN: u32 = 1000;
    const OTHER: u32 = 1001;

    fn folder(uid: u32, mode: u32) -> Facts {
        Facts { is_folder: true, uid, mode, own: OWN }
    }

    #[test]
    fn a_private_folder_is_one_that_nobody_else_can_enter() {
        use Owner::Inner;
        for (facts, wanted) in [
            (folder(OWN, 0o700), Ok(())),
            (folder(OWN, 0o500), Ok(())),
            (folder(OWN, 0o1700), Ok(())),
            (folder(OWN, 0o750), Err(Unfit::Lax(Inner, 0o750))),
            (folder(OWN, 0o701), Err(Unfit::Lax(Inner, 0o701))),
            (folder(OWN, 0o1777), Err(Unfit::Lax(Inner, 0o1777))),
            (folder(OTHER, 0o700), Err(Unfit::Foreign(Inner, OTHER))),
            // Root's own folder is not this user's either.
            (folder(0, 0o700), Err(Unfit::Foreign(Inner, 0))),
            (Facts { is_folder: false, ..folder(OWN, 0o700) }, Err(Unfit::NoFolder(Inner))),
        ] {
            assert_eq!(facts.private(Inner), wanted);
        }
    }

    #[test]
    fn a_shared_folder_is_one_in_which_names_stay_with_their_owners() {
        for (facts, wanted) in [
            (folder(0, 0o1777), Ok(())),
            (folder(0, 0o755), Ok(())),
            (folder(OWN, 0o1777), Ok(())),
            (folder(OWN, 0o700), Ok(())),
            (folder(0, 0o777), Err(Unfit::NotSticky(0o777))),
            (folder(0, 0o775), Err(Unfit::NotSticky(0o775))),
            (folder(OWN, 0o777), Err(Unfit::NotSticky(0o777))),
            // The owner of a sticky folder can rename what is in it.
            (folder(OTHER, 0o1777), Err(Unfit::Foreign(Owner::Base, OTHER))),
            (Facts { is_folder: false, ..folder(0, 0o1777) }, Err(Unfit::NoFolder(Owner::Base))),
        ] {
            assert_eq!(facts.shared(), wanted);
        }
    }
}
