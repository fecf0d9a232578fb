//! Keys on tokens: what is stored of one, and the PIN of its token.

use azvault_model::Secret;

use super::TokenRequest;
use super::certificate::sends_chain;
use super::credential::Credential;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::message::SecretPart;
use crate::opening::OpenVault;
use crate::pkcs11::{self, KeyParts, StoredKey};
use crate::{policy, secrets};

/// Asks for the PIN that the key needs, before anything is started for it.
pub(super) fn ready(
    app: &App,
    open: &OpenVault,
    credential: &Credential<'_>,
) -> Result<(), Failure> {
    let Credential::Pkcs11Keys(held) = credential else { return Ok(()) };
    let Some(first) = held.first() else { return Ok(()) };
    let record = secrets::value(&open.vault.snapshot()?, &open.contexts, first.location)?;
    let key = StoredKey::read(&record)?;
    key.place.check(app)?;
    pkcs11::pin(app, &key).map(drop)
}

/// What the renewer gets of it. Where a policy has every secret released to who is there, a PIN is good for
/// one signature.
pub(super) fn parts(
    app: &App,
    wanted: &TokenRequest,
    contexts: &Contexts,
    record: &Secret,
) -> Result<KeyParts, Failure> {
    let key = StoredKey::read(record)?;
    key.place.check(app)?;
    let pin = pkcs11::pin(app, &key)?.map(SecretPart::new);
    if policy::presence(app)?.is_zero() {
        app.pins.forget(&key.token());
    }
    Ok(KeyParts { key, pin, sends_chain: sends_chain(contexts, wanted) })
}
