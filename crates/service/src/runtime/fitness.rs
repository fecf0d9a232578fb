//! Whether a folder is this user's alone, from what the kernel says of it.

use std::fmt;
use std::io;

use azvault_os::file::{Facts, Owner as User, Permissions, Refusal, refusal};

/// Whether a fault is of our folder or of the one in which it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Base,
    Inner,
}

/// Why a folder cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    NotSet,
    Relative,
    Missing,
    /// Bytes that the path of a socket in it would have.
    TooLong(usize),
    /// A file, a link, a pipe.
    NoFolder(Owner),
    /// Whose it is.
    Foreign(Owner, User),
    /// Its mode.
    Lax(Owner, Permissions),
    /// A shared folder in which everybody may rename what is others'.
    NotSticky(Permissions),
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

    /// Of a folder that was to be opened, and no link to one.
    pub(super) fn of_open(error: &io::Error) -> Self {
        match refusal(error) {
            Refusal::Link | Refusal::NotAFolder => Self::NoFolder(Owner::Inner),
            Refusal::NotThere | Refusal::Special | Refusal::Other => Self::of_error(error),
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
                let most = super::MAX_SOCKET_PATH;
                write!(f, "is too long for a socket ({length} bytes, at most {most})")
            }
            Self::NoFolder(_) => f.write_str("is not a folder"),
            Self::Foreign(_, user) => write!(f, "belongs to another user ({user})"),
            Self::Lax(_, mode) => write!(f, "has mode {mode}: others can enter it"),
            Self::NotSticky(mode) => {
                write!(f, "has mode {mode}: others can replace what is in it")
            }
            Self::Unreadable(number) => {
                write!(f, "cannot be looked at: {}", io::Error::from_raw_os_error(*number))
            }
        }
    }
}

/// What counts of a folder.
#[derive(Clone, Copy)]
pub(super) struct Fitness {
    is_folder: bool,
    user: User,
    permissions: Permissions,
    own: User,
}

impl Fitness {
    pub(super) fn of(facts: &Facts) -> Self {
        let (is_folder, user) = (facts.is_folder(), facts.owner());
        Self { is_folder, user, permissions: facts.permissions(), own: User::own() }
    }

    /// A folder that this user has to itself.
    pub(super) fn private(self, owner: Owner) -> Result<(), Unfit> {
        if !self.is_folder {
            return Err(Unfit::NoFolder(owner));
        }
        if self.user != self.own {
            return Err(Unfit::Foreign(owner, self.user));
        }
        if !self.permissions.is_private() {
            return Err(Unfit::Lax(owner, self.permissions));
        }
        Ok(())
    }

    /// A folder for all, in which nobody but root can rename or remove what is this user's.
    pub(super) fn shared(self) -> Result<(), Unfit> {
        if !self.is_folder {
            return Err(Unfit::NoFolder(Owner::Base));
        }
        if !self.user.is_system() && self.user != self.own {
            return Err(Unfit::Foreign(Owner::Base, self.user));
        }
        if self.permissions.writers().is_some() && !self.permissions.keeps_names_to_owners() {
            return Err(Unfit::NotSticky(self.permissions));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fitness, Owner, Permissions, Unfit, User};

    const OWN: u32 = 1000;
    const OTHER: u32 = 1001;

    fn user(number: u32) -> User {
        User::of_record(number)
    }

    fn mode(number: u32) -> Permissions {
        Permissions::of_record(number)
    }

    fn folder(owner: u32, permissions: u32) -> Fitness {
        let (user, permissions) = (user(owner), mode(permissions));
        Fitness { is_folder: true, user, permissions, own: User::of_record(OWN) }
    }

    #[test]
    fn a_private_folder_is_one_that_nobody_else_can_enter() {
        use Owner::Inner;
        for (facts, wanted) in [
            (folder(OWN, 0o700), Ok(())),
            (folder(OWN, 0o500), Ok(())),
            (folder(OWN, 0o1700), Ok(())),
            (folder(OWN, 0o750), Err(Unfit::Lax(Inner, mode(0o750)))),
            (folder(OWN, 0o701), Err(Unfit::Lax(Inner, mode(0o701)))),
            (folder(OWN, 0o1777), Err(Unfit::Lax(Inner, mode(0o1777)))),
            (folder(OTHER, 0o700), Err(Unfit::Foreign(Inner, user(OTHER)))),
            // Root's own folder is not this user's either.
            (folder(0, 0o700), Err(Unfit::Foreign(Inner, user(0)))),
            (Fitness { is_folder: false, ..folder(OWN, 0o700) }, Err(Unfit::NoFolder(Inner))),
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
            (folder(0, 0o777), Err(Unfit::NotSticky(mode(0o777)))),
            (folder(0, 0o775), Err(Unfit::NotSticky(mode(0o775)))),
            (folder(OWN, 0o777), Err(Unfit::NotSticky(mode(0o777)))),
            // The owner of a sticky folder can rename what is in it.
            (folder(OTHER, 0o1777), Err(Unfit::Foreign(Owner::Base, user(OTHER)))),
            (Fitness { is_folder: false, ..folder(0, 0o1777) }, Err(Unfit::NoFolder(Owner::Base))),
        ] {
            assert_eq!(facts.shared(), wanted);
        }
    }
}
