//! Set (Set-AzContext): a subscription or tenant becomes the current context.
//!
//! Account and environment come from the acting context, the subscription from what is known.
//! Switching starts with empty extended properties. Without a name an identity that is there is
//! updated under the name it has, and a new one gets the documented default name. With a name the
//! context is stored under it, and one that has the identity under another name stays.
//!
//! Azure PowerShell takes a tenant's first subscription when none is given; azvault invents none. It
//! refuses a tenant that the account cannot sign in to, because it signs in. azvault, which does not,
//! takes a tenant that is named at the person's word, and says so; where another account's context is
//! all that brings a tenant in which the account was never seen, it asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::connect::{VisibleSubscription, find};
use super::default_name::{documented, free_name};
use crate::caseless::same;
use crate::{
    Acting, Change, Context, ContextName, Current, Decision, Kept, Known, Question, Refusal,
    Remark, Subscription, SubscriptionId, Tenant, TenantId,
};

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRequest {
    /// The name to store it under.
    pub name: Option<ContextName>,
    /// Id or name of the subscription.
    pub subscription: Option<String>,
    /// Id of the tenant, or a name that contexts have for it.
    pub tenant: Option<String>,
    /// Extended properties.
    pub properties: BTreeMap<String, String>,
    /// Subscriptions that Azure shows beside those that contexts know.
    pub seen: Vec<VisibleSubscription>,
}

/// Makes the context and makes it current.
pub fn set(known: &Known<'_>, request: &SetRequest) -> Result<Decision, Refusal> {
    if request.name.as_ref().is_some_and(|name| name.as_str().is_empty()) {
        return Err(Refusal::EmptyName);
    }
    let acting = known.expect_acting()?;
    let mut context = target(known, acting.context(), request)?;
    let identity = context.identity();
    let same = known.contexts.iter().copied().find(|other| {
        // A name that is asked for is looked at before any other name of the identity.
        other.identity() == identity && request.name.as_ref().is_none_or(|n| n.same_as(&other.name))
    });
    if let Some(same) = same {
        context.take_over(same);
    }
    context.labels.mark = known.mark_of(&context);
    context.extended_properties.extend(request.properties.clone());
    context.name = match (&request.name, same) {
        (Some(name), _) => name.clone(),
        (None, Some(same)) => same.name.clone(),
        (None, None) => {
            let is_free = |name: &ContextName| !known.is_taken(name);
            free_name(&context, &is_free).unwrap_or_else(|| documented(&context))
        }
    };
    let holder = known.find(&context.name).filter(|holder| holder.identity() != identity);
    let others = known.contexts.iter().filter(|other| other.identity() == identity);
    let others = others.map(|other| &other.name).filter(|name| !name.same_as(&context.name));
    // A vault has its contexts in no order that means anything.
    let others: BTreeSet<&ContextName> = others.collect();
    let mut remarks: Vec<Remark> =
        others.into_iter().map(|name| Remark::AlsoNamed { name: name.clone() }).collect();
    match context.subscription.as_ref().map(|s| s.state.as_deref()) {
        None => remarks.push(Remark::NoSubscription),
        Some(Some(state)) if !state.eq_ignore_ascii_case("Enabled") => {
            remarks.push(Remark::SubscriptionState { state: state.to_owned() });
        }
        Some(_) => {}
    }
    let replaced = holder.map(|holder| holder.name.clone());
    let replace = |existing| Question::Replace { existing };
    let asks = match unseen(known, acting, request, &context) {
        Some(Unseen { account, tenant }) if request.tenant.is_none() => {
            Some(Question::UnseenTenant { account, tenant, replaced })
        }
        Some(Unseen { account, tenant }) => {
            remarks.push(Remark::UnseenTenant { account, tenant });
            replaced.map(replace)
        }
        None => replaced.map(replace),
    };
    let current = Some(Current::To(context.name.clone()));
    Ok(Decision {
        change: Change { put: vec![context], current, ..Change::default() },
        asks,
        remarks,
    })
}

/// An account, and a tenant in which nothing shows it.
struct Unseen {
    account: String,
    tenant: String,
}

/// The account and the tenant, if nothing says that the account was ever there.
fn unseen(
    known: &Known<'_>,
    acting: &Acting,
    request: &SetRequest,
    context: &Context,
) -> Option<Unseen> {
    let (account, tenant) = (acting.account()?, context.tenant.as_ref()?);
    let is_it = |other: &Tenant| TenantId(&other.id) == TenantId(&tenant.id);
    let own = known.contexts.iter().filter(|other| other.is_of_the_account_of(acting.context()));
    let is_seen = acting.was_seen_in(&tenant.id)
        || own.filter_map(|other| other.tenant.as_ref()).any(is_it)
        || request.seen.iter().any(|place| is_it(&place.tenant));
    (!is_seen).then(|| Unseen { account: account.id.to_string(), tenant: tenant.id.to_string() })
}

/// Account and environment of the base, with the subscription and tenant that were asked for.
fn target(known: &Known<'_>, base: &Context, request: &SetRequest) -> Result<Context, Refusal> {
    if request.subscription.is_none() && request.tenant.is_none() {
        return Ok(base.copied());
    }
    let asked_tenant =
        request.tenant.as_ref().map(|text| find_tenant(known, base, text, request)).transpose()?;
    let (subscription, tenant) = match &request.subscription {
        None => (None, None),
        Some(text) => {
            let tenant = asked_tenant.as_ref().map(|tenant| tenant.id.as_str());
            let (subscription, tenant) = find_subscription(
                known,
                base,
                SubscriptionQuery { subscription: text, tenant },
                request,
            )?;
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
        labels: Default::default(),
        kept: Kept::default(),
    })
}

/// A tenant by id or name, as another context writes it. A domain that no context knows is no id:
/// stored as one it would make a context that Azure PowerShell cannot read.
fn find_tenant(
    known: &Known<'_>,
    base: &Context,
    text: &str,
    request: &SetRequest,
) -> Result<Tenant, Refusal> {
    let of_contexts = std::iter::once(base).chain(known.contexts.iter().copied());
    let tenants = of_contexts.filter_map(|context| context.tenant.as_ref());
    let tenants: Vec<&Tenant> =
        tenants.chain(request.seen.iter().map(|place| &place.tenant)).collect();
    let by_id = tenants.iter().find(|tenant| TenantId(&tenant.id) == TenantId(text));
    let is_named = |tenant: &&&Tenant| tenant.name.as_ref().is_some_and(|name| same(name, text));
    match by_id.or_else(|| tenants.iter().find(is_named)) {
        Some(tenant) => Ok((*tenant).clone()),
        None if text.contains('.') => Err(Refusal::NoSuchTenant { wanted: text.to_owned() }),
        None => Ok(Tenant { id: text.into(), name: None }),
    }
}

/// A subscription by id or name, in the tenant that was asked for.
struct SubscriptionQuery<'a> {
    subscription: &'a str,
    tenant: Option<&'a str>,
}

/// A subscription by id, else by name, among those that the contexts of the same environment
/// name; the same account's go first, because another account may not see the subscription.
fn find_subscription(
    known: &Known<'_>,
    base: &Context,
    SubscriptionQuery { subscription: text, tenant }: SubscriptionQuery<'_>,
    request: &SetRequest,
) -> Result<(Subscription, Option<Tenant>), Refusal> {
    let own = |context: &&Context| {
        context.environment == base.environment
            && tenant.is_none_or(|id| {
                context.tenant.as_ref().is_some_and(|t| TenantId(&t.id) == TenantId(id))
            })
    };
    // The acting context may live in another scope than the change.
    let all = std::iter::once(base).chain(known.contexts.iter().copied());
    let mut candidates: Vec<&Context> = all.filter(own).collect();
    candidates.sort_by_key(|context| !context.is_of_the_account_of(base));
    let mut found: Vec<(&Subscription, &Context)> = Vec::new();
    for context in candidates {
        let Some(subscription) = &context.subscription else { continue };
        if SubscriptionId(&subscription.id) == SubscriptionId(text) {
            return Ok((subscription.clone(), context.tenant.clone()));
        }
        let named = subscription.name.as_ref().is_some_and(|n| same(n, text));
        if named
            && !found.iter().any(|(s, _)| SubscriptionId(&s.id) == SubscriptionId(&subscription.id))
        {
            found.push((subscription, context));
        }
    }
    match found.as_slice() {
        [(subscription, context)] => Ok(((*subscription).clone(), context.tenant.clone())),
        [] => match find(&request.seen, text) {
            Ok(place) => Ok((place.subscription.clone(), Some(place.tenant.clone()))),
            // An id that is given in full is the person's own word; a name cannot be.
            Err(Refusal::NoSuchSubscription { .. }) if is_guid(text) => {
                Ok((Subscription { id: text.into(), name: None, state: None }, None))
            }
            Err(refusal) => Err(refusal),
        },
        several => Err(Refusal::AmbiguousSubscription {
            wanted: text.to_owned(),
            ids: several.iter().map(|(subscription, _)| subscription.id.to_string()).collect(),
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
