//! Ids of records and of vaults.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of a record: 63 random bits, shown as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub(crate) i64);

impl Id {
    /// One that nobody else has.
    pub fn random() -> Self {
        Self(crate::random::id())
    }

    /// The id of a number, as the state of a session keeps one.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number itself.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Not an id.
#[derive(Debug, thiserror::Error)]
#[error("an id has 16 hexadecimal digits")]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAnId);
        }
        i64::from_str_radix(text, 16).map(Self).map_err(|_| NotAnId)
    }
}

/// The first digits of an id, or all of them, as a person types one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdPrefix(String);

/// Fewest digits that stand for an id.
const MIN_DIGITS: usize = 4;

/// Not the digits of one id alone.
#[derive(Debug, PartialEq, Eq)]
pub enum NotOneId {
    /// No id begins so.
    None,
    /// These do.
    Several(Vec<Id>),
}

impl IdPrefix {
    /// The one of these ids that begins so.
    pub fn only(&self, ids: impl IntoIterator<Item = Id>) -> Result<Id, NotOneId> {
        let left_out = 64 - 4 * self.0.len();
        let beginning = u64::from_str_radix(&self.0, 16).ok();
        let begins = |id: &Id| Some(id.0.cast_unsigned() >> left_out) == beginning;
        let fitting: Vec<Id> = ids.into_iter().filter(begins).collect();
        match *fitting {
            [] => Err(NotOneId::None),
            [id] => Ok(id),
            _ => Err(NotOneId::Several(fitting)),
        }
    }
}

impl From<Id> for IdPrefix {
    fn from(id: Id) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not the beginning of an id.
#[derive(Debug, thiserror::Error)]
#[error("an id is 16 hexadecimal digits; its first four or more stand for it")]
pub struct NotAnIdPrefix;

impl FromStr for IdPrefix {
    type Err = NotAnIdPrefix;

    fn from_str(text: &str) -> Result<Self, NotAnIdPrefix> {
        let is_id = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match is_id && (MIN_DIGITS..=16).contains(&text.len()) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(NotAnIdPrefix),
        }
    }
}

/// The id of a vault: 16 random bytes, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VaultId(pub(crate) [u8; 16]);

impl VaultId {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for VaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Id, IdPrefix, NotOneId};

    #[test]
    fn ids_are_16_digits_and_nothing_else() {
        assert_eq!(Id(255).to_string(), "00000000000000ff");
        assert_eq!("00000000000000ff".parse::<Id>().unwrap(), Id(255));
        for text in ["", "ff", "+0000000000000ff", "g000000000000000", "ffffffffffffffff"] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_digits_stand_for_the_one_id_that_begins_so() {
        let ids = [Id(0x1234_5678_0000_0001), Id(0x1234_5678_0000_0002), Id(0x00ab_0000_0000_0000)];
        for (text, wanted) in [
            ("00ab", Ok(ids[2])),
            ("00AB", Ok(ids[2])),
            ("00ab000000000000", Ok(ids[2])),
            ("1234567800000001", Ok(ids[0])),
            ("12345678", Err(NotOneId::Several(vec![ids[0], ids[1]]))),
            ("ffff", Err(NotOneId::None)),
        ] {
            assert_eq!(text.parse::<IdPrefix>().unwrap().only(ids), wanted, "{text}");
        }
        for text in ["", "00a", "00ab000000000000f", "00ag", "+0ab", "00 ab"] {
            assert!(text.parse::<IdPrefix>().is_err(), "{text}");
        }
    }
}
