//! What others may do with a file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The bits that count as permissions: read, write and use for three, and three special ones.
const PERMISSIONS: u32 = 0o7777;

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

    /// Those of a file, without what else its system says beside them.
    pub(super) fn of_raw(bits: u32) -> Self {
        Self(bits & PERMISSIONS)
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
