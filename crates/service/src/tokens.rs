//! Access tokens for a context: from the cache while they live, else from the sign-in service.
//!
//! The service is asked by a process of its own, the renewer (`renew`), which has one credential and one
//! question and no vault. Whoever has the vault open, the agent or a command, stores what comes.

mod account_lock;
mod assertion;
mod cached;
mod certificate;
mod challenge;
mod credential;
mod order;
mod renewal;
mod renewal_process;
mod renewals;
mod renewed;
pub mod renewer;
mod request;
pub mod sign_in;
mod store;
mod token_key;
mod token_request;
mod unclaimed;

use azvault_model::Secret;
use azvault_vault::Vault;

use self::credential::Credential;
pub(crate) use self::renewals::{Kept, Renewals, Waiting};
pub(crate) use self::renewed::{Renewed, Ticket};
pub use self::token_request::{Repeats, Target, TokenRequest};
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::secrets::SecretRef;
use crate::{audit, online, policy, secrets};

/// An access token.
pub struct Issued {
    pub value: Secret,
    /// Unix seconds.
    pub expires_on: i64,
    pub tenant: String,
}

/// A token that is newer, in seconds, stays where nobody says that it is void: so another one is asked for three
/// times a minute at the most.
const MIN_AGE: i64 = 20;

/// The token: from the cache, else a new one, which is in the cache by the time it comes here.
/// Each one that is handed out stands in the audit log.
///
/// Where another process asks, a new one is not waited for: what is wanted is noted with the request, which
/// fails, and is answered again from its beginning when the token is there.
pub fn token(app: &App, open: &mut OpenVault, wanted: &TokenRequest) -> Result<Issued, Failure> {
    prepare(app, open, wanted)?;
    let found = cached::find(app, &open.contexts, wanted)?.ok_or_else(|| {
        Failure::new(Kind::Busy, "the new token is gone already").hint("run the command again")
    })?;
    hand_out(app, &mut open.vault, &open.contexts, found, wanted)
}

/// Sees to it that the token is in the cache, and hands nothing out.
pub(crate) fn prepare(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<(), Failure> {
    allowed(app, &open.contexts, wanted)?;
    if cached::find(app, &open.contexts, wanted)?.is_some() {
        return Ok(());
    }
    let credential = credential::check(app, &open.contexts, wanted)?;
    // What the token has refused is said, before it is asked for again.
    if app.caller().is_none_or(|caller| !caller.renewed.has(wanted)) {
        token_key::ready(app, open, &credential)?;
    }
    drop(credential);
    match app.caller() {
        Some(caller) => caller.renewed.outcome(wanted)?,
        None => renewals::renew_here(app, open, wanted)?,
    }
    open.refresh(app)
}

/// A new token, whatever is in the cache. The one that was there is gone then.
pub fn new_token(
    app: &App,
    open: &mut OpenVault,
    mut wanted: TokenRequest,
) -> Result<Issued, Failure> {
    pass_over(app, open, &mut wanted)?;
    token(app, open, &wanted)
}

/// Has an account sign in, whatever is in the cache, and hands nothing out.
pub(crate) fn try_sign_in(
    app: &App,
    open: &mut OpenVault,
    mut wanted: TokenRequest,
) -> Result<(), Failure> {
    pass_over(app, open, &mut wanted)?;
    prepare(app, open, &wanted)
}

/// No token of the cache will do, as it was when the request was first answered.
fn pass_over(app: &App, open: &OpenVault, wanted: &mut TokenRequest) -> Result<(), Failure> {
    let begun = app.caller().and_then(|caller| caller.renewed.passed_over(wanted));
    match begun {
        Some(passed_over) => wanted.passed_over = passed_over,
        None => {
            while let Some(found) = cached::find(app, &open.contexts, wanted)? {
                let id = found.location.id().number();
                wanted.passed_over.push(id);
            }
        }
    }
    Ok(())
}

/// A new token in the place of this one, of which nobody says that it is void; this one, where there is no other.
pub(crate) fn another_token(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
    cached: Issued,
) -> Result<Issued, Failure> {
    let found = cached::find(app, &open.contexts, wanted)?;
    let is_new = found.is_none_or(|found| app.now() - found.created < MIN_AGE);
    // A key on a token may want to be touched.
    let is_silent = match credential::of(&open.contexts, wanted) {
        Err(_) | Ok(Credential::Pkcs11Keys(_)) => false,
        Ok(_) => true,
    };
    if is_new || !is_silent {
        return Ok(cached);
    }
    let is_waited_for = || app.caller().is_some_and(|caller| caller.renewed.is_waited_for());
    match new_token(app, open, wanted.clone()) {
        Err(_) if !is_waited_for() => Ok(cached),
        new => new,
    }
}

/// Has the audit log say that a token goes to a clipboard, before it goes.
pub(crate) fn log_copy(app: &App, open: &mut OpenVault) -> Result<(), Failure> {
    let subject = audit::of_clipboard();
    match app.caller() {
        Some(caller) => caller.pending.add(audit::COPY_TOKEN, vec![subject]),
        None => {
            open.vault
                .write(|writing| audit::log(app, writing, audit::COPY_TOKEN, vec![subject]))?;
        }
    }
    Ok(())
}

/// The secret with which a service principal signs in, for whoever is to sign in with it.
pub fn client_secret(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<Secret, Failure> {
    let OpenVault { vault, contexts, .. } = open;
    let secret = credential::client_secret(contexts, wanted)?;
    secrets::release(app, vault, contexts, secret, "exec principal")
}

/// Whether the policy lets such a token be handed out.
fn allowed(app: &App, contexts: &Contexts, wanted: &TokenRequest) -> Result<(), Failure> {
    policy::signs_in(app, &wanted.environment, Some(&wanted.tenant))?;
    policy::opens(app, &online::cloud(contexts, &wanted.environment)?, wanted.resource())
}

fn hand_out(
    app: &App,
    vault: &mut Vault,
    contexts: &Contexts,
    found: SecretRef<'_>,
    wanted: &TokenRequest,
) -> Result<Issued, Failure> {
    let value = secrets::release_together(app, vault, contexts, found, "token")?;
    let SecretRef { description, .. } = found;
    let tenant = description.tenant.as_deref().unwrap_or(&wanted.tenant).to_owned();
    Ok(Issued { value, expires_on: description.expires_on.unwrap_or_default(), tenant })
}
