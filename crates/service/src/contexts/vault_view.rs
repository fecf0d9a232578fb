//! What a vault holds at one moment, its values apart.

use std::sync::{Arc, OnceLock};

use azvault_model::{Account, Accounts, Clouds, Context, Environment};
use azvault_vault::{Id, Settings, Snapshot, Stored, StoredSecret, Vault};

use crate::failure::Failure;

/// Read once from a vault, and shared by all that is asked of it until it changes. A change of one kind of record
/// leaves the others as they are: what is large is not copied for what is small.
#[derive(Default)]
pub struct VaultView {
    pub contexts: Arc<Vec<Context>>,
    /// Sealed.
    pub secrets: Arc<Vec<StoredSecret>>,
    /// Accounts that the vault knows, with or without a context.
    pub accounts: Arc<Vec<Account>>,
    /// Clouds that are not built in.
    pub environments: Arc<Vec<Environment>>,
    pub settings: Settings,
    /// Who all of these are about, once it was asked.
    everyone: OnceLock<Arc<Accounts>>,
    /// By which it is known what changed.
    versions: Versions,
    /// Of the records at that moment ([`Snapshot::root`]).
    root: String,
}

/// Ids and revisions of the records of each kind.
#[derive(Default)]
struct Versions {
    contexts: Vec<(Id, i64)>,
    secrets: Vec<(Id, i64)>,
    accounts: Vec<(Id, i64)>,
    environments: Vec<(Id, i64)>,
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
        match before {
            Some(before) if before.root == snapshot.root() => Ok(before),
            Some(before) => Ok(Arc::new(Self::read(&snapshot, &before))),
            None => Ok(Arc::new(Self::read(&snapshot, &Self::default()))),
        }
    }

    /// Who all contexts, accounts and secrets of the vault are about.
    pub(crate) fn everyone(&self) -> Arc<Accounts> {
        let everyone = self.everyone.get_or_init(|| {
            let secrets = self.secrets.iter().map(|secret| &secret.description);
            let clouds = Clouds::of(&*self.environments);
            Arc::new(Accounts::of(clouds, &*self.contexts, &*self.accounts, secrets))
        });
        Arc::clone(everyone)
    }

    fn read(snapshot: &Snapshot<'_>, before: &Self) -> Self {
        let versions = Versions::of(snapshot);
        let known = &before.versions;
        let contexts = match versions.contexts == known.contexts {
            true => Arc::clone(&before.contexts),
            false => each(snapshot.contexts(), Context::copied),
        };
        let accounts = match versions.accounts == known.accounts {
            true => Arc::clone(&before.accounts),
            false => each(snapshot.accounts(), Account::clone),
        };
        let environments = match versions.environments == known.environments {
            true => Arc::clone(&before.environments),
            false => each(snapshot.environments(), Environment::clone),
        };
        let secrets = match versions.secrets == known.secrets {
            true => Arc::clone(&before.secrets),
            false => Arc::new(snapshot.secrets().to_vec()),
        };
        // The same records say the same of who is who.
        let is_same = Arc::ptr_eq(&contexts, &before.contexts)
            && Arc::ptr_eq(&accounts, &before.accounts)
            && Arc::ptr_eq(&environments, &before.environments)
            && Arc::ptr_eq(&secrets, &before.secrets);
        let everyone = if is_same { before.everyone.clone() } else { OnceLock::new() };
        let (settings, root) = (snapshot.settings(), snapshot.root().to_owned());
        Self { contexts, secrets, accounts, environments, settings, everyone, versions, root }
    }
}

impl Versions {
    fn of(snapshot: &Snapshot<'_>) -> Self {
        let secrets = snapshot.secrets().iter();
        Self {
            contexts: versions(snapshot.contexts()),
            secrets: secrets.map(|secret| (secret.id, secret.revision())).collect(),
            accounts: versions(snapshot.accounts()),
            environments: versions(snapshot.environments()),
        }
    }
}

fn versions<T>(stored: &[Stored<T>]) -> Vec<(Id, i64)> {
    stored.iter().map(|stored| (stored.id, stored.revision)).collect()
}

fn each<T>(stored: &[Stored<T>], copied: impl Fn(&T) -> T) -> Arc<Vec<T>> {
    Arc::new(stored.iter().map(|stored| copied(&stored.value)).collect())
}
