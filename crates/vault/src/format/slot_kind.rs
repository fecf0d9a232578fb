//! Kinds of slots, and their numbers.

use serde::{Deserialize, Serialize};

/// How a slot is opened. Number 6 (recipient) is reserved.
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
}

impl SlotKind {
    const ALL: [Self; 5] = [
        Self::Passphrase,
        Self::PassphraseAndKeyFile,
        Self::RawKey,
        Self::RecoveryCode,
        Self::Keyring,
    ];

    /// Whether each attempt at it costs a derivation; the key of every other kind is random.
    pub fn has_cost(self) -> bool {
        matches!(self, Self::Passphrase | Self::PassphraseAndKeyFile)
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Passphrase => 1,
            Self::PassphraseAndKeyFile => 2,
            Self::RawKey => 3,
            Self::RecoveryCode => 4,
            Self::Keyring => 5,
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
        }
    }
}
