//! Accounts whose credentials lie in files although no context uses them: what `Clear-AzContext` or
//! `az account clear` of another release left in a cache.

use std::collections::{BTreeSet, HashSet};

use azvault_model::{Context, ContextAccount, SecretDescription, Text};

use super::proposal::Proposal;
use crate::app::App;
use crate::connect::offers::signs_in;
use crate::text::quoted;

/// What a plan says of them.
pub fn line(proposal: &Proposal) -> Option<String> {
    let names: Vec<_> = proposal.plan.unused.iter().map(|name| quoted(name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "no context uses the credentials of {}: they are imported, so that `migrate clean` can \
             remove their files",
            names.join(", ")
        )
    })
}

/// What makes contexts of them.
pub fn say_connects(app: &App, proposal: &Proposal) {
    let connects = &proposal.plan.connects;
    if !connects.is_empty() {
        app.console.note("no context uses these sign-ins; to make contexts of them:");
        for command in connects {
            app.console.note(format!("  {command}"));
        }
    }
}

/// Accounts of these secrets that none of the contexts has, by name.
pub(crate) fn accounts<'a>(
    contexts: impl Iterator<Item = &'a Context>,
    secrets: impl Iterator<Item = &'a SecretDescription>,
) -> BTreeSet<&'a str> {
    let used = used(contexts);
    let is_used = |name: &Option<Text>| {
        name.as_deref().is_some_and(|name| used.contains(&name.to_lowercase()))
    };
    secrets
        .filter(|about| signs_in(about.kind))
        .filter(|about| !is_used(&about.account) && !is_used(&about.home_account_id))
        .map(|about| about.account.as_deref().unwrap_or("an unknown account"))
        .collect()
}

/// Whether one of these secrets may be of an account that none of the contexts has: its home account
/// where it has one, else its id.
pub(crate) fn has_any<'a>(
    contexts: impl Iterator<Item = &'a Context>,
    mut secrets: impl Iterator<Item = &'a SecretDescription>,
) -> bool {
    let used = used(contexts);
    secrets.any(|about| {
        let id = about.home_account_id.as_ref().or(about.account.as_ref());
        signs_in(about.kind) && !id.is_some_and(|id| used.contains(&id.to_lowercase()))
    })
}

/// Ids and home accounts of contexts, without case.
fn used<'a>(contexts: impl Iterator<Item = &'a Context>) -> HashSet<String> {
    let mut used = HashSet::new();
    for account in contexts.filter_map(|context| context.account.as_ref()) {
        used.insert(account.id.to_lowercase());
        used.extend(ContextAccount::home_account_id(account).map(str::to_lowercase));
    }
    used
}

#[cfg(test)]
mod tests {
    use azvault_model::{SecretDescription, SecretKind};

    use super::accounts;

    #[test]
    fn credentials_of_nobodys_context_are_named_once() {
        let secret = |kind, account: Option<&str>| SecretDescription {
            account: account.map(Into::into),
            ..SecretDescription::of(kind)
        };
        let secrets = [
            secret(SecretKind::RefreshToken, Some("b@example.com")),
            secret(SecretKind::ClientSecret, Some("b@example.com")),
            secret(SecretKind::Certificate, Some("app")),
            secret(SecretKind::RefreshToken, None),
            secret(SecretKind::IdToken, Some("c@example.com")),
            secret(SecretKind::AccessToken, Some("c@example.com")),
        ];
        let found: Vec<_> = accounts(std::iter::empty(), secrets.iter()).into_iter().collect();
        assert_eq!(found, ["an unknown account", "app", "b@example.com"]);
    }
}
