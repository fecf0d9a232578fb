//! What a vault holds at one moment, its values apart.

use std::sync::{Arc, OnceLock};

use azvault_model::{
    Account, AccountKey, Accounts, ByAccount, Clouds, Context, ContextList, Environment,
    SecretDescription,
};
use azvault_vault::{Records, Settings, Stored, StoredSecret, Transaction, Vault, Versions};

use crate::failure::Failure;

/// Read once from a vault, and shared by all that is asked of it until it changes. A change of one kind of record
/// leaves the others as they are: what is large is not copied for what is small.
#[derive(Default)]
pub struct VaultView {
    pub contexts: Arc<ContextList>,
    /// Sealed.
    pub secrets: Arc<Vec<StoredSecret>>,
    /// Accounts that the vault knows, with or without a context.
    pub accounts: Arc<Vec<Account>>,
    /// Clouds that are not built in.
    pub environments: Arc<Vec<Environment>>,
    pub settings: Settings,
    /// Who all of these are about, once it was asked.
    everyone: OnceLock<Arc<Everyone>>,
    /// By which it is known what changed.
    versions: Versions,
}

/// All accounts of one place, and what belongs to each.
#[derive(Default)]
pub(crate) struct Everyone {
    pub(crate) accounts: Arc<Accounts>,
    contexts: OnceLock<ByAccount>,
    secrets: OnceLock<ByAccount>,
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
        Ok(Self::read(vault.snapshot()?.records(), before.unwrap_or_default()))
    }

    /// What a vault holds within a transaction.
    pub(crate) fn within(writing: &Transaction<'_>, before: &Arc<Self>) -> Arc<Self> {
        Self::read(writing.records(), Arc::clone(before))
    }

    /// Who all contexts, accounts and secrets of the vault are about.
    pub(crate) fn everyone(&self) -> Arc<Everyone> {
        let everyone = self.everyone.get_or_init(|| {
            let secrets = self.secrets.iter().map(|secret| &secret.description);
            let clouds = Clouds::of(&*self.environments);
            let accounts = Accounts::of(clouds, &*self.contexts, &*self.accounts, secrets);
            Arc::new(Everyone::of(accounts))
        });
        Arc::clone(everyone)
    }

    fn read(records: Records<'_>, before: Arc<Self>) -> Arc<Self> {
        let (versions, known) = (records.versions(), before.versions);
        if versions == known {
            return before;
        }
        let contexts = match versions.contexts == known.contexts {
            true => Arc::clone(&before.contexts),
            false => each(records.contexts(), Context::copied),
        };
        let accounts = match versions.accounts == known.accounts {
            true => Arc::clone(&before.accounts),
            false => each(records.accounts(), Account::clone),
        };
        let environments = match versions.environments == known.environments {
            true => Arc::clone(&before.environments),
            false => each(records.environments(), Environment::clone),
        };
        let secrets = match versions.secrets == known.secrets {
            true => Arc::clone(&before.secrets),
            false => Arc::new(records.secrets().to_vec()),
        };
        // The same records say the same of who is who.
        let is_same = Versions { settings: known.settings, ..versions } == known;
        let everyone = if is_same { before.everyone.clone() } else { OnceLock::new() };
        let settings = records.settings();
        Arc::new(Self { contexts, secrets, accounts, environments, settings, everyone, versions })
    }
}

impl Everyone {
    pub(crate) fn of(accounts: Accounts) -> Self {
        Self { accounts: Arc::new(accounts), ..Self::default() }
    }

    /// Places of the contexts that may be this account's, among those that these accounts were made of.
    pub(crate) fn contexts_of<'a>(
        &self,
        key: &AccountKey,
        all: impl IntoIterator<Item = &'a Context>,
    ) -> Vec<usize> {
        let index = self.contexts.get_or_init(|| ByAccount::of_contexts(&self.accounts, all));
        index.may_be_of(&self.accounts, key)
    }

    /// Likewise of secrets.
    pub(crate) fn secrets_of<'a>(
        &self,
        key: &AccountKey,
        all: impl IntoIterator<Item = &'a SecretDescription>,
    ) -> Vec<usize> {
        let index = self.secrets.get_or_init(|| ByAccount::of_secrets(&self.accounts, all));
        index.may_be_of(&self.accounts, key)
    }
}

fn each<T, All: FromIterator<T>>(stored: &[Stored<T>], copied: impl Fn(&T) -> T) -> Arc<All> {
    Arc::new(stored.iter().map(|stored| copied(&stored.value)).collect())
}
