//! Harden: which step has a copy of a credential be worth less. Told from descriptions alone; no value is
//! opened.
//!
//! No counterpart in Azure PowerShell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::blast_radius::{BlastRadius, Rank};
use super::connect::says_how_it_signed_in;
use crate::caseless::same;
use crate::{AccountKey, Change, Context, Decision, Known, SecretDescription, SecretKind, Text};

/// After so long a refresh token that nothing used is one too many, in seconds.
pub const UNUSED: i64 = 90 * 24 * 3600;

/// What is done about a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A certificate takes its place whose key is on a token.
    KeyOnToken,
    /// Such a key signs in already, and the credential before it still does too.
    RemoveReplaced,
    /// Nothing has used it for long: the account is signed out.
    SignOut,
    /// Programs sign in with Entra, and the storage account takes its keys no more.
    SharedKeysOff,
    /// Nothing takes its place.
    None,
    /// A copy of it is worth nothing.
    Done,
}

impl Step {
    /// The step as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyOnToken => "key_on_token",
            Self::RemoveReplaced => "remove_replaced",
            Self::SignOut => "sign_out",
            Self::SharedKeysOff => "shared_keys_off",
            Self::None => "none",
            Self::Done => "done",
        }
    }

    /// Whether there is something to do.
    pub fn is_to_do(self) -> bool {
        !matches!(self, Self::None | Self::Done)
    }
}

/// A secret of which the step is asked.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    /// What it is.
    pub about: &'a SecretDescription,
    /// Unix seconds at which it was stored.
    pub created: i64,
    /// What it opens.
    pub radius: &'a BlastRadius,
}

/// The step for a secret among all of the vault; `None` for what ends by itself within hours, or opens nothing.
pub fn step<'a>(
    secret: Stored<'_>,
    mut all: impl Iterator<Item = &'a SecretDescription>,
    now: i64,
) -> Option<Step> {
    let Stored { about, created, radius } = secret;
    if about.kind == SecretKind::Pkcs11Key {
        return Some(Step::Done);
    }
    if !radius.works_as_copy || radius.rank > Rank::Renewing {
        return None;
    }
    Some(match about.kind {
        SecretKind::ClientSecret | SecretKind::Certificate => {
            match all.any(|other| is_key_of(other, about)) {
                true => Step::RemoveReplaced,
                false => Step::KeyOnToken,
            }
        }
        // A redeemed one is replaced by another, which is stored then.
        SecretKind::RefreshToken if about.dated.unwrap_or(created) < now - UNUSED => Step::SignOut,
        SecretKind::StorageConnectionString => Step::SharedKeysOff,
        _ => Step::None,
    })
}

/// Whether it is a key with which the application of a credential signs in.
pub fn is_key_of(key: &SecretDescription, credential: &SecretDescription) -> bool {
    let is_same = |one: &Option<Text>, other: &Option<Text>| match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    };
    let in_tenant = credential.tenant.is_none() || is_same(&key.tenant, &credential.tenant);
    key.kind == SecretKind::Pkcs11Key && in_tenant && is_same(&key.account, &credential.account)
}

/// Has all contexts of an account sign in with a key, in the place of what they said before.
pub fn sign_with_key(
    known: &Known<'_>,
    account: &AccountKey,
    properties: &BTreeMap<String, String>,
) -> Decision {
    let own = known.contexts.iter().filter(|context| known.accounts.acts_in(account, context));
    let mut put: Vec<Context> = own.map(|context| context.copied()).collect();
    put.sort_by(|one, other| one.name.cmp(&other.name));
    for own in put.iter_mut().filter_map(|context| context.account.as_mut()) {
        own.properties.retain(|name, _| !says_how_it_signed_in(name));
        own.properties.extend(properties.clone());
    }
    Decision::plain(Change { put, ..Change::default() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Step, Stored, UNUSED, sign_with_key, step};
    use crate::rules::blast_radius::{AccountTenants, blast_radius};
    use crate::rules::testing::{context, known, words};
    use crate::{SecretDescription, SecretKind};

    const NOW: i64 = 2 * UNUSED;

    fn of(kind: SecretKind, account: &str) -> SecretDescription {
        let (account, tenant) = (Some(account.into()), Some("t".into()));
        SecretDescription { account, tenant, ..SecretDescription::of(kind) }
    }

    fn found(about: &SecretDescription, created: i64, all: &[SecretDescription]) -> Option<Step> {
        let radius = blast_radius("id", about, &AccountTenants::default(), NOW);
        step(Stored { about, created, radius: &radius }, all.iter(), NOW)
    }

    #[test]
    fn each_kind_has_its_step() {
        use SecretKind::*;
        for (kind, wanted) in [
            (ClientSecret, Some(Step::KeyOnToken)),
            (Certificate, Some(Step::KeyOnToken)),
            (CertificatePath, None),
            (CertificatePassword, None),
            (ClientAssertion, Some(Step::None)),
            (StorageConnectionString, Some(Step::SharedKeysOff)),
            (TeamMembership, Some(Step::None)),
            (UnknownCredential, Some(Step::None)),
            (RefreshToken, Some(Step::None)),
            (AccessToken, None),
            (SshCertificate, None),
            (ManagedIdentitySecret, None),
            (IdToken, None),
            (Pkcs11Key, Some(Step::Done)),
        ] {
            assert_eq!(found(&of(kind, "who"), NOW, &[]), wanted, "{kind:?}");
        }
    }

    #[test]
    fn what_nothing_used_is_signed_out_and_what_has_expired_is_nothing() {
        let mut token = of(SecretKind::RefreshToken, "who");
        for (created, dated, wanted) in [
            (NOW - UNUSED, None, Step::None),
            (NOW - UNUSED - 1, None, Step::SignOut),
            (NOW, Some(NOW - UNUSED - 1), Step::SignOut),
            (NOW - UNUSED - 1, Some(NOW), Step::None),
        ] {
            token.dated = dated;
            assert_eq!(found(&token, created, &[]), Some(wanted), "{created} {dated:?}");
        }
        token.token_type = Some("pop".into());
        assert_eq!(found(&token, NOW, &[]), None, "it is worth nothing without its key");
        let mut secret = of(SecretKind::ClientSecret, "who");
        secret.expires_on = Some(NOW);
        assert_eq!(found(&secret, NOW, &[]), None);
    }

    #[test]
    fn all_contexts_of_an_account_say_what_they_sign_in_with_and_no_others() {
        let mut contexts =
            [context("a", "app", "s1"), context("b", "app", "s2"), context("c", "other", "s1")];
        for own in contexts.iter_mut().filter_map(|own| own.account.as_mut()) {
            for (name, value) in [("certificatepath", "/old"), ("mine", "stays")] {
                own.properties.insert(name.to_owned(), value.to_owned());
            }
        }
        let known = known(&contexts, None);
        let account = known.accounts.of_context(&contexts[0]).one().unwrap().key.clone();
        let key = BTreeMap::from([("Pkcs11Key".to_owned(), "pkcs11:id=%01".to_owned())]);
        let decision = sign_with_key(&known, &account, &key);
        assert_eq!(words(&decision.change), "+a +b");
        assert!(decision.asks.is_none());
        for put in &decision.change.put {
            let properties = &put.account.as_ref().unwrap().properties;
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            assert_eq!(names, ["Pkcs11Key", "mine"]);
        }
    }

    #[test]
    fn a_secret_is_left_over_where_a_key_of_its_application_and_tenant_is() {
        let secret = of(SecretKind::ClientSecret, "app");
        let elsewhere = |account: &str, tenant: &str| SecretDescription {
            tenant: Some(tenant.into()),
            ..of(SecretKind::Pkcs11Key, account)
        };
        for (key, wanted) in [
            (elsewhere("APP", "T"), Step::RemoveReplaced),
            (elsewhere("app", "other"), Step::KeyOnToken),
            (elsewhere("other", "t"), Step::KeyOnToken),
            (of(SecretKind::Certificate, "app"), Step::KeyOnToken),
        ] {
            assert_eq!(found(&secret, NOW, &[key]), Some(wanted));
        }
        let of_any_tenant = SecretDescription { tenant: None, ..secret };
        let all = [elsewhere("app", "other")];
        assert_eq!(found(&of_any_tenant, NOW, &all), Some(Step::RemoveReplaced));
    }
}
