//! Access tokens for a context: from the cache while they live, else from the sign-in service.
//!
//! What has to ask the service runs apart, in a process of its own (`renew`): a command that is
//! killed between the service's answer and ours would lose a refresh token that nobody else has.

mod account_lock;
mod assertion;
mod cached;
mod certificate;
mod credential;
mod place;
mod renew;
pub mod renewal_process;
mod request;
pub mod sign_in;
mod store;

use azvault_model::Secret;
use azvault_vault::Problem;

use self::place::{Found, Place};
pub use self::renew::renew;
pub use self::request::{Target, TokenRequest};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::{audit, policy};

/// An access token.
pub struct Issued {
    pub value: Secret,
    /// Unix seconds.
    pub expires_on: i64,
    pub tenant: String,
}

/// The token: from the cache, else a new one, which is in the cache by the time it comes here.
/// Each one that is handed out stands in the audit log.
pub fn token(app: &App, open: &mut OpenVault, wanted: &TokenRequest) -> Result<Issued, Failure> {
    policy::signs_in(app, &wanted.environment, Some(&wanted.tenant))?;
    if let Some(found) = cached::find(app, &open.contexts, wanted)? {
        return hand_out(app, open, &found, wanted);
    }
    credential::check(app, &open.contexts, wanted)?;
    renewal_process::run(app, &open.reopener, wanted)?;
    open.refresh(app)?;
    let found = cached::find(app, &open.contexts, wanted)?.ok_or_else(|| {
        Failure::new(Kind::Busy, "the new token is gone already").hint("the same again")
    })?;
    hand_out(app, open, &found, wanted)
}

/// The secret with which a service principal signs in, for whoever is to sign in with it.
pub fn client_secret(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<Secret, Failure> {
    let held = credential::client_secret(&open.contexts, wanted)?;
    let found = Found { place: held.place, about: held.about };
    release(app, open, &found, "exec principal")
}

fn hand_out(
    app: &App,
    open: &mut OpenVault,
    found: &Found,
    wanted: &TokenRequest,
) -> Result<Issued, Failure> {
    let value = release(app, open, found, "token")?;
    let tenant = found.about.tenant.clone().unwrap_or_else(|| wanted.tenant.clone());
    Ok(Issued { value, expires_on: found.about.expires_on.unwrap_or_default(), tenant })
}

/// Opens a secret that is handed out, and writes that into the audit log under that verb.
fn release(app: &App, open: &mut OpenVault, found: &Found, verb: &str) -> Result<Secret, Failure> {
    let OpenVault { vault, contexts, .. } = open;
    match found.place {
        // Opened and told in one transaction: if the entry cannot be written, nothing is released.
        Place::Vault(id) => vault
            .write(|writing| -> Result<_, Problem> {
                let value = writing.open_secret(id)?;
                audit::log(app, writing, verb, vec![audit::of_secret(id, &found.about)])?;
                Ok(value)
            })
            .map_err(Failure::from),
        Place::Session(id) => {
            let own = contexts.own().secrets.iter().find(|secret| secret.id == id);
            let own = own.ok_or_else(crate::session::gone)?;
            let told = vec![audit::of_session(own)];
            vault.write(|writing| audit::log(app, writing, verb, told))?;
            // EXPOSE: the copy that is handed out; the session keeps its own.
            Ok(Secret::copied_from(own.held.value.expose()))
        }
    }
}
