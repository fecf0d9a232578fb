//! Keys on PKCS#11 tokens (OASIS PKCS #11 2.40): finding one by its URI, signing with it, making one.
//!
//! A module is a library of somebody else's, and is loaded into this process. A caller does so in a
//! process that has nothing a module should see.

mod certificate;
mod key;
mod module;
mod new_key;
mod uri;

use cryptoki::error::{Error as Pkcs11Error, RvError};

pub use key::{Algorithm, Key, Session};
pub use module::{Login, Module, Token};
pub use new_key::{NewKey, Request};
pub use uri::{KeyUri, NotAKeyUri};

/// Why a token did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The module is not there, or is no library of PKCS#11.
    #[error("the PKCS#11 module cannot be loaded: {0}")]
    NotLoaded(String),
    /// No slot has such a token; the labels of those that are there.
    #[error("the token is not there")]
    TokenAbsent(Vec<String>),
    /// The URI fits several tokens; their labels.
    #[error("several tokens fit the URI")]
    SeveralTokens(Vec<String>),
    /// The token wants a PIN, and none was given.
    #[error("the token wants its PIN")]
    PinNeeded,
    /// It is another PIN.
    #[error("the token says that the PIN is wrong")]
    PinWrong,
    /// The token takes no PIN any more.
    #[error("the PIN of the token is locked")]
    PinLocked,
    /// The PIN has expired, or was set by an administrator and never changed.
    #[error("the token wants another PIN to be set")]
    PinToChange,
    /// The token has no such private key.
    #[error("the token has no such key")]
    KeyAbsent,
    /// The URI fits several keys.
    #[error("several keys of the token fit the URI")]
    SeveralKeys,
    /// It is no RSA key of 2048 to 8192 bits that may sign, or the token knows no way to sign with it.
    #[error("the key cannot sign: {0}")]
    UnfitKey(&'static str),
    /// Anything else that the module says.
    #[error("the token refused: {0}")]
    Refused(String),
}

impl From<Pkcs11Error> for Error {
    fn from(error: Pkcs11Error) -> Self {
        let Pkcs11Error::Pkcs11(code, _) = &error else { return Self::Refused(error.to_string()) };
        match code {
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => Self::PinWrong,
            RvError::PinLocked => Self::PinLocked,
            RvError::PinExpired => Self::PinToChange,
            RvError::UserPinNotInitialized | RvError::UserNotLoggedIn => Self::PinNeeded,
            RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::DeviceRemoved
            | RvError::SlotIdInvalid => Self::TokenAbsent(Vec::new()),
            _ => Self::Refused(error.to_string()),
        }
    }
}
