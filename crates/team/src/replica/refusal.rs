//! Why a record, or a whole log, is not taken.

use std::fmt;

use crate::id::{DeviceId, Head};

/// A record that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its number.
    pub seq: u64,
    /// The device that it names.
    pub device: DeviceId,
    /// Why.
    pub because: RefusedBecause,
}

/// Why a record says nothing. All members find the same, so all refuse the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RefusedBecause {
    /// No member has that device.
    NoMember = 1,
    /// The device did not sign it.
    Signature = 2,
    /// The member's role does not allow it.
    Role = 3,
    /// Its number is not behind the last one of the device.
    Replayed = 4,
    /// It is of another epoch than the log.
    Epoch = 5,
    /// A new epoch must begin first.
    EpochDue = 6,
    /// It does not open.
    Closed = 7,
    /// It opens, and says nothing that is understood.
    Misshapen = 8,
    /// The snapshot says something else than the log before it.
    Snapshot = 9,
    /// It would leave the team without an admin, or admits a device that is a member.
    Members = 10,
}

/// The database does not show the log that this device knows. Nothing behind the fault is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It shows less than it did.
    RolledBack {
        /// What was verified.
        ours: Head,
        /// Number of its last record.
        theirs: u64,
    },
    /// It shows another record where one was verified.
    Forked {
        /// What was verified.
        ours: Head,
        /// What is there now.
        theirs: Head,
    },
    /// A record is missing, or stands in another place.
    Gap {
        /// The number that is next.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A record was written behind another one than the one before it: its device was shown another log.
    OutOfChain {
        /// What was verified before it.
        ours: Head,
        /// The record.
        seq: u64,
    },
    /// A record of another log.
    OtherLog {
        /// Where it stands.
        seq: u64,
    },
    /// An epoch began for which this device was given no key.
    NoKey {
        /// The record.
        seq: u64,
    },
    /// This device is no member any more.
    Removed {
        /// The record.
        seq: u64,
    },
}

impl RefusedBecause {
    pub(crate) fn of(number: u8) -> Option<Self> {
        use RefusedBecause::{
            Closed, Epoch, EpochDue, Members, Misshapen, NoMember, Replayed, Role, Signature,
            Snapshot,
        };
        let all = [
            NoMember, Signature, Role, Replayed, Epoch, EpochDue, Closed, Misshapen, Snapshot,
            Members,
        ];
        all.into_iter().find(|because| *because as u8 == number)
    }
}

impl fmt::Display for RefusedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMember => "its device is no member",
            Self::Signature => "its device did not sign it",
            Self::Role => "its device may not write such a record",
            Self::Replayed => "it repeats a number of its device",
            Self::Epoch => "it is of another epoch",
            Self::EpochDue => "a new epoch must begin before it",
            Self::Closed => "it does not open",
            Self::Misshapen => "it has another form",
            Self::Snapshot => "its snapshot differs from the log before it",
            Self::Members => "it would make a second member of a device, or leave no admin",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack { ours, theirs } => {
                write!(
                    f,
                    "rollback detected: the database ends at record {theirs}, this device verified {ours}"
                )
            }
            Self::Forked { ours, theirs } => {
                write!(f, "fork detected: the database has {theirs}, this device verified {ours}")
            }
            Self::Gap { expected, found } => {
                write!(f, "record missing: {expected} should come, and {found} does")
            }
            Self::OutOfChain { ours, seq } => {
                write!(
                    f,
                    "fork detected: record {seq} was written behind another record than {ours}"
                )
            }
            Self::OtherLog { seq } => write!(f, "record {seq} is of another log"),
            Self::NoKey { seq } => {
                write!(f, "record {seq} begins an epoch without a key for this device")
            }
            Self::Removed { seq } => {
                write!(f, "this device was removed from the team by record {seq}")
            }
        }
    }
}
