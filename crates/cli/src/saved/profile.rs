//! What goes into a file of saved contexts.

use azvault_contexts::{HeldSecret, Profile, Secret};
use azvault_vault::Vault;

use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;

/// What the session sees, or what `--context` names of it, with its secrets, the newest last.
pub(crate) fn profile(app: &App, vault: &Vault, contexts: &Contexts) -> Result<Profile, Failure> {
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let chosen = match contexts.given() {
        Some(name) => vec![contexts.expect(name)?],
        None => contexts.seen(),
    };
    let only: Option<Option<String>> = contexts.given().map(|_| {
        let account = chosen.first().and_then(|seen| seen.context.account.as_ref());
        account.map(|account| account.id.to_lowercase())
    });
    let takes = |account: Option<&str>| {
        only.as_ref().is_none_or(|only| account.map(str::to_lowercase) == *only)
    };
    let snapshot = vault.snapshot().map_err(failed)?;
    let mut profile = Profile {
        contexts: chosen.iter().map(|seen| seen.context.copied()).collect(),
        default: contexts.active()?.0.cloned(),
        environments: snapshot.environments().iter().map(|e| e.value.clone()).collect(),
        autosave: contexts.settings.autosave,
        ..Profile::default()
    };
    let accounts = snapshot.accounts().iter().map(|stored| &stored.value);
    profile.accounts = accounts.filter(|account| takes(Some(&account.id))).cloned().collect();
    let mut stored: Vec<_> = snapshot.secrets().iter().collect();
    stored.sort_by_key(|secret| (secret.created, secret.id));
    for secret in stored.into_iter().filter(|s| takes(s.description.account.as_deref())) {
        let value = snapshot.open_secret(secret.id).map_err(failed)?;
        profile.secrets.push(HeldSecret { description: secret.description.clone(), value });
    }
    for own in contexts.own().secrets.iter().map(|secret| &secret.held) {
        if takes(own.description.account.as_deref()) {
            // EXPOSE: copied into what is being saved.
            let value = Secret::copied_from(own.value.expose());
            profile.secrets.push(HeldSecret { description: own.description.clone(), value });
        }
    }
    Ok(profile)
}
