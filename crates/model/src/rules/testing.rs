//! What the truth tables are made of.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::context_list::SeenContexts;
use crate::{
    AccountType, Accounts, Change, Clouds, Context, ContextAccount, ContextList, ContextName,
    Current, Kept, Known, Subscription, Tenant,
};

/// A context of a user, in tenant `t` of AzureCloud.
pub(crate) fn context(name: &str, account: &str, subscription: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: Some(ContextAccount {
            id: account.into(),
            account_type: AccountType::new("User"),
            properties: Default::default(),
        }),
        tenant: Some(Tenant { id: "t".into(), name: None }),
        subscription: Some(Subscription {
            id: subscription.into(),
            name: Some(format!("Sub {subscription}").into()),
            state: Some("Enabled".into()),
        }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

/// A context of a service principal.
pub(crate) fn of_principal(name: &str, account: &str, subscription: &str) -> Context {
    let mut context = context(name, account, subscription);
    if let Some(account) = &mut context.account {
        account.account_type = AccountType::new("ServicePrincipal");
    }
    context
}

pub(crate) fn names(texts: &[&str]) -> Vec<ContextName> {
    texts.iter().copied().map(ContextName::new).collect()
}

/// A vault without contexts.
static NONE: LazyLock<ContextList> = LazyLock::new(ContextList::default);

/// Known contexts, the current one by name.
pub(crate) fn known<'a>(contexts: &'a [Context], current: Option<&'a ContextName>) -> Known<'a> {
    let accounts = Cow::Owned(Accounts::of(Clouds::default(), contexts, [], []));
    let by_name = SeenContexts { own: contexts, ..SeenContexts::of_vault(&NONE) };
    let contexts = contexts.iter().collect();
    Known { contexts, current, acting: None, accounts, secrets: 0, by_name }
}

/// These contexts as the vault has them.
pub(crate) fn list(contexts: &[Context]) -> ContextList {
    contexts.iter().map(Context::copied).collect()
}

/// A change in words: `-gone +come >current`.
pub(crate) fn words(change: &Change) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(change.remove.iter().map(|name| format!("-{}", name.as_str())));
    words.extend(change.put.iter().map(|context| format!("+{}", context.name.as_str())));
    match &change.current {
        None => {}
        Some(Current::To(name)) => words.push(format!(">{}", name.as_str())),
        Some(Current::Nothing) => words.push(">none".to_owned()),
    }
    words.join(" ")
}
