//! Kinds of slots, and their numbers.

use serde::{Deserialize, Serialize};

/// How a slot is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase,
    /// A passphrase and a key file.
    PassphraseAndKeyFile,
    /// A raw key.
    RawKey,
    /// A recovery code.
    RecoveryCode,
    /// A key that the keyring of the desktop keeps.
    Keyring,
    /// A value that is encrypted with age.
    Age,
    /// A passphrase and such a value.
    PassphraseAndAge,
}

impl SlotKind {
    const ALL: [Self; 7] = [
        Self::Passphrase,
        Self::PassphraseAndKeyFile,
        Self::RawKey,
        Self::RecoveryCode,
        Self::Keyring,
        Self::Age,
        Self::PassphraseAndAge,
    ];

    /// Whether each attempt at it costs a derivation; the key of every other kind is random.
    pub fn has_cost(self) -> bool {
        matches!(self, Self::Passphrase | Self::PassphraseAndKeyFile | Self::PassphraseAndAge)
    }

    /// Whether its record has an [`AgeWay`](crate::AgeWay).
    pub fn is_by_age(self) -> bool {
        matches!(self, Self::Age | Self::PassphraseAndAge)
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Passphrase => 1,
            Self::PassphraseAndKeyFile => 2,
            Self::RawKey => 3,
            Self::RecoveryCode => 4,
            Self::Keyring => 5,
            Self::Age => 6,
            Self::PassphraseAndAge => 7,
        }
    }

    pub(crate) fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::PassphraseAndKeyFile => "passphrase-and-key-file",
            Self::RawKey => "raw-key",
            Self::RecoveryCode => "recovery-code",
            Self::Keyring => "keyring",
            Self::Age => "age",
            Self::PassphraseAndAge => "passphrase-and-age",
        }
    }
}
