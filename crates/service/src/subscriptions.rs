//! The subscriptions that the account of the context that acts sees in one tenant: asked of Azure.

use std::collections::HashMap;

use azvault_model::rules::connect::VisibleSubscription;
use azvault_model::{Context, Subscription, Tenant};
use azvault_model::{EnvironmentName, SubscriptionId, TenantId};
use azvault_signin::resource_manager;

use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::online;
use crate::online::failed;
use crate::opening::{OpenVault, Opener};
use crate::tokens;
use crate::tokens::{Target, TokenRequest};

/// What Azure shows.
pub struct Seen {
    pub environment: String,
    pub places: Vec<VisibleSubscription>,
    /// What the vault and the session hold besides.
    pub contexts: Contexts,
}

/// Asks for them, in the context's tenant or in another one.
pub fn seen(app: &App, tenant: Option<&str>) -> Result<Seen, Failure> {
    let mut open = Opener::new(app).open()?;
    let OpenVault { contexts, .. } = &open;
    let context = contexts.acting()?.context;
    let to = Target::Resource(None);
    let wanted = TokenRequest::new(contexts, context, to, tenant.map(str::to_owned))?;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let name = tenant_name(contexts, &wanted.tenant);
    let issued = tokens::token(app, &mut open, &wanted)?;
    let http = online::http(app)?;
    let base = cloud.resource_manager().map_err(failed)?;
    let found = resource_manager::subscriptions(&http, base, &issued.value).map_err(failed)?;
    let tenant = Tenant { id: issued.tenant.into(), name: name.map(Into::into) };
    let place = |found: resource_manager::Subscription| VisibleSubscription {
        subscription: Subscription {
            id: found.id.into(),
            name: found.name.map(Into::into),
            state: found.state.map(Into::into),
        },
        tenant: tenant.clone(),
    };
    let places = found.into_iter().map(place).collect();
    Ok(Seen { environment: wanted.environment, places, contexts: open.contexts })
}

/// The name that a context has for a tenant.
fn tenant_name(contexts: &Contexts, id: &str) -> Option<String> {
    let seen = contexts.seen();
    let tenants = seen.iter().filter_map(|seen| seen.context.tenant.as_ref());
    tenants
        .filter(|tenant| TenantId(&tenant.id) == TenantId(id))
        .find_map(|t| t.name.clone())
        .map(|text| text.to_string())
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
