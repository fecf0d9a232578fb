//! The browser of this machine.

use azvault_signin::browser::{self, Wishes};
use azvault_signin::{AZURE_POWERSHELL, Tokens};

use super::At;
use crate::browser::open;
use crate::failure::Failure;
use crate::online::failed;

/// How long the person has, in seconds.
const PATIENCE: i64 = 300;

pub(super) fn sign_in(at: &At<'_>, login_hint: Option<&str>) -> Result<Tokens, Failure> {
    let authority = at.authority(at.tenant.as_ref());
    let client = at.client(&authority, AZURE_POWERSHELL);
    let scope = at.scope()?;
    let wishes = Wishes { login_hint, claims: at.claims, ..Wishes::default() };
    let begun = browser::begin(&client, &[&scope], wishes).map_err(failed)?;
    let address = &begun.start();
    // Our own page, which sends the browser to the provider: its address tells nothing.
    match open(address) {
        Ok(()) => {
            at.app.console.request(format!("Sign in in your browser. If none opens: {address}"));
        }
        Err(e) => at.app.console.request(format!("No browser ({e}). Open this: {address}")),
    }
    let until = at.app.now() + PATIENCE;
    begun.finish(&client, &|| at.app.now(), until).map_err(|error| {
        let failure = failed(error);
        match failure.hint {
            Some(_) => failure,
            None => failure.hint("azvault connect --device-code signs in on any other device"),
        }
    })
}
