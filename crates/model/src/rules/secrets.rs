//! Secrets: which two are one, whose place a new one takes, what one may be used for, and which of
//! several goes first. Every reader, store and writer asks here.
//!
//! Whose a secret is, [`Accounts`] says. That a token is bound, of a partition or on behalf of
//! someone is as in MSAL: such an entry never answers a request for a plain one (msal
//! `token_cache.py` `search`, MSAL.NET `TokenCache.ITokenCacheInternal.cs`).

mod alike;

use std::cmp::Reverse;

use super::family;
use crate::account::names_home;
use crate::caseless::same;
use crate::{
    AccountKey, Accounts, ClientId, Clouds, Found, HomeAccountId, SecretDescription, SecretKind,
    TenantId, Text,
};
pub use alike::Alike;

/// The client as which azvault signs users in: Azure PowerShell's.
pub const OWN_CLIENT: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

/// Why a token is not its account's plain bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restriction {
    /// It is worth something together with a key alone, which azvault does not have.
    Bound,
    /// It was got for one purpose, and stands in a part of the cache of its own.
    Partitioned,
    /// An application got it on behalf of the user, who never asked for it.
    OnBehalfOf,
}

impl Restriction {
    /// The restriction as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Partitioned => "partitioned",
            Self::OnBehalfOf => "on_behalf_of",
        }
    }
}

/// What keeps a token from being used as its account's own; `None` for a plain one, and for every
/// secret that is no token.
pub fn restriction(about: &SecretDescription) -> Option<Restriction> {
    if about.token_type.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        Some(Restriction::Bound)
    } else if about.partition.is_some() {
        Some(Restriction::Partitioned)
    } else if about.on_behalf_of.is_some() {
        Some(Restriction::OnBehalfOf)
    } else {
        None
    }
}

/// Whether a secret that is known is a new one of the same value: of one kind and account, in one
/// cloud. A credential is one per tenant as well, because an application has one in each.
///
/// What does not say its cloud, as a key store does not, is of each of its account's clouds: it is
/// there for whatever comes, and what is there for one of several clouds is not it.
pub fn is_same(known: &SecretDescription, new: &SecretDescription, accounts: &Accounts) -> bool {
    let tenants = !is_credential(known.kind) || is_equal(&known.tenant, &new.tenant);
    let covers =
        known.environment.is_none() || new.environment.is_some() || !is_of_several(new, accounts);
    known.kind == new.kind
        && tenants
        && covers
        && is_same_owner(known, new)
        && is_same_cloud(known, new, accounts.clouds())
}

/// Whether a secret may be that of accounts in several clouds, because it does not say its own.
pub fn is_of_several(about: &SecretDescription, accounts: &Accounts) -> bool {
    about.environment.is_none() && matches!(accounts.of_secret(about), Found::Several(_))
}

/// Whether a new secret takes the place of an old one: a token's place is that of its client, a
/// credential's that of its tenant. What an older file left open is filled by what is known now.
pub fn takes_place(new: &SecretDescription, old: &SecretDescription, clouds: &Clouds) -> bool {
    use SecretKind::{AccessToken, Certificate, CertificatePassword, RefreshToken};
    let kind = new.kind == old.kind
        // The password of a certificate is no other certificate's.
        || (new.kind == Certificate && old.kind == CertificatePassword);
    let place = match new.kind {
        RefreshToken => is_equal(&new.client_id, &old.client_id),
        AccessToken => {
            is_equal(&new.client_id, &old.client_id)
                && is_equal(&new.tenant, &old.tenant)
                && is_equal(&new.target, &old.target)
        }
        _ => old.tenant.is_none() || is_equal(&new.tenant, &old.tenant),
    };
    kind && place
        && restriction(new) == restriction(old)
        && is_same_owner(new, old)
        && is_same_cloud(new, old, clouds)
}

/// Whether an account may sign in with a secret, or show it as its token: it is the account's own,
/// and restricted to nothing.
pub fn may_use(about: &SecretDescription, account: &AccountKey, accounts: &Accounts) -> bool {
    restriction(about).is_none() && accounts.may_use(account, about)
}

/// The order in which secrets of one kind are tried, for a tenant: its own, then those of no
/// tenant, then those of others; of tokens those of our own client, then of its family, then of
/// other clients; then what the file or the vault says was last written, the newest first. What
/// still is equal goes in the order of its import, in which the most authoritative file is the
/// first. No id decides, because ids are chance.
///
/// `created` is when the secret came into the vault.
pub fn order<'a>(about: &'a SecretDescription, created: i64, tenant: &str) -> impl Ord + use<'a> {
    let of_tenant = match &about.tenant {
        Some(own) if TenantId(own) == TenantId(tenant) => 0,
        None => 1,
        Some(_) => 2,
    };
    let texts = (&about.account, &about.client_id, &about.tenant, &about.target);
    let newest = Reverse(about.dated.unwrap_or(created));
    (of_tenant, of_client(about), newest, about.place, texts, about.expires_on)
}

/// The order in which access tokens are taken: those of our own client or its family first, then
/// the one that lives longest, then as in [`order`].
pub fn order_of_access<'a>(
    about: &'a SecretDescription,
    created: i64,
    tenant: &str,
) -> impl Ord + use<'a> {
    let of_others = of_client(about) == 2;
    (of_others, Reverse(about.expires_on), order(about, created, tenant))
}

/// 0 for our own client and for what no client got, 1 for its family, 2 for others. Tokens of an
/// application have the application's own id there, all the same one.
fn of_client(about: &SecretDescription) -> u8 {
    let is_token = matches!(about.kind, SecretKind::RefreshToken | SecretKind::AccessToken);
    match &about.client_id {
        _ if !is_token => 0,
        None => 0,
        Some(client) if ClientId(client) == ClientId(OWN_CLIENT) => 0,
        Some(client) if family::is_member(client) => 1,
        Some(_) if about.family_id.as_deref() == Some("1") => 1,
        Some(_) => 2,
    }
}

/// What an application signs in with, of which it has one in each tenant.
pub fn is_credential(kind: SecretKind) -> bool {
    matches!(
        kind,
        SecretKind::ClientSecret
            | SecretKind::Certificate
            | SecretKind::CertificatePath
            | SecretKind::CertificatePassword
            | SecretKind::ClientAssertion
            | SecretKind::Pkcs11Key
            | SecretKind::UnknownCredential
    )
}

/// One home account, or one name where not both say theirs.
fn is_same_owner(one: &SecretDescription, other: &SecretDescription) -> bool {
    fn home(about: &SecretDescription) -> Option<&Text> {
        let user = about.account.as_deref().unwrap_or_default();
        about.home_account_id.as_ref().filter(|home| names_home(home, user))
    }
    match (home(one), home(other)) {
        (Some(one), Some(other)) => HomeAccountId(one) == HomeAccountId(other),
        _ => is_equal(&one.account, &other.account),
    }
}

fn is_same_cloud(one: &SecretDescription, other: &SecretDescription, clouds: &Clouds) -> bool {
    match (&one.environment, &other.environment) {
        (Some(one), Some(other)) => clouds.key(one) == clouds.key(other),
        _ => true,
    }
}

fn is_equal(one: &Option<Text>, other: &Option<Text>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
mod tests;
