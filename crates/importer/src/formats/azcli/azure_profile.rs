//! `azureProfile.json` (azure-cli-core `_profile.py`): `{installationId, subscriptions: [...]}`,
//! UTF-8 with BOM. A subscription's `id` is the merge key of the whole file; `tenantId` is the
//! tenant of the token. `N/A(tenant level account)` with the tenant's id is a sign-in without
//! subscription.

use std::collections::BTreeMap;

use azvault_model::{
    AccountType, Context, ContextAccount, ContextName, KnownAccountType, ManagedIdentity, Secret,
    SecretDescription, SecretKind, Subscription, Tenant, Text,
};

use super::kept_name::kept_name;
use super::{CONTEXT_MEMBERS, leave_rest};
use crate::Found;
use crate::found::account;
use crate::json::{Fields, JsonError, Node, Unread, keep, keep_by_place};

pub(super) const TENANT_LEVEL: &str = "N/A(tenant level account)";

/// Facts of a user that become properties. Another member may hold anything, so it is kept sealed.
const USER_PROPERTIES: [&str; 4] =
    ["assignedIdentityInfo", "useCertSNIssuerAuth", "cloudShellID", "clientId"];

/// Reads the profile.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut file = root.fields(&unread)?;
    for subscriptions in file.take_all("subscriptions").into_iter().rev() {
        match subscriptions.items() {
            Ok(items) => items.for_each(|entry| match kept_name(&entry) {
                Some(own) => {
                    if own.is_default {
                        found.kept_names.default = Some(own.name.name.clone());
                    }
                    found.kept_names.contexts.push(own.name);
                }
                None => read_subscription(&entry, &unread, found),
            }),
            Err(error) => unread.add(subscriptions, error.what),
        }
    }
    let mut rest: Vec<_> = file.take_all("installationId");
    leave_rest(&file, &mut rest);
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

fn read_subscription<'t>(entry: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
    let mut fields = match entry.fields(unread) {
        Ok(fields) => fields,
        Err(error) => return unread.add(entry.clone(), error.what),
    };
    let id = fields.some_text("id");
    let name = fields.text("name");
    let tenant_id = fields.text("tenantId");
    let tenant_level = name.as_deref() == Some(TENANT_LEVEL) && tenant_id == id;
    let environment = fields.text("environmentName");
    if environment.is_none() {
        found.warn(entry.place(), "no environment: none is assumed, it cannot sign in");
    }
    let mut kept = Vec::new();
    let user = fields.take("user").and_then(|user| read_user(user, unread, &mut kept));
    if user.is_none() {
        found.warn(entry.place(), "no user: kept as it is, it cannot sign in");
    }
    let tenant_name = tenant_name(&fields);
    if fields.truth("isDefault") == Some(true) {
        // By its place: the same subscription, and so the same name, can stand there twice.
        found.azcli.marked_default.push(found.profile.contexts.len());
    }
    let state = fields.text("state");
    let context_name = context_name(id.as_deref(), name.as_deref(), tenant_id.as_deref());
    hold_management_certificates(&mut fields, id.as_deref(), found);
    if id.is_none() {
        let text = "a subscription without an id: its name and state are kept, and its tenant";
        found.warn(entry.place(), text);
        let members = entry.members().into_iter().flatten();
        let said = members.filter(|(name, _)| matches!(&name[..], "name" | "state" | "id"));
        kept.extend(said.map(|(_, node)| node).filter(|node| !node.is_null()));
    }
    for (name, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
        if !CONTEXT_MEMBERS.iter().any(|usual| usual.eq_ignore_ascii_case(name)) {
            unread.unknown(&node);
        }
        kept.push(node);
    }
    let subscription = id.map(|id| Subscription { id, name, state }).filter(|_| !tenant_level);
    if let Some(user) = &user {
        let managed = user.account_type.known() == Some(KnownAccountType::ManagedService);
        if managed && ManagedIdentity::of(user, subscription.as_ref()).is_none() {
            let text = "which identity of the machine this is stands nowhere: it cannot sign in";
            found.warn(entry.place(), text);
        }
        let (kind, environment) = (user.account_type.clone(), environment.clone());
        found.know(account(&user.id, kind, environment, tenant_id.as_deref()));
    }
    // Pointers of kept members start at the context.
    let within = |node: &Node<'_>| node.place()[entry.place().len()..].to_owned();
    let kept: Vec<_> = kept.iter().map(|node| (within(node), node)).collect();
    let kept: Vec<_> = kept.iter().map(|(place, node)| (place.as_str(), *node)).collect();
    found.add_context(Context {
        name: context_name,
        account: user,
        tenant: tenant_id.map(|id| Tenant { id, name: tenant_name }),
        subscription,
        environment,
        version_profile: None,
        extended_properties: BTreeMap::new(),
        labels: Default::default(),
        kept: keep(&kept),
    });
}

fn context_name(id: Option<&str>, name: Option<&str>, tenant: Option<&str>) -> ContextName {
    match (name, id) {
        // Azure Resource Manager may know no name; old versions wrote an empty one then.
        (None | Some(""), _) => ContextName::new(id.or(tenant).unwrap_or_default()),
        (Some(name), Some(id)) => ContextName::new(format!("{name} ({id})")),
        (Some(name), None) => ContextName::new(name),
    }
}

/// The classic CLI signed in to Service Management with a certificate of the subscription, whose key
/// lay here (azure-xplat-cli lib/util/profile/subscription.js).
fn hold_management_certificates(
    fields: &mut Fields<'_, '_>,
    subscription: Option<&str>,
    found: &mut Found,
) {
    for mut certificate in fields.objects("managementCertificate") {
        let of = subscription.unwrap_or("a subscription without an id");
        for value in certificate.secrets("key") {
            let description = SecretDescription {
                target: Some(format!("management certificate of {of}").into()),
                ..SecretDescription::of(SecretKind::UnknownCredential)
            };
            found.hold(description, Secret::copied_from(value.text.as_bytes()));
        }
        for public in certificate.secrets("cert") {
            let value = Secret::copied_from(public.text.as_bytes());
            found.leave_out(public.place, value, "the public half of a certificate");
        }
        let mut rest = Vec::new();
        leave_rest(&certificate, &mut rest);
        for node in rest {
            fields.unread().add(node, "a member of a certificate that azvault does not know");
        }
    }
}

/// The members stay: they are kept as well.
fn tenant_name(fields: &Fields<'_, '_>) -> Option<Text> {
    let of = |wanted: &str| {
        let mut members = fields.remaining();
        let (_, node) =
            members.find(|(name, node)| name.eq_ignore_ascii_case(wanted) && !node.is_null())?;
        fields.text_of(&node).map(|text| text.as_str().to_owned())
    };
    of("tenantDisplayName").or_else(|| of("tenantDefaultDomain")).map(Into::into)
}

/// Managed identities are written as service principals; what they are stands in
/// `assignedIdentityInfo`, or in their literal names. Which one it is, [`ManagedIdentity`] reads.
fn read_user<'t>(
    node: Node<'t>,
    unread: &Unread<'t>,
    kept: &mut Vec<Node<'t>>,
) -> Option<ContextAccount> {
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => {
            unread.add(node, error.what);
            return None;
        }
    };
    let id = fields.text("name");
    let written = fields.text("type");
    let mut properties = BTreeMap::new();
    for name in USER_PROPERTIES {
        if let Some(value) = fields.take(name) {
            let text = match value.is_string() {
                true => fields.text_of(&value).map(|text| text.as_str().to_owned()),
                false => Some(value.raw().to_owned()),
            };
            properties.extend(text.map(|text| (name.to_owned(), text)));
        }
    }
    let Some(id) = id else {
        kept.push(node);
        return None;
    };
    leave_rest(&fields, kept);
    let managed = properties.contains_key("assignedIdentityInfo")
        || matches!(id.as_str(), "systemAssignedIdentity" | "userAssignedIdentity")
        || id.starts_with("MSI@");
    let account_type = match written.as_deref() {
        _ if managed => KnownAccountType::ManagedService.into(),
        Some("user") => KnownAccountType::User.into(),
        Some("servicePrincipal") => KnownAccountType::ServicePrincipal.into(),
        _ => AccountType::new(written.unwrap_or_default()),
    };
    Some(ContextAccount { id, account_type, properties })
}
