//! Secrets: by value and by whose they are.

use std::collections::HashSet;

use azvault_model::TenantId;
use azvault_model::rules::import::{Plan, Planned};
use azvault_model::{
    Account, AccountId, ByDigest, Digests, HeldSecret, SecretDescription, SecretKind, Text,
};
use azvault_vault::{Since, ValueDigest};

use super::again::{Again, FileAgain};
use super::comparison::{Against, Comparison};
use crate::text::quoted;

/// Compares every secret of the files, as the plan of an import would take it now.
pub(super) fn compare(
    again: &Again,
    plan: &Plan,
    against: &Against<'_>,
    comparison: &mut Comparison,
) {
    comparison.secrets = plan.secrets.len();
    let mut values = None;
    for planned in &plan.secrets {
        let HeldSecret { description: about, value } = &planned.item;
        let Some(source) = source_of(again, planned) else { continue };
        if let Some(at) = planned.present {
            let held = &against.content.secrets[at].0;
            if let Some(part) = differing(held, about) {
                let what = format!("{} is in the vault with another {part}", in_words(about));
                comparison.differ(source, what);
            }
            continue;
        }
        let digest = ValueDigest::of(about.kind, value);
        if against.since.renewed.contains(&digest) {
            comparison.renewed += 1;
            comparison.tell(source, format!("{} was renewed since", in_words(about)));
        } else if against.since.signed_out.contains(&digest) {
            comparison.signed_out += 1;
            comparison.miss(source, format!("{} was signed out since", in_words(about)));
        } else {
            let values = values.get_or_insert_with(|| digests(against));
            let what = if values.contains(&digest) {
                format!("{} is in the vault as another's", in_words(about))
            } else {
                format!("{} is not in the vault", in_words(about))
            };
            comparison.differ(source, what);
        }
    }
    certificates(again, plan, against, comparison);
}

fn source_of<'a, T>(again: &'a Again, planned: &Planned<T>) -> Option<&'a FileAgain> {
    planned.sources.first().and_then(|number| again.files.get(*number))
}

/// All values that the vault holds.
fn digests(against: &Against<'_>) -> HashSet<ValueDigest> {
    let secrets = against.content.secrets.iter();
    secrets.map(|(about, value)| ValueDigest::of(about.kind, value)).collect()
}

/// In which part a secret of the vault is said to be another one's, if in any.
fn differing(held: &SecretDescription, said: &SecretDescription) -> Option<&'static str> {
    let parts = [
        ("account", &held.account, &said.account),
        ("tenant", &held.tenant, &said.tenant),
        ("client", &held.client_id, &said.client_id),
    ];
    let differs = |held: &Option<Text>, said: &Option<Text>| match (held, said) {
        (Some(held), Some(said)) => TenantId(held) != TenantId(said),
        (None, Some(_)) => true,
        (_, None) => false,
    };
    parts.into_iter().find(|(_, held, said)| differs(held, said)).map(|(part, ..)| part)
}

/// A certificate is its file: one that no entry leads to any more must still be there by value.
fn certificates(again: &Again, plan: &Plan, against: &Against<'_>, comparison: &mut Comparison) {
    let led_to: HashSet<usize> =
        plan.secrets.iter().flat_map(|planned| planned.sources.iter().copied()).collect();
    let mut values = None;
    for (number, source) in again.files.iter().enumerate() {
        let Some(value) = source.certificate.as_ref().filter(|_| !led_to.contains(&number)) else {
            continue;
        };
        let digest = ValueDigest::of(SecretKind::Certificate, value);
        comparison.secrets += 1;
        if against.since.renewed.contains(&digest) {
            comparison.tell(source, "the certificate was replaced since".to_owned());
        } else if against.since.signed_out.contains(&digest) {
            comparison.miss(source, "the certificate was signed out since".to_owned());
        } else if !values.get_or_insert_with(|| digests(against)).contains(&digest) {
            comparison.differ(source, "the certificate is not in the vault".to_owned());
        }
    }
}

/// The ids and home accounts of the vault's accounts.
pub(super) fn ids(accounts: &[Account]) -> Ids {
    let mut ids = Ids { digests: Digests::default(), held: ByDigest::default() };
    for account in accounts {
        for id in [Some(&account.id), account.home_account_id.as_ref()].into_iter().flatten() {
            ids.held.insert(ids.digests.of(AccountId(id)), ());
        }
    }
    ids
}

/// Ids without case.
pub(super) struct Ids {
    digests: Digests,
    held: ByDigest<()>,
}

/// Accounts by name or home: what else is known of them, contexts and secrets show.
pub(super) fn compare_accounts(
    again: &Again,
    plan: &Plan,
    ids: &Ids,
    since: &Since,
    comparison: &mut Comparison,
) {
    comparison.accounts = plan.people;
    for planned in &plan.accounts {
        let Some(source) = source_of(again, planned) else { continue };
        let (id, home) = (&planned.item.id, planned.item.home_account_id.as_ref());
        let has = |id: &Text| ids.held.contains_key(&ids.digests.of(AccountId(id)));
        if has(id) || home.is_some_and(has) {
            continue;
        }
        let name = quoted(id);
        if since.accounts.contains(&id.to_lowercase()) {
            comparison.miss(source, format!("account {name} was signed out since"));
        } else {
            comparison.differ(source, format!("account {name} is not in the vault"));
        }
    }
}

/// A secret in words: kind, owner and what it opens; never the value.
fn in_words(about: &SecretDescription) -> String {
    let kind = match about.kind {
        SecretKind::RefreshToken => "a refresh token",
        SecretKind::AccessToken => "an access token",
        SecretKind::IdToken => "an ID token",
        SecretKind::ClientSecret => "a client secret",
        SecretKind::Certificate => "a certificate",
        SecretKind::CertificatePath => "the path of a certificate",
        SecretKind::CertificatePassword => "the password of a certificate",
        SecretKind::ClientAssertion => "a federated token",
        SecretKind::StorageConnectionString => "a storage connection string",
        SecretKind::ManagedIdentitySecret => "the secret of a managed identity",
        SecretKind::SshCertificate => "an SSH certificate",
        SecretKind::Pkcs11Key => "a key on a token",
        SecretKind::TeamMembership => "a team membership",
        SecretKind::UnknownCredential => "a credential of an unknown kind",
    };
    match &about.account {
        Some(account) => format!("{kind} of {}", quoted(account)),
        None => format!("{kind} of nobody named"),
    }
}
