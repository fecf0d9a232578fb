//! Random numbers by which things are told apart, and the hash of a record.

use std::fmt;

use azvault_vault::fill_random;
use data_encoding::HEXLOWER_PERMISSIVE as HEX;

/// The log of a team.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TeamId(pub [u8; 16]);

/// One device of a member.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub [u8; 16]);

/// One thing that is shared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemId(pub [u8; 16]);

/// SHA-256 of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordHash(pub [u8; 32]);

/// A place in the log, and what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the record; 0 where there is none.
    pub seq: u64,
    /// Of that record; zeros where there is none.
    pub hash: RecordHash,
}

impl TeamId {
    /// 128 random bits.
    pub fn random() -> Self {
        Self(random())
    }
}

impl DeviceId {
    /// 128 random bits.
    pub fn random() -> Self {
        Self(random())
    }
}

impl ItemId {
    /// The number of what has that name among things of its kind: who shares the same thing twice shares one.
    pub fn of(kind: &str, name: &str) -> Self {
        let text = format!("azt1.item\0{kind}\0{name}");
        let mut id = [0; 16];
        id.copy_from_slice(&azvault_vault::sha256(text.as_bytes())[..16]);
        Self(id)
    }

    /// As [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        HEX.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl Head {
    /// Before the first record.
    pub const NONE: Self = Self { seq: 0, hash: RecordHash([0; 32]) };
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    bytes
}

macro_rules! hexadecimal {
    ($($id:ty),*) => { $(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEX.encode(&self.0))
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )* };
}

hexadecimal!(TeamId, DeviceId, ItemId, RecordHash);

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} ({})", self.seq, &HEX.encode(&self.hash.0)[..16])
    }
}
