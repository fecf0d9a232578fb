//! What a vault holds at one moment, its values apart.

use std::sync::Arc;

use azvault_model::{Account, Context, Environment};
use azvault_vault::{Settings, Snapshot, StoredSecret, Vault};

use super::Purpose;
use crate::failure::Failure;

/// Read once from a vault, and shared by all that is asked of it until it changes.
pub struct VaultView {
    pub contexts: Vec<Context>,
    /// Sealed.
    pub secrets: Vec<StoredSecret>,
    /// Accounts that the vault knows, with or without a context.
    pub accounts: Vec<Account>,
    /// Clouds that are not built in.
    pub environments: Vec<Environment>,
    pub settings: Settings,
    /// The head of the vault at that moment ([`Snapshot::head`]).
    head: String,
    members: Members,
}

/// Whether the members that are kept of the files that contexts come from are there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Members {
    Modelled,
    All,
}

impl VaultView {
    /// What a vault holds now.
    pub(super) fn of(vault: &Vault) -> Result<Arc<Self>, Failure> {
        Self::again(vault, None, Purpose::Read)
    }

    /// What a vault holds now: that which was read before, where it is still that.
    pub(crate) fn again(
        vault: &Vault,
        before: Option<Arc<Self>>,
        purpose: Purpose,
    ) -> Result<Arc<Self>, Failure> {
        let (snapshot, members) = match purpose {
            Purpose::Read | Purpose::Revoke => (vault.snapshot()?, Members::Modelled),
            Purpose::Change => (vault.snapshot_with_kept()?, Members::All),
        };
        let same = before.filter(|it| it.head == snapshot.head() && it.members >= members);
        Ok(same.unwrap_or_else(|| Arc::new(Self::read(snapshot, members))))
    }

    fn read(snapshot: Snapshot<'_>, members: Members) -> Self {
        Self {
            settings: snapshot.settings(),
            secrets: snapshot.secrets().to_vec(),
            accounts: snapshot.accounts().iter().map(|stored| stored.value.clone()).collect(),
            environments: snapshot.environments().iter().map(|own| own.value.clone()).collect(),
            head: snapshot.head().to_owned(),
            members,
            contexts: snapshot.into_contexts().into_iter().map(|own| own.value).collect(),
        }
    }
}
