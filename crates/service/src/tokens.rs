//! Access tokens for a context: from the cache while they live, else from the sign-in service.
//!
//! What has to ask the service runs apart, in a process of its own (`renew`): a command that is
//! killed between the service's answer and ours would lose a refresh token that nobody else has.

mod account_lock;
mod assertion;
mod cached;
mod certificate;
mod challenge;
mod credential;
mod renew;
pub mod renewal_process;
mod request;
pub mod sign_in;
mod store;

use azvault_model::Secret;
use azvault_vault::Vault;

pub use self::renew::renew;
pub use self::request::{Repeats, Target, TokenRequest};
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::secrets::SecretRef;
use crate::{online, policy, secrets};

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
    if let Some(issued) = cached_token(app, open, wanted)? {
        return Ok(issued);
    }
    credential::check(app, &open.contexts, wanted)?;
    renewal_process::run(app, &open.reopener, wanted)?;
    open.refresh(app)?;
    let found = cached::find(app, &open.contexts, wanted)?.ok_or_else(|| {
        Failure::new(Kind::Busy, "the new token is gone already").hint("run the command again")
    })?;
    hand_out(app, &mut open.vault, &open.contexts, found, wanted)
}

/// The token if one is cached that fits; its release stands in the audit log.
pub(crate) fn cached_token(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<Option<Issued>, Failure> {
    let OpenVault { vault, contexts, .. } = open;
    allowed(app, contexts, wanted)?;
    let found = cached::find(app, contexts, wanted)?;
    found.map(|found| hand_out(app, vault, contexts, found, wanted)).transpose()
}

/// A new token, whatever is in the cache. The one that was there is gone then.
pub fn new_token(
    app: &App,
    open: &mut OpenVault,
    mut wanted: TokenRequest,
) -> Result<Issued, Failure> {
    while let Some(found) = cached::find(app, &open.contexts, &wanted)? {
        let id = found.location.id().number();
        wanted.passed_over.push(id);
    }
    token(app, open, &wanted)
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
    let value = secrets::release(app, vault, contexts, found, "token")?;
    let SecretRef { description, .. } = found;
    let tenant = description.tenant.as_deref().unwrap_or(&wanted.tenant).to_owned();
    Ok(Issued { value, expires_on: description.expires_on.unwrap_or_default(), tenant })
}
