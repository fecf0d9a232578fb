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

use azvault_model::{
    ByDigest, Context, ContextName, Digests, Kept, SecretDescription, SecretKind, Subscription,
    Tenant,
};

use super::account::read_account;
use super::cache_data::Caches;
use super::environment::{add_custom_environment, add_environments};
use super::kept_name::kept_name;
use super::{Dictionary, hold_storage, keep_all, leftovers, read_properties};
use crate::Found;
use crate::formats::azcli::CONTEXT_MEMBERS;
use crate::formats::msal_cache::is_guid;
use crate::json::{Fields, JsonError, Node, Unread, keep_by_place};

const RESERVED: &str = "Default";

/// Reads a context file; an older half beside it (`Context`) is taken too.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut file = root.fields(&unread)?;
    let mut caches = Caches::default();
    let older = file.take("Context");
    if let Some(context) = &older {
        super::azurerm_profile::read_context(context, &unread, found);
        found.warn("", "an old and a new shape in one file: both were read, no default is taken");
    }
    let mut placeholder = Placeholder::Absent;
    // In file order; of two tables each is read.
    for contexts in file.take_all("Contexts").iter().rev() {
        let members = match contexts.members() {
            Ok(members) => members,
            Err(error) => {
                unread.add(contexts.clone(), error.what);
                continue;
            }
        };
        // Counted before, so that the list of 100,000 is never there twice while it grows.
        found.expect(contexts.members().map_or(0, Iterator::count));
        for (name, node) in members {
            if let Some(own) = kept_name(&name, &node) {
                found.kept_names.contexts.push(own);
                continue;
            }
            match read_context(ContextName::new(name), &node, &mut caches, &unread, found) {
                Some(mut context) => {
                    if let Some(before) = found.profile.contexts.last() {
                        context.kept.share(&before.kept);
                    }
                    found.add_context(context);
                }
                None => placeholder = Placeholder::Present,
            }
        }
    }
    name_repeated(found);
    // Where there are names alone, the clouds that they are in are the vault's too.
    let has_names = !found.kept_names.contexts.is_empty();
    let has_names_alone = has_names && found.profile.contexts.is_empty();
    for name in ["EnvironmentTable", "Environments"] {
        for table in file.take_all(name) {
            if !has_names_alone {
                add_environments(&table, &unread, found);
            }
        }
    }
    let key = file.take_written("DefaultContextKey");
    if has_names {
        found.kept_names.default = kept_default(&file, key.as_ref(), found);
    }
    if older.is_none() && found.kept_names.default.is_none() {
        choose_default(&file, key.as_ref(), placeholder, found);
    }
    let mut rest = Vec::new();
    for (_, node) in file.remaining().filter(|(_, node)| !node.is_null()) {
        unread.unknown(&node);
        rest.push(node);
    }
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

/// The default, if it is such a name.
fn kept_default<'t>(
    file: &Fields<'t, '_>,
    key: Option<&Node<'t>>,
    found: &Found,
) -> Option<ContextName> {
    let key = ContextName::new(file.text_of(key.filter(|key| key.is_string())?)?.as_str());
    found.kept_names.find(&key).map(|own| own.name.clone())
}

/// Says which names are one: to Azure PowerShell, which keeps the last of them; the import keeps each.
fn name_repeated(found: &mut Found) {
    let (digests, mut names) = (Digests::default(), ByDigest::default());
    let mut contexts = found.profile.contexts.iter();
    if contexts.any(|context| names.insert(digests.of(context.name.caseless()), ()).is_some()) {
        let text = "two contexts of one name, which differ by case at most: both are kept, the later \
                    one under a name of its own";
        found.warn("/Contexts", text);
    }
}

pub(super) fn read_context<'t>(
    name: ContextName,
    node: &Node<'t>,
    caches: &mut Caches,
    unread: &Unread<'t>,
    found: &mut Found,
) -> Option<Context> {
    let mut context = Context {
        name,
        account: None,
        tenant: None,
        subscription: None,
        environment: None,
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    };
    if node.is_null() {
        found.warn(node.place(), "null in the place of a context: its name is kept");
        return Some(context);
    }
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => {
            unread.add(node.clone(), error.what);
            return Some(context);
        }
    };
    if context.name.as_str() == RESERVED && is_placeholder(node) {
        found.remark(node.place(), "the placeholder of a cleared profile: no context");
        return None;
    }
    if context.name.as_str().is_empty() {
        found.warn(node.place(), "a context without a name: rename it after the import");
    }
    let mut kept: Vec<(String, Node<'t>)> = Vec::new();
    context.tenant = fields.object("Tenant").and_then(|mut tenant| {
        let read = read_tenant(&mut tenant, found);
        leftovers(&tenant, &["Directory", "IsHome", "ExtendedProperties"], "/Tenant", &mut kept);
        read
    });
    if let Some(environment) = fields.take("Environment") {
        match environment.fields(unread) {
            Ok(mut inside) => {
                context.environment = inside.text("Name");
                if let Some(name) = &context.environment {
                    add_custom_environment(name, &environment, unread, found);
                }
            }
            Err(error) => unread.remark(environment.place(), error.what),
        }
        kept.push(("/Environment".to_owned(), environment));
    }
    let mut owner = SecretDescription {
        tenant: context.tenant.as_ref().map(|tenant| tenant.id.clone()),
        environment: context.environment.clone(),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let mut accounts = fields.take_all("Account").into_iter();
    if let Some(account) = accounts.next() {
        context.account = read_account(&account, &mut owner, &mut kept, unread, found);
    }
    for replaced in accounts {
        unread.add(replaced.clone(), "a second account: its secrets were taken, the rest");
        read_account(&replaced, &mut owner.clone(), &mut Vec::new(), unread, found);
    }
    context.subscription = fields
        .object("Subscription")
        .and_then(|subscription| read_subscription(subscription, &owner, &mut kept, unread, found));
    context.version_profile = fields.text("VersionProfile");
    if let Some(node) = fields.take("ExtendedProperties") {
        let texts = Dictionary { node: &node, below: "/ExtendedProperties" };
        context.extended_properties = read_properties(texts, None, &mut kept, unread, found);
    }
    for cache in fields.take_all("TokenCache") {
        caches.read(&cache, unread, found);
    }
    leftovers(&fields, &CONTEXT_MEMBERS, "", &mut kept);
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
    Some(context)
}

/// Whether it has neither account, tenant nor subscription, and nothing else that would be lost.
fn is_placeholder(node: &Node<'_>) -> bool {
    let says_nothing = |(name, node): (String, Node<'_>)| {
        let cache_of_nothing =
            || node.members().is_ok_and(|mut all| all.all(|(_, n)| n.says_nothing()));
        node.says_nothing()
            || (name.eq_ignore_ascii_case("TokenCache") && cache_of_nothing())
            || name.eq_ignore_ascii_case("Environment")
    };
    node.members().is_ok_and(|mut all| all.all(says_nothing))
}

/// What is not modelled of it is kept beside, `ExtendedProperties` with the names among them.
fn read_tenant(fields: &mut Fields<'_, '_>, found: &mut Found) -> Option<Tenant> {
    let id = fields.text("Id")?;
    if !is_guid(&id) {
        found.warn(fields.place_of("Id"), "a tenant by domain name: kept as written");
    }
    let (mut directory, mut name) = (None, None);
    for (member, node) in fields.remaining() {
        if node.is_null() {
            continue;
        }
        if member.eq_ignore_ascii_case("Directory") {
            directory = fields.text_of(&node).map(|text| text.as_str().to_owned());
        }
        if member.eq_ignore_ascii_case("ExtendedProperties")
            && let Some(mut properties) = fields.or_unread(node.fields(fields.unread()), &node)
        {
            name = properties.text("DisplayName").or_else(|| properties.text("DefaultDomain"));
        }
    }
    Some(Tenant { id, name: name.or(directory.map(Into::into)) })
}

fn read_subscription<'t>(
    mut fields: Fields<'t, '_>,
    owner: &SecretDescription,
    kept: &mut Vec<(String, Node<'t>)>,
    unread: &Unread<'t>,
    found: &mut Found,
) -> Option<Subscription> {
    let id = fields.text("Id");
    for properties in fields.take_all("ExtendedProperties") {
        match properties.fields(unread) {
            Ok(properties) => {
                let properties = hold_storage(properties, id.as_deref(), owner, found);
                leftovers_of_map(&properties, "/Subscription/ExtendedProperties", kept);
            }
            Err(error) => unread.add(properties, error.what),
        }
    }
    let Some(id) = id else {
        leftovers(&fields, &["Name", "State"], "/Subscription", kept);
        unread.remark(fields.place(), "a subscription without an id: kept as it is");
        return None;
    };
    let (name, state) = (fields.text("Name"), fields.text("State"));
    leftovers(&fields, &[], "/Subscription", kept);
    Some(Subscription { id, name, state })
}

/// A dictionary has no unusual names; a value that is no text is one.
fn leftovers_of_map<'t>(fields: &Fields<'t, '_>, below: &str, kept: &mut Vec<(String, Node<'t>)>) {
    for (name, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
        if !node.is_string() {
            fields.unread().remark(node.place(), "no text, where one is expected: kept as it is");
        }
        kept.push((super::pointer(below, name), node));
    }
}

/// Whether the file has the empty `Default` of a cleared profile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    Present,
    Absent,
}

fn choose_default<'t>(
    file: &Fields<'t, '_>,
    written: Option<&Node<'t>>,
    placeholder: Placeholder,
    found: &mut Found,
) {
    let place = file.place_of("DefaultContextKey");
    if found.profile.contexts.is_empty() {
        return;
    }
    let key = match written {
        Some(node) if node.is_null() => {
            return found.warn(place, "no default context: none is chosen");
        }
        Some(node) => match file.text_of(node) {
            Some(text) => ContextName::new(text.as_str()),
            None => return,
        },
        None => ContextName::new(RESERVED),
    };
    // The last of several names that are one, as Azure PowerShell; to the letter first.
    let at = |is_it: &dyn Fn(&ContextName) -> bool| {
        found.profile.contexts.iter().rposition(|context| is_it(&context.name))
    };
    match at(&|name| *name == key).or_else(|| at(&|name| name.same_as(&key))) {
        Some(at) => {
            found.profile.default = Some(found.profile.contexts[at].name.clone());
            found.profile.default_at = Some(at);
        }
        None if written.is_none() => found.warn(
            place,
            "missing, which means Default, and no context has that name: none is chosen",
        ),
        None if placeholder == Placeholder::Present && key.as_str() == RESERVED => {
            found
                .warn(place, "the default is the placeholder of a cleared profile: none is chosen");
        }
        None => found.warn(place, "the default names no context of the file: none is chosen"),
    }
}
