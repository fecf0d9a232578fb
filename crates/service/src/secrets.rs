//! The secrets that a command sees: of this session, and of the vault.

use azvault_model::rules::blast_radius::{AccountTenants, BlastRadius, blast_radius};
use azvault_model::{ProcessSecret, SecretDescription};
use azvault_vault::StoredSecret;

use crate::contexts::Contexts;

/// One secret, and where its value is.
#[derive(Clone, Copy)]
pub enum SecretRef<'a> {
    OfSession(&'a ProcessSecret),
    OfVault(&'a StoredSecret),
}

/// All of them: those of the session first, then by account, kind, tenant and target.
pub fn all(contexts: &Contexts) -> Vec<SecretRef<'_>> {
    let mut stored: Vec<_> = contexts.secrets.iter().collect();
    stored.sort_by_cached_key(|s| {
        let about = &s.description;
        (about.account.clone(), about.kind, about.tenant.clone(), about.target.clone(), s.id)
    });
    let of_session = contexts.own().secrets.iter().map(SecretRef::OfSession);
    of_session.chain(stored.into_iter().map(SecretRef::OfVault)).collect()
}

/// Where the accounts of the contexts that are seen are known.
pub fn tenants(contexts: &Contexts) -> AccountTenants<'_> {
    let seen = contexts.seen().into_iter().map(|seen| seen.context);
    AccountTenants::of(seen, contexts.accounts())
}

impl<'a> SecretRef<'a> {
    pub fn about(self) -> &'a SecretDescription {
        match self {
            Self::OfSession(secret) => &secret.held.description,
            Self::OfVault(secret) => &secret.description,
        }
    }

    /// The id by which commands name it.
    pub fn id(self) -> String {
        match self {
            Self::OfSession(secret) => format!("{:016x}", secret.id),
            Self::OfVault(secret) => secret.id.to_string(),
        }
    }

    /// What it opens at a time.
    pub fn radius(self, known: &AccountTenants<'_>, now: i64) -> BlastRadius {
        blast_radius(&self.id(), self.about(), known, now)
    }
}
