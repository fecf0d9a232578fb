//! What a token or its module refuses, in words, with what to do next.

use std::path::Path;

use azvault_pkcs11::{Error, KeyUri};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind};
use crate::text::{cited, quoted, shown_path};

pub(super) const OTHER_MODULE: &str = "install it there, or sign in again with another: azvault connect \
     --service-principal --application ID --tenant ID --key URI --pkcs11-module PATH";

const PUT_IN: &str = "put the token in, then run the command again";

const PIN_AGAIN: &str = "run the command again with the right PIN: the token counts wrong ones";

const PIN_LOCKED: &str = "unlock it with the token's own program: pkcs11-tool --login --login-type so --init-pin, \
                          ykman piv access unblock-pin";

const PIN_CHANGE: &str = "pkcs11-tool --login --change-pin sets another";

const OTHER_KEY: &str = "pkcs11-tool --login --list-objects --type privkey names its keys; the one with another \
                         certificate signs in again: azvault connect --service-principal --application ID \
                         --tenant ID --key URI";

const NAME_MORE: &str = "say more of it: pkcs11:token=LABEL;serial=NUMBER;object=LABEL;id=%01";

/// Why there is no signature.
pub(crate) struct NotSigned {
    pub(crate) failure: Failure,
    pub(crate) pin: PinTried,
}

/// What became of the PIN.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PinTried {
    /// It was taken, or not shown.
    Fine,
    /// It was refused: it is not to be shown to the token again.
    Refused,
}

impl From<Failure> for NotSigned {
    fn from(failure: Failure) -> Self {
        Self { failure, pin: PinTried::Fine }
    }
}

/// What became of the PIN, by what the token says.
pub(super) fn tried(error: &Error) -> PinTried {
    match error {
        Error::PinWrong | Error::PinLocked | Error::PinToChange | Error::PinNeeded => {
            PinTried::Refused
        }
        _ => PinTried::Fine,
    }
}

pub(super) fn failed(error: &Error, uri: &KeyUri, module: &Path) -> Failure {
    let token = quoted(&uri.token_in_words());
    let failure = |kind, what: String, hint: &str| Failure::new(kind, what).hint(hint);
    match error {
        Error::NotLoaded(_) => {
            let what = format!("{}: {}", shown_path(module), cited(&error.to_string()));
            failure(Kind::Unsupported, what, OTHER_MODULE)
        }
        Error::TokenAbsent(others) => {
            let others: Vec<String> = others.iter().map(|label| quoted(label)).collect();
            let others = match others.is_empty() {
                true => String::new(),
                false => format!(" (there is {})", others.join(", ")),
            };
            failure(Kind::NotFound, format!("the token {token} is not there{others}"), PUT_IN)
        }
        Error::SeveralTokens(labels) => {
            let what = format!("{} tokens fit {}", labels.len(), quoted(&uri.to_string()));
            failure(Kind::NotFound, what, NAME_MORE)
        }
        Error::SeveralKeys => {
            let what =
                format!("several keys of the token {token} fit {}", quoted(&uri.to_string()));
            failure(Kind::NotFound, what, NAME_MORE)
        }
        Error::PinNeeded => {
            failure(Kind::Refused, format!("the token {token} wants its PIN"), PIN_AGAIN)
        }
        Error::PinWrong => failure(
            Kind::Refused,
            format!("the token {token} says that the PIN is wrong"),
            PIN_AGAIN,
        ),
        Error::PinLocked => {
            failure(Kind::Refused, format!("the PIN of the token {token} is locked"), PIN_LOCKED)
        }
        Error::PinToChange => failure(
            Kind::Refused,
            format!("the token {token} wants another PIN to be set"),
            PIN_CHANGE,
        ),
        Error::KeyAbsent => {
            let what = format!(
                "the token {token} has no longer, or never had, the key {}",
                quoted(&uri.to_string())
            );
            failure(Kind::NotFound, what, OTHER_KEY)
        }
        Error::UnfitKey(why) => {
            failure(Kind::Unsupported, format!("the token {token}: {why}"), OTHER_KEY)
        }
        Error::Refused(why) => {
            failure(Kind::Other, format!("the token {token} refused: {}", cited(why)), PUT_IN)
        }
    }
}

pub(super) fn hangs(module: &Path) -> Failure {
    let what = format!("the module {} did not answer for a minute", shown_path(module));
    Failure::new(Kind::Other, what).hint(PUT_IN)
}
