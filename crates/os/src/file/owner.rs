//! Whose a file is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::asked;

/// The system's own user and group.
pub(super) const SYSTEM: u32 = 0;

/// A user, as the owner of a file. Records have its number; [`Display`](fmt::Display) says what kind
/// of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(pub(super) u32);

impl Owner {
    /// The user whose permissions this process has.
    pub fn own() -> Self {
        Self(asked::own_user())
    }

    /// The user who started this process, which a set-user-id program does not change.
    pub fn of_caller() -> Self {
        Self(asked::calling_user())
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
        asked::is_beyond_container(self.0)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", asked::USER_NUMBER, self.0)
    }
}
