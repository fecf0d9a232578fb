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

/// The id of a vault: 16 random bytes, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    use super::Id;

    #[test]
    fn ids_are_16_digits_and_nothing_else() {
        assert_eq!(Id(255).to_string(), "00000000000000ff");
        assert_eq!("00000000000000ff".parse::<Id>().unwrap(), Id(255));
        for text in ["", "ff", "+0000000000000ff", "g000000000000000", "ffffffffffffffff"] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
