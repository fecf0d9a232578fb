//! Contexts that are names of azvault's own: it has written them where a product looks, without secrets
//! (`azvault keep-names`). They are in the vault, and nothing of them is imported.
//!
//! The mark alone is no word for that: a context that holds anything which an import would keep is read as
//! any other one.

use azvault_model::{Context, ContextName, KEPT_NAME, KeptName, KnownAccountType};

use super::cache_data::Caches;
use super::context_file::read_context;
use crate::json::{Node, Unread};
use crate::{Format, Found, Product};

/// What Azure PowerShell adds to the properties of an account that it copies.
const OF_PRODUCT: [&str; 2] = ["Tenants", "Subscriptions"];

/// The name that this context is, if it is one.
pub(super) fn kept_name(name: &str, node: &Node<'_>) -> Option<KeptName> {
    if !node.raw().contains(KEPT_NAME) {
        return None;
    }
    let (mut caches, unread) = (Caches::default(), Unread::default());
    let mut found = Found::new(Format::AzpsContext, Product::AzurePowerShell);
    let name = ContextName::new(name);
    let context = read_context(name, node, &mut caches, &unread, &mut found)?;
    let parted = unread.into_parts();
    let is_understood = parted.nodes.is_empty() && parted.unknown.is_empty();
    let holds_nothing = found.profile.secrets.is_empty() && found.left_out.is_empty();
    let has_cache = context.kept.as_json().contains("/TokenCache");
    if !is_understood || !holds_nothing || has_cache {
        return None;
    }
    named(context)
}

fn named(context: Context) -> Option<KeptName> {
    let account = context.account?;
    let is_own = |name: &String| name.eq_ignore_ascii_case(KEPT_NAME);
    let is_known =
        |name: &String| is_own(name) || OF_PRODUCT.iter().any(|own| name.eq_ignore_ascii_case(own));
    let is_kept = account.account_type.known() == Some(KnownAccountType::ManagedService)
        && account.properties.keys().any(is_own)
        && account.properties.keys().all(is_known);
    is_kept.then(|| KeptName {
        name: context.name,
        account: account.id.to_string(),
        tenant: context.tenant.map(|tenant| tenant.id.to_string()),
        subscription: context.subscription,
        environment: context.environment.map(|name| name.to_string()),
    })
}
