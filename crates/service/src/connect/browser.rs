//! The browser of this machine.

use std::process::{Command, Stdio};

use azvault_signin::browser::{self, Wishes};
use azvault_signin::{AZURE_POWERSHELL, Tokens};

use super::At;
use crate::failure::Failure;
use crate::online::failed;
use crate::{inherited, paths};

/// How long the person has, in seconds.
const PATIENCE: i64 = 300;

pub(super) fn sign_in(at: &At<'_>, login_hint: Option<&str>) -> Result<Tokens, Failure> {
    let authority = at.authority(at.tenant.as_ref());
    let client = at.client(&authority, AZURE_POWERSHELL);
    let scope = at.scope()?;
    let wishes = Wishes { login_hint, claims: at.claims, ..Wishes::default() };
    let begun = browser::begin(&client, &[&scope], wishes).map_err(failed)?;
    let address = &begun.start();
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

/// Opens the page of ours that sends the browser to the provider. Its address may stand among the
/// arguments: it is given to processes of this user alone.
fn open(address: &str) -> std::io::Result<()> {
    let usual = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let named = paths::browser().unwrap_or_else(|| usual.to_owned());
    let mut words: Vec<String> =
        named.split_ascii_whitespace().map(|word| word.replace("%s", address)).collect();
    if !named.contains("%s") {
        words.push(address.to_owned());
    }
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    inherited::without_anything(&mut command)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}
