//! Profiles of AzureRM 1-3, written by `Save-AzureRmProfile` (RM/Serialization/Legacy*.cs,
//! ModelConversionExtensions.cs).
//!
//! ```text
//! { Environments { name: { Name, OnPremise, Endpoints{} } },
//!   Context { Account { Id, Type: int, Properties{} }, Subscription { Id, Name, Environment, Account,
//!             State, Properties }, Environment, Tenant { Id, Domain }, TokenCache: base64 } }
//! ```
//!
//! One context without a name, which the product calls `Default`.

use std::collections::BTreeMap;

use azvault_contexts::{
    AccountType, Context, ContextAccount, ContextName, IdentityKind, SecretDescription, SecretKind,
    Subscription, Tenant,
};

use super::environment::add_environment;
use super::{CacheData, hold_property, read_cache_data};
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, keep};

const NAME: &str = "Default";

/// Reads a profile.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let file = root.object()?;
    if let Some(environments) = file.get_some("Environments")?
        && environments.is_object()
    {
        for (name, node) in environments.object()?.members() {
            add_environment(name, node, found)?;
        }
    }
    if let Some(context) = file.get_some("Context")? {
        read_context(context, found)?;
        found.profile.default = found.profile.contexts.first().map(|context| context.name.clone());
    }
    Ok(())
}

/// Reads the one context, here and where an old half stands in a newer file.
pub(super) fn read_context(node: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = node.object()?;
    let object = |name| fields.get_some(name)?.map(Node::object).transpose();
    let environment = match object("Environment")? {
        Some(environment) => environment.text("Name")?,
        None => None,
    };
    let tenant = match object("Tenant")? {
        Some(tenant) => match tenant.text("Id")? {
            Some(id) => Some(Tenant { id, name: tenant.text("Domain")? }),
            None => None,
        },
        None => None,
    };
    let owner = SecretDescription {
        tenant: tenant.as_ref().map(|tenant| tenant.id.clone()),
        environment: environment.clone(),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let context_account = read_account(&fields, owner, found)?;
    let subscription = match object("Subscription")? {
        Some(subscription) => match subscription.text("Id")? {
            Some(id) => Some(Subscription {
                id,
                name: subscription.text("Name")?,
                state: subscription.text("State")?,
            }),
            None => None,
        },
        None => None,
    };
    let mut kept: Vec<(&str, &Node<'_>)> = Vec::new();
    if let Some(cache) = fields.get_some("TokenCache")?
        && read_cache_data(&cache.text()?, found) == CacheData::Unreadable
    {
        found.warn(cache.place(), "a token cache that cannot be read: kept as it is, sealed");
        kept.push(("/TokenCache", cache));
    }
    for (name, pointer) in [("Environment", "/Environment"), ("Subscription", "/Subscription")] {
        if let Some(node) = fields.get_some(name)? {
            kept.push((pointer, node));
        }
    }
    let context = Context {
        name: ContextName::new(NAME),
        account: context_account,
        tenant,
        subscription,
        environment,
        version_profile: None,
        extended_properties: BTreeMap::new(),
        kept: keep(&kept),
    };
    if !context.is_complete() {
        found.warn(node.place(), "a context without account, tenant or environment: kept as it is");
    }
    found.profile.contexts.push(context);
    Ok(())
}

fn read_account(
    context: &crate::json::Object<'_>,
    mut owner: SecretDescription,
    found: &mut Found,
) -> Result<Option<ContextAccount>, JsonError> {
    let Some(node) = context.get_some("Account")? else { return Ok(None) };
    let fields = node.object()?;
    let Some(id) = fields.text("Id")? else { return Ok(None) };
    let account_type = match fields.get_some("Type")? {
        Some(node) if node.is_string() => node.text()?.as_str().to_owned(),
        Some(node) => match node.integer()? {
            0 => "Certificate".to_owned(),
            1 => "User".to_owned(),
            2 => "ServicePrincipal".to_owned(),
            3 => "AccessToken".to_owned(),
            _ => {
                found.warn(node.place(), "an account type that azvault does not know");
                node.raw().to_owned()
            }
        },
        None => String::new(),
    };
    let account_type = AccountType::new(account_type);
    owner.account = Some(id.clone());
    owner.account_kind = account_type.known().map(|_| IdentityKind::of(&account_type));
    let mut properties = BTreeMap::new();
    if let Some(node) = fields.get_some("Properties")? {
        for (name, value) in node.object()?.members() {
            if !hold_property(name, value, &owner, found)? && value.is_string() {
                properties.insert(name.clone(), value.text()?.as_str().to_owned());
            }
        }
    }
    let (environment, tenant) = (owner.environment.clone(), owner.tenant.as_deref());
    found.know(account(&id, account_type.clone(), environment, tenant));
    Ok(Some(ContextAccount { id, account_type, properties }))
}
