//! `AzureRmContext.json` and files of `Save-AzContext`: AzureRM 4 to Az today (RM/AzureRmProfile.cs,
//! APC src/Authentication.Abstractions/AzureContext.cs).
//!
//! ```text
//! { DefaultContextKey, EnvironmentTable { name: environment }, Contexts { name: context } }
//! context: { Account { Id, Credential, Type, TenantMap, ExtendedProperties }, Tenant, Subscription,
//!            Environment, VersionProfile, TokenCache { CacheData }, ExtendedProperties }
//! ```
//!
//! Order means nothing and names are read without case. A missing `DefaultContextKey` means
//! `Default`, a `null` one none. The context `Default` without account, tenant and subscription is
//! what a cleared profile leaves: a placeholder and no context.

use std::collections::{BTreeMap, HashSet};

use azvault_contexts::{
    Context, ContextName, Kept, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};

use super::account::read_account;
use super::environment::{add_custom_environment, add_environment};
use super::{CacheData, leftovers, pointer, read_cache_data};
use crate::Found;
use crate::formats::azcli::CONTEXT_MEMBERS;
use crate::json::{JsonError, Node, Object, keep};

const RESERVED: &str = "Default";

/// Reads a context file; an older half beside it (`Context`) is taken too.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let file = root.object()?;
    let mut caches = Caches::default();
    let mut has_older_half = false;
    if let Some(context) = file.get_some("Context")?
        && context.is_object()
    {
        has_older_half = true;
        super::azurerm_profile::read_context(context, found)?;
        found.warn("", "an old and a new shape in one file: both were read, no default is taken");
    }
    let mut names: HashSet<String> =
        found.profile.contexts.iter().map(|context| context.name.key()).collect();
    let mut placeholder = Placeholder::Absent;
    if let Some(contexts) = file.get_some("Contexts")? {
        for (name, node) in contexts.object()?.members() {
            let name = ContextName::new(name);
            if !names.insert(name.key()) {
                return Err(node.error("two contexts of one name, which differ by case at most"));
            }
            match read_context(name, node, &mut caches, found)? {
                Some(context) => found.profile.contexts.push(context),
                None => placeholder = Placeholder::Present,
            }
        }
    }
    if let Some(table) = file.get_some("EnvironmentTable")? {
        for (name, node) in table.object()?.members() {
            add_environment(name, node, found)?;
        }
    }
    if !has_older_half {
        choose_default(&file, placeholder, found)?;
    }
    let known = ["DefaultContextKey", "Contexts", "Context", "EnvironmentTable", "Environments"];
    let rest: Vec<(String, Node<'_>)> = leftovers(&file, &known, "").collect();
    for (_, node) in &rest {
        if node.raw() != "{}" {
            found.warn(node.place(), "a member that azvault does not know: kept, sealed");
        }
    }
    found.profile.kept = keep_all(&rest);
    Ok(())
}

fn read_context(
    name: ContextName,
    node: &Node<'_>,
    caches: &mut Caches,
    found: &mut Found,
) -> Result<Option<Context>, JsonError> {
    let mut context = Context {
        name,
        account: None,
        tenant: None,
        subscription: None,
        environment: None,
        version_profile: None,
        extended_properties: BTreeMap::new(),
        kept: Kept::default(),
    };
    if node.is_null() {
        found.warn(node.place(), "null in the place of a context: its name is kept");
        return Ok(Some(context));
    }
    let fields = node.object()?;
    let parts = ["Account", "Tenant", "Subscription", "Environment"];
    let mut empty = context.name.as_str() == RESERVED;
    for part in &parts[..3] {
        empty &= fields.get_some(part)?.is_none();
    }
    if empty {
        found.remark(node.place(), "the placeholder of a cleared profile: no context");
        return Ok(None);
    }
    if context.name.as_str().is_empty() {
        found.warn(node.place(), "a context without a name: rename it after the import");
    }
    let mut kept: Vec<(String, Node<'_>)> = Vec::new();
    let account = fields.get_some("Account")?.map(Node::object).transpose()?;
    let tenant = fields.get_some("Tenant")?.map(Node::object).transpose()?;
    let subscription = fields.get_some("Subscription")?.map(Node::object).transpose()?;
    let environment = fields.get_some("Environment")?;

    if let Some(tenant) = &tenant {
        context.tenant = read_tenant(tenant, found)?;
        kept.extend(leftovers(tenant, &["Id"], "/Tenant"));
    }
    if let Some(environment) = environment {
        context.environment = environment.object()?.text("Name")?;
        kept.push(("/Environment".to_owned(), environment.clone()));
        if let Some(name) = &context.environment {
            add_custom_environment(name, environment, found)?;
        }
    }
    let mut owner = SecretDescription {
        tenant: context.tenant.as_ref().map(|tenant| tenant.id.clone()),
        environment: context.environment.clone(),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    if let Some(account) = &account {
        context.account = read_account(account, &mut owner, &mut kept, found)?;
    }
    if let Some(subscription) = &subscription {
        context.subscription = read_subscription(subscription, &owner, &mut kept, found)?;
    }
    context.version_profile = fields.text("VersionProfile")?;
    if let Some(properties) = fields.get_some("ExtendedProperties")? {
        for (name, value) in properties.object()?.members() {
            match value.is_string() {
                true => {
                    let text = value.text()?.as_str().to_owned();
                    context.extended_properties.insert(name.clone(), text);
                }
                false => kept.push((pointer("/ExtendedProperties", name), value.clone())),
            }
        }
    }
    if let Some(cache) = fields.get_some("TokenCache")? {
        caches.read(cache, &mut kept, found)?;
    }
    let known = [&parts[..], &["VersionProfile", "TokenCache", "ExtendedProperties"][..]].concat();
    for (place, node) in leftovers(&fields, &known, "") {
        let name = place.trim_start_matches('/');
        if !CONTEXT_MEMBERS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            found.warn(node.place(), "a member that azvault does not know: kept, sealed");
        }
        kept.push((place, node));
    }
    for (part, missing) in [
        ("account", context.account.is_none()),
        ("tenant", context.tenant.is_none()),
        ("environment", context.environment.is_none()),
    ] {
        if missing {
            let text = format!("a context without {part}: kept as it is, it cannot sign in");
            found.warn(node.place(), text);
        }
    }
    context.kept = keep_all(&kept);
    Ok(Some(context))
}

fn read_tenant(fields: &Object<'_>, found: &mut Found) -> Result<Option<Tenant>, JsonError> {
    let Some(id) = fields.text("Id")? else { return Ok(None) };
    if !is_guid(&id) {
        found.warn(format!("{}/Id", fields.place()), "a tenant by domain name: kept as written");
    }
    let mut name = None;
    if let Some(properties) = fields.get_some("ExtendedProperties")? {
        let properties = properties.object()?;
        name = properties.text("DisplayName")?;
        if name.is_none() {
            name = properties.text("DefaultDomain")?;
        }
    }
    if name.is_none() {
        name = fields.text("Directory")?;
    }
    Ok(Some(Tenant { id, name }))
}

fn read_subscription<'t>(
    fields: &Object<'t>,
    owner: &SecretDescription,
    kept: &mut Vec<(String, Node<'t>)>,
    found: &mut Found,
) -> Result<Option<Subscription>, JsonError> {
    let Some(id) = fields.text("Id")? else { return Ok(None) };
    if let Some(properties) = fields.get_some("ExtendedProperties")? {
        for (name, value) in properties.object()?.members() {
            if name.eq_ignore_ascii_case("StorageAccount") && value.is_string() {
                let description = SecretDescription {
                    kind: SecretKind::StorageConnectionString,
                    client_id: None,
                    target: Some(id.clone()),
                    ..owner.clone()
                };
                found.hold(description, Secret::copied_from(value.text()?.as_bytes()));
            } else if !value.is_null() {
                kept.push((pointer("/Subscription/ExtendedProperties", name), value.clone()));
            }
        }
    }
    kept.extend(leftovers(fields, &["Id", "Name", "State", "ExtendedProperties"], "/Subscription"));
    let (name, state) = (fields.text("Name")?, fields.text("State")?);
    Ok(Some(Subscription { id, name, state }))
}

/// The same cache stands in every context of a saved file: it is read once.
#[derive(Default)]
struct Caches {
    seen: HashSet<Vec<u8>>,
}

impl Caches {
    fn read<'t>(
        &mut self,
        node: &Node<'t>,
        kept: &mut Vec<(String, Node<'t>)>,
        found: &mut Found,
    ) -> Result<(), JsonError> {
        let data = if node.is_object() {
            node.object()?.get_some("CacheData")?.cloned()
        } else {
            Some(node.clone())
        };
        let Some(data) = data else { return Ok(()) };
        let digest = fingerprint(data.raw());
        if self.seen.contains(&digest) {
            return Ok(());
        }
        if read_cache_data(&data.text()?, found) == CacheData::Unreadable {
            found.warn(data.place(), "a token cache that cannot be read: kept as it is, sealed");
            kept.push(("/TokenCache".to_owned(), node.clone()));
        } else {
            self.seen.insert(digest);
        }
        Ok(())
    }
}

/// Enough to know a repeated cache again without keeping it: its length and a keyless hash.
fn fingerprint(text: &str) -> Vec<u8> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    [hasher.finish().to_le_bytes(), (text.len() as u64).to_le_bytes()].concat()
}

/// Whether the file has the empty `Default` of a cleared profile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    Present,
    Absent,
}

fn choose_default(
    file: &Object<'_>,
    placeholder: Placeholder,
    found: &mut Found,
) -> Result<(), JsonError> {
    let member = file.get("DefaultContextKey")?;
    let place = format!("{}/DefaultContextKey", file.place());
    if found.profile.contexts.is_empty() {
        return Ok(());
    }
    let key = match member {
        Some(node) if node.is_null() => {
            found.warn(place, "no default context: none is chosen");
            return Ok(());
        }
        Some(node) => ContextName::new(node.text()?.as_str()),
        None => ContextName::new(RESERVED),
    };
    let name = found.profile.contexts.iter().map(|context| &context.name);
    match name.into_iter().find(|name| name.same_as(&key)).cloned() {
        Some(name) => found.profile.default = Some(name),
        None if member.is_none() => found.warn(
            place,
            "missing, which means Default, and no context has that name: none is chosen",
        ),
        None if placeholder == Placeholder::Present && key.as_str() == RESERVED => {
            found
                .warn(place, "the default is the placeholder of a cleared profile: none is chosen");
        }
        None => found.warn(place, "the default names no context of the file: none is chosen"),
    }
    Ok(())
}

fn keep_all(members: &[(String, Node<'_>)]) -> Kept {
    let members: Vec<_> = members.iter().map(|(name, node)| (name.as_str(), node)).collect();
    keep(&members)
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
