//! The subscriptions that contexts are on.

use std::collections::HashSet;

use azvault_model::{Subscription, Tenant, TenantId};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::subscriptions::{OnSubscriptions, Place};

/// Those that contexts know, each once.
#[derive(Serialize, Deserialize)]
pub struct ListSubscriptions {
    /// Those of this tenant alone.
    pub tenant: Option<String>,
}

/// In the order of contexts.
#[derive(Serialize, Deserialize)]
pub struct ListedSubscriptions {
    pub subscriptions: Vec<ListedSubscription>,
}

/// A subscription, and which contexts are on it.
#[derive(Serialize, Deserialize)]
pub struct ListedSubscription {
    pub subscription: Subscription,
    pub tenant: Option<Tenant>,
    pub environment: Option<String>,
    pub contexts: Vec<String>,
}

impl Message for ListSubscriptions {}

impl Message for ListedSubscriptions {}

impl Verb for ListSubscriptions {
    const NAME: &'static str = "subscription list";
    type Reply = ListedSubscriptions;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<ListedSubscriptions, Failure> {
        let subscriptions = known(&open.contexts, self.tenant.as_deref());
        Ok(ListedSubscriptions { subscriptions })
    }
}

fn known(contexts: &Contexts, tenant: Option<&str>) -> Vec<ListedSubscription> {
    let seen = contexts.seen();
    let on = OnSubscriptions::of(seen.iter().map(|seen| seen.context));
    let mut listed = HashSet::new();
    let mut known = Vec::new();
    for context in seen.iter().map(|seen| seen.context) {
        let Some(subscription) = &context.subscription else { continue };
        let own = context.tenant.as_ref();
        let fits = tenant.is_none_or(|id| own.is_some_and(|own| TenantId(&own.id) == TenantId(id)));
        let place = Place::of(&subscription.id, context.environment.as_deref());
        if fits && listed.insert(place) {
            known.push(ListedSubscription {
                subscription: subscription.clone(),
                tenant: own.cloned(),
                environment: context.environment.as_deref().map(str::to_owned),
                contexts: on.names(place).into_iter().map(str::to_owned).collect(),
            });
        }
    }
    known
}
