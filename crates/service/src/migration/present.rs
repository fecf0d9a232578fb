//! What the vault holds before an import, opened for comparing.

use azvault_model::rules::import::Present;
use azvault_model::{Account, Context, Environment, Secret, SecretDescription};
use azvault_vault::{Error, Id, Import, Items, Settings, Snapshot, Stored};

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
    /// Takes everything out of a snapshot.
    pub(crate) fn take(snapshot: &mut Snapshot<'_>) -> Result<Self, Error> {
        let settings = snapshot.settings();
        let Items { contexts, accounts, environments, secrets, imports } = snapshot.take_items()?;
        let values = snapshot.open_taken(&secrets)?;
        let (context_ids, contexts) = parted(contexts);
        let (account_ids, accounts) = parted(accounts);
        let (environment_ids, environments) = parted(environments);
        let secret_ids = secrets.iter().map(|stored| stored.id).collect();
        let descriptions = secrets.into_iter().map(|stored| stored.description);
        let mut secrets: Vec<_> = descriptions.zip(values).collect();
        secrets.shrink_to_fit();
        Ok(Self {
            contexts,
            context_ids,
            accounts,
            account_ids,
            environments,
            environment_ids,
            secrets,
            secret_ids,
            imports,
            settings,
        })
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

/// Ids and items apart, in no more memory than they need: the list was longer while it grew.
fn parted<T>(stored: Vec<Stored<T>>) -> (Vec<Id>, Vec<T>) {
    let ids = stored.iter().map(|stored| stored.id).collect();
    let mut items: Vec<T> = stored.into_iter().map(|stored| stored.value).collect();
    items.shrink_to_fit();
    (ids, items)
}
