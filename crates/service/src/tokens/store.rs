//! Storing new tokens in the place of those that they make void.

use azvault_model::rules::secrets::may_use;
use azvault_model::rules::token_cache::is_outdated;
use azvault_model::{HeldSecret, Scope, SecretDescription, SecretKind};
use azvault_policy::rules;
use azvault_vault::{Id, Parting, Problem};

use super::token_request::TokenRequest;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::opening::OpenVault;
use crate::secrets::{SecretLocation, SecretRef};
use crate::{audit, secrets, session};

/// Stores what came, where its credential is: in one transaction of the vault, or in one step of the
/// session. The refresh token that was redeemed goes only if another one came.
pub(super) fn store(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
    new: Vec<HeldSecret>,
    redeemed: Option<SecretLocation>,
) -> Result<(), Failure> {
    let OpenVault { vault, contexts, .. } = open;
    let now = app.now();
    let rotated = new.iter().any(|held| held.description.kind == SecretKind::RefreshToken);
    let void = redeemed.filter(|_| rotated);
    let accounts = contexts.accounts();
    let owner = wanted.owner(&accounts)?;
    let is_own = |about: &SecretDescription| may_use(about, &owner, &accounts);
    // Without a credential of the session's, as for a managed identity, the vault keeps it.
    let in_session = match void {
        Some(location) => location.scope() == Scope::Process,
        None => is_of_session(contexts, wanted),
    };
    let policy = app.policy()?;
    let is_to_go = |about: &SecretDescription, came: i64| {
        about.kind == SecretKind::AccessToken
            && is_own(about)
            && (is_outdated(about, &wanted.tenant, &wanted.scopes, now)
                || rules::token(policy, came, now).is_err())
    };
    if in_session {
        let session = contexts.session.as_mut().ok_or_else(session::gone)?;
        return session.update(|state| {
            state.secrets.retain(|own| {
                let is_void = void == Some(SecretRef::of_session(own).location);
                !is_void && !is_to_go(&own.held.description, own.created)
            });
            for held in &new {
                secrets::add_to_session(state, held, now);
            }
            Ok(())
        });
    }
    let written = vault.write(|writing| -> Result<(), Problem> {
        let gone: Vec<Id> = writing
            .secrets()
            .iter()
            .filter(|stored| {
                let is_void = void == Some(SecretLocation::Vault(stored.id));
                is_void || is_to_go(&stored.description, stored.created)
            })
            .map(|stored| stored.id)
            .collect();
        for id in gone {
            writing.remove_secret(id, Parting::Renewed)?;
        }
        let mut told = Vec::new();
        for held in &new {
            let id = writing.add_secret(&held.description, &held.value, now)?;
            told.push(audit::of_secret(id, &held.description));
        }
        audit::log(app, writing, "token renew", told)
    });
    Ok(written?)
}

/// Whether the account signs in with something that only the session has.
pub(super) fn is_of_session(contexts: &Contexts, wanted: &TokenRequest) -> bool {
    let accounts = contexts.accounts();
    // An account that fits several names has nothing that it could have signed in with.
    let Ok(owner) = wanted.owner(&accounts) else { return false };
    let mut own = contexts.own().secrets.iter().map(|secret| &secret.held.description);
    own.any(|about| about.kind != SecretKind::AccessToken && may_use(about, &owner, &accounts))
}
