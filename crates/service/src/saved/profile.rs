//! What goes into a file of saved contexts.

use azvault_model::rules::secrets::order;
use azvault_model::{Account, Context, HeldSecret, Profile, Secret, SecretDescription, SecretKind};
use azvault_vault::Vault;

use crate::contexts::Contexts;
use crate::failure::Failure;

/// What the session sees, or what `--context` names of it, with its secrets, those that are used first
/// last.
pub fn profile(vault: &Vault, contexts: &Contexts) -> Result<Profile, Failure> {
    let chosen = match contexts.given() {
        Some(name) => vec![contexts.expect(name)?],
        None => contexts.seen(),
    };
    let accounts = contexts.accounts();
    let own = || chosen.first().and_then(|seen| accounts.of_context(seen.context).one());
    let only = contexts.given().map(|_| own());
    let takes = |about: &SecretDescription| match only {
        // A second device needs keys of its own.
        None => about.kind != SecretKind::TeamMembership,
        Some(only) => only.is_some_and(|only| accounts.may_use(&only.key, about)),
    };
    let takes_account = |account: &Account| match only {
        None => true,
        Some(only) => only.is_some() && accounts.of_account(account).one() == only,
    };
    let snapshot = vault.snapshot()?;
    let mut profile = Profile {
        contexts: chosen.iter().map(|seen| of_no_team(seen.context)).collect(),
        default: contexts.active()?.0.cloned(),
        environments: snapshot.environments().iter().map(|e| e.value.clone()).collect(),
        autosave: contexts.vault.settings.autosave,
        ..Profile::default()
    };
    let known = snapshot.accounts().iter().map(|stored| &stored.value);
    profile.accounts = known.filter(|account| takes_account(account)).cloned().collect();
    let mut stored: Vec<_> = snapshot.secrets().iter().collect();
    // Of several for one place the last is written: the one that would be used.
    stored.sort_by(|one, other| {
        let order_of_other = order(&other.description, other.created, "");
        order_of_other.cmp(&order(&one.description, one.created, ""))
    });
    for secret in stored.into_iter().filter(|secret| takes(&secret.description)) {
        let value = snapshot.open_secret(secret.id)?;
        profile.secrets.push(HeldSecret { description: secret.description.clone(), value });
    }
    for own in contexts.own().secrets.iter().map(|secret| &secret.held) {
        if takes(&own.description) {
            // EXPOSE: copied into what is being saved.
            let value = Secret::copied_from(own.value.expose());
            profile.secrets.push(HeldSecret { description: own.description.clone(), value });
        }
    }
    Ok(profile)
}

/// A context as one of the user's own: another vault may be in no team.
fn of_no_team(context: &Context) -> Context {
    let mut copied = context.copied();
    copied.labels.team = None;
    copied
}
