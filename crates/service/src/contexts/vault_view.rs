//! What a vault holds at one moment, its values apart.

use std::sync::Arc;

use azvault_model::{Account, Context, Environment};
use azvault_vault::{Settings, Snapshot, StoredSecret, Vault};

use crate::failure::Failure;

/// Read once from a vault, and shared by all that is asked of it until it changes.
#[derive(Default)]
pub struct VaultView {
    pub contexts: Vec<Context>,
    /// Sealed.
    pub secrets: Vec<StoredSecret>,
    /// Accounts that the vault knows, with or without a context.
    pub accounts: Vec<Account>,
    /// Clouds that are not built in.
    pub environments: Vec<Environment>,
    pub settings: Settings,
    /// Of the records at that moment ([`Snapshot::root`]).
    root: String,
}

impl VaultView {
    /// What a vault holds now.
    pub(crate) fn of(vault: &Vault) -> Result<Arc<Self>, Failure> {
        Self::again(vault, None)
    }

    /// Of a vault of which nothing was read.
    pub(crate) fn unread() -> Arc<Self> {
        Arc::default()
    }

    /// What a vault holds now: that which was read before, where it is still that.
    pub(crate) fn again(vault: &Vault, before: Option<Arc<Self>>) -> Result<Arc<Self>, Failure> {
        let snapshot = vault.snapshot()?;
        let same = before.filter(|it| it.root == snapshot.root());
        Ok(same.unwrap_or_else(|| Arc::new(Self::read(&snapshot))))
    }

    fn read(snapshot: &Snapshot<'_>) -> Self {
        Self {
            settings: snapshot.settings(),
            secrets: snapshot.secrets().to_vec(),
            accounts: snapshot.accounts().iter().map(|stored| stored.value.clone()).collect(),
            environments: snapshot.environments().iter().map(|own| own.value.clone()).collect(),
            root: snapshot.root().to_owned(),
            contexts: snapshot.contexts().iter().map(|own| own.value.copied()).collect(),
        }
    }
}
