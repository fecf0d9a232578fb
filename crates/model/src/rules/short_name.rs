//! Short names: what a person can type, in place of a name that a product or azvault generated.
//!
//! `contoso-prod` for a user, `contoso-prod-sp` for a service principal, `contoso-prod-mi` for a managed
//! identity: the subscription, else the tenant, in small letters with hyphens. Where several contexts
//! would have one name, each of them gets the account behind it, else the tenant, else both, else the
//! subscription's id: none of them is the plain one by chance. The same contexts get the same names in
//! any order, except where nothing tells them apart but a number.

use std::collections::HashMap;

use crate::caseless::key;
use crate::rules::default_name::is_generated;
use crate::{Context, ContextName, KnownAccountType};

/// How a context that comes in is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Naming {
    /// As its file calls it.
    #[default]
    AsWritten,
    /// By a short name, where its name was generated. A name that a person gave stays.
    Short,
}

/// The short names of contexts, each beside its context: `None` for one whose name a person gave, or
/// that has no word to be named by. `is_taken` says which names belong to others.
pub fn short_names(
    contexts: &[&Context],
    is_taken: impl Fn(&ContextName) -> bool,
) -> Vec<Option<ContextName>> {
    let mut names: Vec<Option<ContextName>> = contexts.iter().map(|_| None).collect();
    let mut given: HashMap<String, usize> = HashMap::new();
    let mut pending: Vec<usize> =
        (0..contexts.len()).filter(|at| is_generated(contexts[*at])).collect();
    for detail in DETAILS {
        let mut wanted: HashMap<String, Vec<usize>> = HashMap::new();
        for &at in &pending {
            if let Some(name) = detail.name(contexts[at]) {
                wanted.entry(name).or_default().push(at);
            }
        }
        for (name, of) in wanted {
            let typed = ContextName::new(&name);
            if let [at] = of[..]
                && !given.contains_key(&name)
                && !is_taken(&typed)
            {
                given.insert(name, at);
                names[at] = Some(typed);
            }
        }
        pending.retain(|at| names[*at].is_none());
    }
    for at in pending {
        let Some(base) = LONGEST.name(contexts[at]) else { continue };
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let free = |name: &String| !given.contains_key(name) && !is_taken(&ContextName::new(name));
        if let Some(name) = { numbered }.find(free) {
            names[at] = Some(ContextName::new(&name));
            given.insert(name, at);
        }
    }
    names
}

/// The short name of one context.
pub fn short_name(
    context: &Context,
    is_taken: impl Fn(&ContextName) -> bool,
) -> Option<ContextName> {
    short_names(&[context], is_taken).pop().flatten()
}

/// What a name says beside the place and the kind of account.
#[derive(Clone, Copy)]
enum Detail {
    Nothing,
    Account,
    Tenant,
    AccountAndTenant,
    AccountTenantAndId,
}

const LONGEST: Detail = Detail::AccountTenantAndId;

const DETAILS: [Detail; 5] =
    [Detail::Nothing, Detail::Account, Detail::Tenant, Detail::AccountAndTenant, LONGEST];

impl Detail {
    fn name(self, context: &Context) -> Option<String> {
        let (account, tenant) = (account(context), tenant(context));
        let place = subscription(context).or_else(|| tenant.clone()).or_else(|| account.clone())?;
        let (account, tenant, id) = match self {
            Self::Nothing => (None, None, None),
            Self::Account => (account, None, None),
            Self::Tenant => (None, tenant, None),
            Self::AccountAndTenant => (account, tenant, None),
            Self::AccountTenantAndId => {
                let id = context.subscription.as_ref().map(|own| own.id.as_str());
                (account, tenant, id.or(context.environment.as_deref()).and_then(beginning))
            }
        };
        let words = [Some(place), kind(context).map(str::to_owned), account, tenant, id];
        Some(words.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }
}

/// What tells an account that is no person's.
fn kind(context: &Context) -> Option<&'static str> {
    match context.account.as_ref()?.account_type.known()? {
        KnownAccountType::ServicePrincipal | KnownAccountType::ClientAssertion => Some("sp"),
        KnownAccountType::ManagedService => Some("mi"),
        KnownAccountType::User | KnownAccountType::AccessToken => None,
    }
}

fn subscription(context: &Context) -> Option<String> {
    let own = context.subscription.as_ref()?;
    let named = own.name.as_deref().filter(|name| key(name) != key(&own.id)).and_then(words);
    named.or_else(|| beginning(&own.id))
}

/// `contoso` of `contoso.onmicrosoft.com` and of `Contoso`.
fn tenant(context: &Context) -> Option<String> {
    let own = context.tenant.as_ref()?;
    let named = own.name.as_deref().and_then(|name| words(first_label(name)));
    named.or_else(|| match own.id.contains('.') {
        true => words(first_label(&own.id)),
        false => beginning(&own.id),
    })
}

/// `megan` of `megan@contoso.example`, and the beginning of an application's id.
fn account(context: &Context) -> Option<String> {
    let id = context.account.as_ref()?.id.as_str();
    match id.split_once('@') {
        Some((user, _)) => words(user),
        None => beginning(id),
    }
}

/// A domain's first label; a name with spaces in it is no domain.
fn first_label(text: &str) -> &str {
    if text.contains(char::is_whitespace) { text } else { text.split('.').next().unwrap_or(text) }
}

/// The first part of an id, as GUIDs have it.
fn beginning(id: &str) -> Option<String> {
    words(id)?.split('-').next().map(str::to_owned)
}

/// Letters and digits in small letters, with a hyphen for all that stands between them.
fn words(text: &str) -> Option<String> {
    let letters = |word: &str| word.chars().flat_map(char::to_lowercase).collect::<String>();
    let words =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(letters).collect();
    (!words.is_empty()).then(|| words.join("-"))
}

#[cfg(test)]
mod tests;
