//! `azureProfile.json` (azure-cli-core `_profile.py`): `{installationId, subscriptions: [...]}`,
//! UTF-8 with BOM. A subscription's `id` is the merge key of the whole file; `tenantId` is the
//! tenant of the token. `N/A(tenant level account)` with the tenant's id is a sign-in without
//! subscription.

use std::collections::BTreeMap;

use azvault_contexts::{
    AccountType, Context, ContextAccount, ContextName, KnownAccountType, Subscription, Tenant,
};

use super::text;
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, escape_pointer, keep};

const TENANT_LEVEL: &str = "N/A(tenant level account)";

/// Reads the profile.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let file = root.object()?;
    if let Some(subscriptions) = file.get_some("subscriptions")? {
        for entry in subscriptions.array()? {
            if let Err(error) = read_subscription(&entry, found) {
                let text = format!("this subscription was not imported: {}", error.what);
                found.warn(error.place, text);
            }
        }
    }
    let rest: Vec<_> = file
        .members()
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("subscriptions"))
        .map(|(name, node)| (name.as_str(), node))
        .collect();
    found.profile.kept = keep(&rest);
    Ok(())
}

fn read_subscription(entry: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let id = text(&fields, "id")?.ok_or(entry.error("a subscription without id"))?;
    let name = text(&fields, "name")?;
    let tenant_id = text(&fields, "tenantId")?;
    let tenant_level = name.as_deref() == Some(TENANT_LEVEL) && tenant_id.as_ref() == Some(&id);
    let environment = text(&fields, "environmentName")?;
    if environment.is_none() {
        found.warn(entry.place(), "no environment: none is assumed, it cannot sign in");
    }
    let user = fields.get_some("user")?.map(read_user).transpose()?.flatten();
    if user.is_none() {
        found.warn(entry.place(), "no user: kept as it is, it cannot sign in");
    }
    let mut tenant_name = text(&fields, "tenantDisplayName")?;
    if tenant_name.is_none() {
        tenant_name = text(&fields, "tenantDefaultDomain")?;
    }
    if let Some(user) = &user {
        let (kind, environment) = (user.account_type.clone(), environment.clone());
        found.know(account(&user.id, kind, environment, tenant_id.as_deref()));
    }
    let context_name = ContextName::new(format!("{} ({id})", name.as_deref().unwrap_or_default()));
    if let Some(node) = fields.get_some("isDefault")?
        && node.truth()?
    {
        found.azcli.marked_default.push(context_name.clone());
    }
    let known = ["id", "name", "state", "tenantId", "environmentName", "user", "isDefault"];
    let rest: Vec<_> = fields
        .members()
        .iter()
        .filter(|(name, node)| !node.is_null() && !known.contains(&name.as_str()))
        .map(|(name, node)| (format!("/{}", escape_pointer(name)), node))
        .collect();
    let rest: Vec<_> = rest.iter().map(|(name, node)| (name.as_str(), *node)).collect();
    let state = text(&fields, "state")?;
    found.profile.contexts.push(Context {
        name: context_name,
        account: user,
        tenant: tenant_id.map(|id| Tenant { id, name: tenant_name }),
        subscription: (!tenant_level).then_some(Subscription { id, name, state }),
        environment,
        version_profile: None,
        extended_properties: BTreeMap::new(),
        kept: keep(&rest),
    });
    Ok(())
}

/// Managed identities are written as service principals; what they are stands in
/// `assignedIdentityInfo`, or in their literal names.
fn read_user(node: &Node<'_>) -> Result<Option<ContextAccount>, JsonError> {
    let fields = node.object()?;
    let Some(id) = text(&fields, "name")? else { return Ok(None) };
    let written = text(&fields, "type")?.unwrap_or_default();
    let managed = fields.get_some("assignedIdentityInfo")?.is_some()
        || matches!(id.as_str(), "systemAssignedIdentity" | "userAssignedIdentity");
    let account_type = match written.as_str() {
        _ if managed => KnownAccountType::ManagedService.into(),
        "user" => KnownAccountType::User.into(),
        "servicePrincipal" => KnownAccountType::ServicePrincipal.into(),
        _ => AccountType::new(written),
    };
    let mut properties = BTreeMap::new();
    for (name, value) in fields.members() {
        if matches!(name.as_str(), "name" | "type") || value.is_null() {
            continue;
        }
        let text = match value.is_string() {
            true => value.text()?.as_str().to_owned(),
            false => value.raw().to_owned(),
        };
        properties.insert(name.clone(), text);
    }
    Ok(Some(ContextAccount { id, account_type, properties }))
}
