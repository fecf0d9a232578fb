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

use azvault_model::{
    AccountType, Context, ContextAccount, ContextName, IdentityKind, SecretDescription, SecretKind,
    Subscription, Tenant,
};

use super::cache_data::Caches;
use super::environment::add_environments;
use super::{Dictionary, hold_storage, keep_all, leftovers, read_properties};
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Unread, keep_by_place};

const NAME: &str = "Default";

type Rest<'t> = Vec<(String, Node<'t>)>;

/// Reads a profile.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut file = root.fields(&unread)?;
    for environments in file.take_all("Environments") {
        add_environments(&environments, &unread, found);
    }
    if let Some(context) = file.take("Context") {
        read_context(&context, &unread, found);
        found.profile.default = found.profile.contexts.first().map(|context| context.name.clone());
    }
    let mut rest = Vec::new();
    for (_, node) in file.remaining().filter(|(_, node)| !node.says_nothing()) {
        unread.unknown(&node);
        rest.push(node);
    }
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

/// Reads the one context, here and where an old half stands in a newer file.
pub(super) fn read_context<'t>(node: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => return unread.add(node.clone(), error.what),
    };
    let mut kept: Rest<'_> = Vec::new();
    let mut environment = None;
    if let Some(node) = fields.take("Environment") {
        environment = match node.fields(unread) {
            Ok(mut environment) => environment.text("Name"),
            Err(error) => {
                unread.remark(node.place(), error.what);
                None
            }
        };
        kept.push(("/Environment".to_owned(), node));
    }
    let tenant = fields.object("Tenant").and_then(|mut tenant| {
        let (id, name) = (tenant.text("Id"), tenant.text("Domain"));
        leftovers(&tenant, &[], "/Tenant", &mut kept);
        Some(Tenant { id: id?, name })
    });
    let mut owner = SecretDescription {
        tenant: tenant.as_ref().map(|tenant| tenant.id.clone()),
        environment: environment.clone(),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let mut accounts = fields.take_all("Account").into_iter();
    let context_account = accounts
        .next()
        .and_then(|account| read_account(&account, &mut owner, &mut kept, unread, found));
    for replaced in accounts {
        unread.add(replaced.clone(), "a second account: its secrets were taken, the rest");
        read_account(&replaced, &mut owner.clone(), &mut Vec::new(), unread, found);
    }
    let mut subscription = None;
    if let Some(node) = fields.take("Subscription") {
        subscription = read_subscription(&node, &owner, unread, found);
        kept.push(("/Subscription".to_owned(), node));
    }
    let mut caches = Caches::default();
    for cache in fields.take_all("TokenCache") {
        caches.read(&cache, unread, found);
    }
    leftovers(&fields, &[], "", &mut kept);
    let context = Context {
        name: ContextName::new(NAME),
        account: context_account,
        tenant,
        subscription,
        environment,
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: keep_all(&kept),
    };
    if !context.is_complete() {
        found.warn(node.place(), "a context without account, tenant or environment: kept as it is");
    }
    found.add_context(context);
}

/// The subscription itself is kept whole beside: its account and environment say nothing more.
fn read_subscription<'t>(
    node: &Node<'t>,
    owner: &SecretDescription,
    unread: &Unread<'t>,
    found: &mut Found,
) -> Option<Subscription> {
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => {
            unread.remark(node.place(), error.what);
            return None;
        }
    };
    let id = fields.text("Id");
    let (name, state) = (fields.text("Name"), fields.text("State"));
    fields.text("Account");
    fields.text("Environment");
    for properties in fields.objects("Properties") {
        hold_storage(properties, id.as_deref(), owner, found);
    }
    leftovers(&fields, &[], "/Subscription", &mut Vec::new());
    Some(Subscription { id: id?, name, state })
}

fn read_account<'t>(
    node: &Node<'t>,
    owner: &mut SecretDescription,
    kept: &mut Rest<'t>,
    unread: &Unread<'t>,
    found: &mut Found,
) -> Option<ContextAccount> {
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => {
            unread.add(node.clone(), error.what);
            return None;
        }
    };
    let id = fields.text("Id");
    let account_type = match fields.take("Type") {
        Some(node) if node.is_string() => fields.text_of(&node).map(|t| t.as_str().to_owned()),
        Some(node) => match node.integer() {
            Ok(0) => Some("Certificate".to_owned()),
            Ok(1) => Some("User".to_owned()),
            Ok(2) => Some("ServicePrincipal".to_owned()),
            Ok(3) => Some("AccessToken".to_owned()),
            Ok(_) => {
                found.warn(node.place(), "an account type that azvault does not know");
                Some(node.raw().to_owned())
            }
            Err(error) => {
                unread.add(node, error.what);
                None
            }
        },
        None => None,
    };
    let account_type = AccountType::new(account_type.unwrap_or_default());
    owner.account.clone_from(&id);
    owner.account_kind = account_type.known().map(|_| IdentityKind::of(&account_type));
    let mut inner = Vec::new();
    let mut properties = Default::default();
    if let Some(node) = fields.take("Properties") {
        let texts = Dictionary { node: &node, below: "/Account/Properties" };
        properties = read_properties(texts, Some(owner), &mut inner, unread, found);
    }
    leftovers(&fields, &[], "/Account", &mut inner);
    let Some(id) = id else {
        if !node.says_nothing() {
            unread.add(node.clone(), "an account without an id: its secrets were taken, the rest");
        }
        return None;
    };
    kept.extend(inner);
    let (environment, tenant) = (owner.environment.clone(), owner.tenant.as_deref());
    found.know(account(&id, account_type.clone(), environment, tenant));
    Some(ContextAccount { id, account_type, properties })
}
