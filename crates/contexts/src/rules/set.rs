//! Set (Set-AzContext): a subscription or tenant becomes the current context.
//!
//! Account and environment come from the current context, the subscription from what is known.
//! Switching starts with empty extended properties. Without a name an identity that is there is
//! updated under the name it has, and a new one gets the documented default name. With a name the
//! context is stored under it, and one that has the identity under another name stays.
//!
//! Azure PowerShell takes a tenant's first subscription when none is given; azvault invents none.

use std::collections::BTreeMap;

use super::connect::{Place, find};
use super::default_name::{documented, free_name};
use crate::{
    Change, Context, ContextName, Current, Decision, Kept, Known, Question, Refusal, Remark,
    Subscription, Tenant,
};

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The context to start from; the current one if none is named.
    pub base: Option<ContextName>,
    /// The name to store it under.
    pub name: Option<ContextName>,
    /// Id or name of the subscription.
    pub subscription: Option<String>,
    /// Id of the tenant.
    pub tenant: Option<String>,
    /// Extended properties.
    pub properties: BTreeMap<String, String>,
    /// Subscriptions that Azure shows beside those that contexts know.
    pub seen: Vec<Place>,
}

/// Makes the context and makes it current.
pub fn set(known: &Known<'_>, wanted: &Wanted) -> Result<Decision, Refusal> {
    if wanted.name.as_ref().is_some_and(|name| name.as_str().is_empty()) {
        return Err(Refusal::EmptyName);
    }
    let base = match &wanted.base {
        Some(name) => known.expect(name)?,
        None => known.current().ok_or(Refusal::NoneCurrent)?,
    };
    let mut context = target(known, base, wanted)?;
    let identity = context.identity();
    let same = known.contexts.iter().copied().find(|other| {
        // A name that is asked for is looked at before any other name of the identity.
        other.identity() == identity && wanted.name.as_ref().is_none_or(|n| n.same_as(&other.name))
    });
    if let Some(same) = same {
        context.take_over(same);
    }
    context.extended_properties.extend(wanted.properties.clone());
    context.name = match (&wanted.name, same) {
        (Some(name), _) => name.clone(),
        (None, Some(same)) => same.name.clone(),
        (None, None) => {
            let is_free = |name: &ContextName| known.find(name).is_none();
            free_name(&context, &is_free).unwrap_or_else(|| documented(&context))
        }
    };
    let holder = known.find(&context.name).filter(|holder| holder.identity() != identity);
    let mut remarks = Vec::new();
    let others = known.contexts.iter().filter(|other| other.identity() == identity);
    remarks.extend(
        others
            .filter(|other| !other.name.same_as(&context.name))
            .map(|other| Remark::AlsoNamed { name: other.name.clone() }),
    );
    match context.subscription.as_ref().map(|s| s.state.as_deref()) {
        None => remarks.push(Remark::NoSubscription),
        Some(Some(state)) if !state.eq_ignore_ascii_case("Enabled") => {
            remarks.push(Remark::SubscriptionState { state: state.to_owned() });
        }
        Some(_) => {}
    }
    let asks = holder.map(|holder| Question::Replace { existing: holder.name.clone() });
    let current = Some(Current::To(context.name.clone()));
    Ok(Decision {
        change: Change { put: vec![context], current, ..Change::default() },
        asks,
        remarks,
    })
}

/// Account and environment of the base, with the subscription and tenant that were asked for.
fn target(known: &Known<'_>, base: &Context, wanted: &Wanted) -> Result<Context, Refusal> {
    if wanted.subscription.is_none() && wanted.tenant.is_none() {
        return Ok(base.copied());
    }
    let asked_tenant = wanted.tenant.as_ref().map(|id| known_tenant(known, id));
    let (subscription, tenant) = match &wanted.subscription {
        None => (None, None),
        Some(text) => {
            let (subscription, tenant) = find_subscription(known, base, text, wanted)?;
            (Some(subscription), tenant)
        }
    };
    Ok(Context {
        name: ContextName::new(""),
        account: base.account.clone(),
        tenant: asked_tenant.or(tenant).or_else(|| base.tenant.clone()),
        subscription,
        environment: base.environment.clone(),
        version_profile: base.version_profile.clone(),
        extended_properties: BTreeMap::new(),
        kept: Kept::default(),
    })
}

/// A tenant as another context writes it, its name included.
fn known_tenant(known: &Known<'_>, id: &str) -> Tenant {
    let mut tenants = known.contexts.iter().filter_map(|context| context.tenant.as_ref());
    let found = tenants.find(|tenant| tenant.id.eq_ignore_ascii_case(id));
    found.cloned().unwrap_or_else(|| Tenant { id: id.to_owned(), name: None })
}

/// A subscription by id, else by name, among those that the contexts of the same environment
/// name; the same account's go first, because another account may not see the subscription.
fn find_subscription(
    known: &Known<'_>,
    base: &Context,
    text: &str,
    wanted: &Wanted,
) -> Result<(Subscription, Option<Tenant>), Refusal> {
    let own = |context: &&&Context| {
        context.environment == base.environment
            && wanted.tenant.as_ref().is_none_or(|id| {
                context.tenant.as_ref().is_some_and(|t| t.id.eq_ignore_ascii_case(id))
            })
    };
    let account = |context: &Context| context.account.as_ref().map(|a| a.id.to_lowercase());
    let mut candidates: Vec<&Context> = known.contexts.iter().filter(own).copied().collect();
    candidates.sort_by_key(|context| account(context) != account(base));
    let mut found: Vec<(&Subscription, &Context)> = Vec::new();
    for context in candidates {
        let Some(subscription) = &context.subscription else { continue };
        if subscription.id.eq_ignore_ascii_case(text) {
            return Ok((subscription.clone(), context.tenant.clone()));
        }
        let named =
            subscription.name.as_ref().is_some_and(|n| n.to_lowercase() == text.to_lowercase());
        if named && !found.iter().any(|(s, _)| s.id.eq_ignore_ascii_case(&subscription.id)) {
            found.push((subscription, context));
        }
    }
    match found.as_slice() {
        [(subscription, context)] => Ok(((*subscription).clone(), context.tenant.clone())),
        [] => match find(&wanted.seen, text) {
            Ok(place) => Ok((place.subscription.clone(), Some(place.tenant.clone()))),
            // An id that is given in full is the person's own word; a name cannot be.
            Err(Refusal::NoSuchSubscription { .. }) if is_guid(text) => {
                Ok((Subscription { id: text.to_owned(), name: None, state: None }, None))
            }
            Err(refusal) => Err(refusal),
        },
        several => Err(Refusal::AmbiguousSubscription {
            wanted: text.to_owned(),
            ids: several.iter().map(|(subscription, _)| subscription.id.clone()).collect(),
        }),
    }
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
