//! What the vault holds before an import, opened for comparing.

use azvault_contexts::rules::import::Present;
use azvault_contexts::{Account, Context, Environment, Secret, SecretDescription};
use azvault_vault::{Error, Id, Import, Settings, Stored, Vault};

/// The vault's content, with the id of each item beside it.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) contexts: Vec<Context>,
    pub(crate) context_ids: Vec<Id>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) account_ids: Vec<Id>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) environment_ids: Vec<Id>,
    pub(crate) secrets: Vec<(SecretDescription, Secret)>,
    pub(crate) secret_ids: Vec<Id>,
    pub(crate) imports: Vec<Stored<Import>>,
    pub(crate) settings: Settings,
}

impl Content {
    /// Reads everything in one snapshot.
    pub(crate) fn read(vault: &Vault) -> Result<Self, Error> {
        let snapshot = vault.snapshot_with_kept()?;
        let mut content = Self { settings: snapshot.settings(), ..Self::default() };
        for stored in snapshot.contexts() {
            content.context_ids.push(stored.id);
            content.contexts.push(stored.value.copied());
        }
        for stored in snapshot.accounts() {
            content.account_ids.push(stored.id);
            content.accounts.push(stored.value.clone());
        }
        for stored in snapshot.environments() {
            content.environment_ids.push(stored.id);
            content.environments.push(stored.value.clone());
        }
        for (stored, value) in snapshot.secrets().iter().zip(snapshot.open_secrets()?) {
            content.secret_ids.push(stored.id);
            content.secrets.push((stored.description.clone(), value));
        }
        content.imports = snapshot.into_imports();
        Ok(content)
    }

    /// As the import rule takes it.
    pub(crate) fn present(&self) -> Present<'_> {
        Present {
            contexts: &self.contexts,
            accounts: &self.accounts,
            environments: &self.environments,
            secrets: &self.secrets,
            default: self.settings.default.as_ref(),
            autosave: self.settings.autosave,
        }
    }
}
