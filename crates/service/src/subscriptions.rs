//! The subscriptions that the account of the context that acts sees in one tenant: asked of Azure.

use std::collections::HashMap;

use azvault_model::rules::connect::VisibleSubscription;
use azvault_model::{Context, EnvironmentName, Subscription, SubscriptionId, Tenant};
use azvault_signin::resource_manager;

use crate::app::App;
use crate::ask::ask;
use crate::failure::Failure;
use crate::online;
use crate::online::failed;
use crate::verbs::{ListedSubscription, RefreshSubscriptions, RefreshedSubscriptions};

/// Asks Azure for them, in the context's tenant or in another one.
pub fn visible(app: &App, tenant: Option<String>) -> Result<Vec<VisibleSubscription>, Failure> {
    let (listed, tenant) = asked(app, tenant)?;
    let visible = |listed: ListedSubscription| VisibleSubscription {
        subscription: listed.subscription,
        tenant: tenant.clone(),
    };
    Ok(listed.into_iter().map(visible).collect())
}

/// As [`visible`], with the names of the contexts that are on each.
pub fn refreshed(app: &App, tenant: Option<String>) -> Result<Vec<ListedSubscription>, Failure> {
    asked(app, tenant).map(|(listed, _)| listed)
}

/// What Azure shows, and the tenant through which it does.
fn asked(app: &App, tenant: Option<String>) -> Result<(Vec<ListedSubscription>, Tenant), Failure> {
    let refreshed = ask(app, RefreshSubscriptions { tenant })?;
    let cloud = refreshed.cloud.cloud()?;
    let http = online::http(app)?;
    let base = cloud.resource_manager().map_err(failed)?;
    let found = resource_manager::subscriptions(&http, base, refreshed.token()).map_err(failed)?;
    let RefreshedSubscriptions { tenant, contexts, .. } = refreshed;
    let mut names: HashMap<Place<'_>, &[String]> = HashMap::new();
    for listed in &contexts {
        let place = Place::of(&listed.subscription.id, listed.environment.as_deref());
        names.insert(place, &listed.contexts);
    }
    let on = |id: &str| names.get(&Place::of(id, Some(cloud.name()))).copied().unwrap_or_default();
    let listed = |found: resource_manager::Subscription| ListedSubscription {
        contexts: on(&found.id).to_vec(),
        subscription: Subscription {
            id: found.id.into(),
            name: found.name.map(Into::into),
            state: found.state.map(Into::into),
        },
        tenant: Some(tenant.clone()),
        environment: Some(cloud.name().to_owned()),
    };
    Ok((found.into_iter().map(listed).collect(), tenant))
}

/// A subscription, in its cloud.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    subscription: SubscriptionId<'a>,
    environment: Option<EnvironmentName<'a>>,
}

impl<'a> Place<'a> {
    /// The subscription of that id in that cloud.
    pub fn of(subscription: &'a str, environment: Option<&'a str>) -> Self {
        let environment = environment.map(EnvironmentName);
        Self { subscription: SubscriptionId(subscription), environment }
    }
}

/// Which contexts are on each subscription.
pub struct OnSubscriptions<'a>(HashMap<Place<'a>, Vec<&'a str>>);

impl<'a> OnSubscriptions<'a> {
    /// Of these contexts.
    pub fn of(contexts: impl IntoIterator<Item = &'a Context>) -> Self {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for context in contexts {
            if let Some(subscription) = &context.subscription {
                let place = Place::of(&subscription.id, context.environment.as_deref());
                names.entry(place).or_default().push(context.name.as_str());
            }
        }
        Self(names)
    }

    /// Their names, in the order in which they were given.
    pub fn names(&self, place: Place<'a>) -> Vec<&'a str> {
        self.0.get(&place).cloned().unwrap_or_default()
    }
}
