//! What the records of a vault hold at one moment, borrowed of a snapshot or of a transaction.

use std::sync::atomic::{AtomicU64, Ordering};

use azvault_model::{Account, Context, Environment};

use crate::format::record::{Content, Settings, Stored, StoredSecret};

/// What records hold at one moment.
#[derive(Clone, Copy)]
pub struct Records<'a> {
    pub(crate) content: &'a Content,
    pub(crate) root: &'a str,
}

impl<'a> Records<'a> {
    /// All contexts, with what was kept of their files beyond them.
    pub fn contexts(self) -> &'a [Stored<Context>] {
        &self.content.contexts
    }

    /// Accounts, those without a context included.
    pub fn accounts(self) -> &'a [Stored<Account>] {
        &self.content.accounts
    }

    /// Clouds that are not built in.
    pub fn environments(self) -> &'a [Stored<Environment>] {
        &self.content.environments
    }

    /// Secrets, sealed.
    pub fn secrets(self) -> &'a [StoredSecret] {
        &self.content.secrets
    }

    /// What is set for the vault as a whole.
    pub fn settings(self) -> Settings {
        self.content.settings()
    }

    /// The HMAC over all records: where it is the same, so is each of them.
    pub fn root(self) -> &'a str {
        self.root
    }

    /// By which it is known, kind by kind, whether they are as they were.
    pub fn versions(self) -> Versions {
        self.content.versions
    }
}

/// By which it is known, without a look at each, whether the records of a kind are as they were: what has
/// one version is the same. Records that are read again have others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Of contexts.
    pub contexts: Version,
    /// Of accounts.
    pub accounts: Version,
    /// Of clouds that are not built in.
    pub environments: Version,
    /// Of secrets.
    pub secrets: Version,
    /// Of the settings.
    pub settings: Version,
}

/// A number that no two states of records have. The first is that of no records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version(u64);

impl Version {
    pub(crate) fn rise(&mut self) {
        static LAST: AtomicU64 = AtomicU64::new(0);
        *self = Self(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    }
}
