//! The federated token of a service principal: the one that is stored while it lives, then the one that
//! is in its file now.

use std::path::Path;

use azvault_model::Secret;

use super::{TokenRequest, credential};
use crate::app::App;
use crate::claims::claims;
use crate::connect::FEDERATED_TOKEN_FILE;
use crate::contexts::Contexts;
use crate::descriptor;
use crate::failure::{Failure, Kind};
use crate::private_file;
use crate::private_file::Readers;
use crate::text::{quoted, shown_path};

/// Largest token in a file.
const MAX_SIZE: usize = 64 * 1024;

/// A token that lives. What does not say until when is what its issuer's service takes or refuses.
///
/// The path may come from a file of somebody else's: what is in it is sent if it is a token that
/// says how long it lives, and not a word of anything else.
pub(super) fn living(
    app: &App,
    contexts: &Contexts,
    wanted: &TokenRequest,
    stored: Secret,
) -> Result<Secret, Failure> {
    let now = app.now();
    if claims(&stored).exp.is_none_or(|exp| exp > now) {
        return Ok(stored);
    }
    let expired = |more: &str| {
        let account = quoted(&wanted.account);
        let what = format!("the federated token of {account} has expired{more}");
        Failure::new(Kind::SignInNeeded, what).hint(
            "azvault connect --service-principal --application ID --tenant ID \
             --federated-token-file FILE",
        )
    };
    let path = credential::property(contexts, wanted, FEDERATED_TOKEN_FILE);
    let path = Path::new(path.ok_or_else(|| expired(""))?);
    let file = shown_path(path);
    // A pipe would be waited for.
    if !path.is_file() {
        return Err(expired(&format!(", and {file} is not there")));
    }
    let bytes = private_file::open(path, Readers::Anyone)
        .map_err(|failure| expired(&format!(", and {}", failure.what)))
        .and_then(|open| {
            let read = descriptor::read_secret_to_end(open, MAX_SIZE);
            read.map_err(|e| expired(&format!(", and {file}: {e}")))
        })?;
    let token = Secret::copied_from(bytes.trim_ascii());
    match claims(&token).exp {
        Some(exp) if exp > now => Ok(token),
        Some(_) => Err(expired(&format!(", and so has the one in {file}"))),
        None => Err(expired(&format!(", and {file} has none that says how long it lives"))),
    }
}
