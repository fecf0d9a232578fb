//! Keys of service principals on PKCS#11 tokens: the vault has where such a key is, and its certificate.
//!
//! A module is loaded by two processes alone: the renewer, and the one that runs while an account signs in
//! for the first time or a key is made. Both have given up whatever a module does not need.

mod asking;
mod create;
mod exchange;
mod failed;
mod pins;
mod place;
mod principal;
pub mod process;
mod stored_key;
mod work;

use azvault_model::Secret;
use azvault_pkcs11::{KeyUri, NotAKeyUri};

pub use self::create::{Created, NewPrincipal, create};
pub(crate) use self::failed::{NotSigned, PinTried};
pub use self::pins::GivenPin;
pub(crate) use self::pins::Pins;
pub use self::principal::{KeyChoice, LoadedKey, load};
pub(crate) use self::stored_key::{KeyParts, StoredKey};
pub(crate) use self::work::assertion;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::policy;
use crate::text::quoted;

/// Reads the URI of a key, as it was typed.
pub fn key_uri(text: &str) -> Result<KeyUri, Failure> {
    text.parse().map_err(|not: NotAKeyUri| {
        let hint = match not {
            NotAKeyUri::Pin => "leave the PIN out: it is asked for on the terminal, or --pin-file FILE",
            NotAKeyUri::Module => "--pkcs11-module PATH names the module",
            _ => "pkcs11:token=LABEL;object=LABEL, as p11tool --list-tokens and pkcs11-tool -O show them",
        };
        Failure::new(Kind::Usage, format!("{} is no key: {not}", quoted(text))).hint(hint)
    })
}

/// The PIN of a token: what is known of it in this process, else what a person types.
pub(crate) fn pin(app: &App, key: &StoredKey) -> Result<Option<Secret>, Failure> {
    if !key.wants_pin() {
        return Ok(None);
    }
    let token = key.token();
    if let Some(pin) = app.pins.get(&token) {
        return Ok(Some(pin));
    }
    let pin = ask_pin(app, &key.token_in_words())?;
    app.pins.keep(token.clone(), pin);
    Ok(app.pins.get(&token))
}

/// Keeps a PIN with which a token has just signed, unless a policy wants it each time.
pub(crate) fn keep_pin(app: &App, given: GivenPin) -> Result<(), Failure> {
    if !policy::presence(app)?.is_zero() {
        app.pins.keep(given.token, given.pin.into_value());
    }
    Ok(())
}

fn ask_pin(app: &App, label: &str) -> Result<Secret, Failure> {
    let token = quoted(label);
    let Some(mut terminal) = app.terminal() else {
        let what =
            format!("the PIN of the token {token} is needed and there is no terminal to prompt on");
        return Err(Failure::new(Kind::NeedsTerminal, what).hint(PIN_NEEDED));
    };
    let pin = terminal.ask_pin(&format!("PIN of the token {token}: "))?;
    match pin.is_empty() {
        true => Err(Failure::new(Kind::Aborted, "no PIN was typed")),
        false => Ok(pin),
    }
}

const PIN_NEEDED: &str = "azvault token --refresh > /dev/null, in a terminal, asks for it";
