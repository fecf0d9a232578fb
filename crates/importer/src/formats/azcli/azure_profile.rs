//! `azureProfile.json` (azure-cli-core `_profile.py`): `{installationId, subscriptions: [...]}`,
//! UTF-8 with BOM. A subscription's `id` is the merge key of the whole file; `tenantId` is the
//! tenant of the token. `N/A(tenant level account)` with the tenant's id is a sign-in without
//! subscription.

use std::collections::BTreeMap;

use azvault_contexts::{
    AccountType, Context, ContextAccount, ContextName, KnownAccountType, ManagedIdentity,
    Subscription, Tenant,
};

use super::text;
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, keep, keep_by_place};

const TENANT_LEVEL: &str = "N/A(tenant level account)";

/// What Azure CLI writes about a user; from the third on, facts that become properties. Another
/// member may hold anything, so it is kept sealed.
const USER_MEMBERS: [&str; 6] =
    ["name", "type", "assignedIdentityInfo", "useCertSNIssuerAuth", "cloudShellID", "clientId"];

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
    let rest: Vec<_> = file.except(&["subscriptions"]).cloned().collect();
    found.profile.kept = keep_by_place(&rest);
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
    let context_name = match name.as_deref() {
        // Azure Resource Manager may know no name; old versions wrote an empty one then.
        None | Some("") => ContextName::new(&id),
        Some(name) => ContextName::new(format!("{name} ({id})")),
    };
    let marked = fields.get_some("isDefault")?.map(Node::truth).transpose()?.unwrap_or_default();
    let state = text(&fields, "state")?;
    let mut known = vec!["id", "name", "state", "tenantId", "environmentName", "isDefault"];
    let mut rest: Vec<Node<'_>> = Vec::new();
    if user.is_some() {
        known.push("user");
        if let Some(node) = fields.get_some("user")? {
            rest.extend(node.object()?.except(&USER_MEMBERS).cloned());
        }
    }
    rest.extend(fields.except(&known).cloned());
    // Pointers of kept members start at the context.
    let within = |node: &Node<'_>| node.place()[entry.place().len()..].to_owned();
    let rest: Vec<_> = rest.iter().map(|node| (within(node), node)).collect();
    let rest: Vec<_> = rest.iter().map(|(place, node)| (place.as_str(), *node)).collect();
    if marked {
        // By its place: the same subscription, and so the same name, can stand there twice.
        found.azcli.marked_default.push(found.profile.contexts.len());
    }
    let subscription = (!tenant_level).then_some(Subscription { id, name, state });
    if let Some(user) = &user {
        let managed = user.account_type.known() == Some(KnownAccountType::ManagedService);
        if managed && ManagedIdentity::of(user, subscription.as_ref()).is_none() {
            let text = "which identity of the machine this is stands nowhere: it cannot sign in";
            found.warn(entry.place(), text);
        }
        let (kind, environment) = (user.account_type.clone(), environment.clone());
        found.know(account(&user.id, kind, environment, tenant_id.as_deref()));
    }
    found.profile.contexts.push(Context {
        name: context_name,
        account: user,
        tenant: tenant_id.map(|id| Tenant { id, name: tenant_name }),
        subscription,
        environment,
        version_profile: None,
        extended_properties: BTreeMap::new(),
        kept: keep(&rest),
    });
    Ok(())
}

/// Managed identities are written as service principals; what they are stands in
/// `assignedIdentityInfo`, or in their literal names. Which one it is, [`ManagedIdentity`] reads.
fn read_user(node: &Node<'_>) -> Result<Option<ContextAccount>, JsonError> {
    let fields = node.object()?;
    let Some(id) = text(&fields, "name")? else { return Ok(None) };
    let written = text(&fields, "type")?.unwrap_or_default();
    let managed = fields.get_some("assignedIdentityInfo")?.is_some()
        || matches!(id.as_str(), "systemAssignedIdentity" | "userAssignedIdentity")
        || id.starts_with("MSI@");
    let account_type = match written.as_str() {
        _ if managed => KnownAccountType::ManagedService.into(),
        "user" => KnownAccountType::User.into(),
        "servicePrincipal" => KnownAccountType::ServicePrincipal.into(),
        _ => AccountType::new(written),
    };
    let mut properties = BTreeMap::new();
    for name in &USER_MEMBERS[2..] {
        if let Some(value) = fields.get_some(name)? {
            let text = match value.is_string() {
                true => value.text()?.as_str().to_owned(),
                false => value.raw().to_owned(),
            };
            properties.insert((*name).to_owned(), text);
        }
    }
    Ok(Some(ContextAccount { id, account_type, properties }))
}
