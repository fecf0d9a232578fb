//! PINs of tokens, in the memory of a process that has the vault open, for as long as it has.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use crate::message::SecretPart;

/// PINs by the token that each is of.
#[derive(Default)]
pub(crate) struct Pins(Mutex<BTreeMap<String, Secret>>);

/// A PIN that a person gave.
#[derive(Serialize, Deserialize)]
pub struct GivenPin {
    pub(crate) token: String,
    pub(crate) pin: SecretPart,
}

impl GivenPin {
    pub(crate) fn secret(&mut self) -> &mut Secret {
        self.pin.value_mut()
    }
}

impl Pins {
    /// The PIN of a token.
    pub(super) fn get(&self, token: &str) -> Option<Secret> {
        // EXPOSE: copied for the one process that shows it to the token.
        self.all().get(token).map(|pin| Secret::copied_from(pin.expose()))
    }

    /// Keeps a PIN in the place of the one before.
    pub(crate) fn keep(&self, token: String, pin: Secret) {
        self.all().insert(token, pin);
    }

    /// The token does not take it, or takes it once: it is not tried again.
    pub(crate) fn forget(&self, token: &str) {
        self.all().remove(token);
    }

    /// The vault is locked.
    pub(crate) fn forget_all(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Pins;
    use azvault_model::Secret;

    #[test]
    fn a_pin_is_known_until_it_is_wrong_or_the_vault_is_locked() {
        let pins = Pins::default();
        let keep = |token: &str| pins.keep(token.to_owned(), Secret::copied_from(b"1234"));
        keep("a");
        keep("b");
        let typed = Secret::copied_from(b"1234");
        assert!(pins.get("a").is_some_and(|pin| pin.same_as(&typed)));
        pins.forget("a");
        assert!(pins.get("a").is_none() && pins.get("b").is_some());
        pins.forget_all();
        assert!(pins.get("b").is_none());
    }
}
