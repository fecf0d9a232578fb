//! Subscriptions that are names of azvault's own: it has written them into az's profile, without secrets
//! (`azvault keep-names azure-cli`). They are in the vault, and nothing of them is imported.

use azvault_model::{ContextName, KEPT_NAME, KeptName, Subscription};

use super::azure_profile::TENANT_LEVEL;
use crate::json::{Node, Unread};

/// How az writes which identity a subscription is of.
const CLIENT: &str = "MSIClient-";

/// What such a subscription has: one with anything else is read as any other one.
const MEMBERS: [&str; 10] = [
    KEPT_NAME,
    "id",
    "name",
    "state",
    "user",
    "isDefault",
    "tenantId",
    "environmentName",
    "homeTenantId",
    "managedByTenants",
];

const USER: [&str; 3] = ["name", "type", "assignedIdentityInfo"];

/// A name, by the id of its subscription: az has none.
pub(super) struct OfSubscription {
    pub(super) name: KeptName,
    pub(super) is_default: bool,
}

/// The name that this subscription is, if it is one.
pub(super) fn kept_name(entry: &Node<'_>) -> Option<OfSubscription> {
    if !entry.raw().contains(KEPT_NAME) {
        return None;
    }
    let unread = Unread::default();
    let mut fields = entry.fields(&unread).ok()?;
    let has_only = |name: &str| MEMBERS.iter().any(|own| own.eq_ignore_ascii_case(name));
    let is_known = fields.has(KEPT_NAME) && fields.remaining().all(|(name, _)| has_only(name));
    let (id, title) = (fields.some_text("id")?, fields.text("name"));
    let tenant = fields.text("tenantId")?;
    let mut user = fields.object("user")?;
    let is_users =
        user.remaining().all(|(name, _)| USER.iter().any(|own| own.eq_ignore_ascii_case(name)));
    let info = user.text("assignedIdentityInfo")?;
    let account = info.strip_prefix(CLIENT)?.to_owned();
    let is_tenant_level = title.as_deref() == Some(TENANT_LEVEL) && tenant == id;
    let subscription = Subscription { id: id.clone(), name: title, state: fields.text("state") };
    let name = KeptName {
        name: ContextName::new(id.as_str()),
        account,
        tenant: Some(tenant.to_string()),
        subscription: (!is_tenant_level).then_some(subscription),
        environment: fields.text("environmentName").map(|name| name.to_string()),
    };
    let is_default = fields.truth("isDefault") == Some(true);
    (is_known && is_users).then_some(OfSubscription { name, is_default })
}
