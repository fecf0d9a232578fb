//! The subscriptions that contexts are on.

use std::collections::HashSet;

use azvault_model::{Secret, Subscription, Tenant, TenantId};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::message::{Message, SecretPart};
use crate::online::CloudChoice;
use crate::opening::OpenVault;
use crate::subscriptions::{OnSubscriptions, Place};
use crate::tokens;
use crate::tokens::{Target, TokenRequest};

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

/// What is needed to ask Azure which subscriptions the account that acts sees, in its context's tenant or in
/// another one.
#[derive(Serialize, Deserialize)]
pub struct RefreshSubscriptions {
    pub tenant: Option<String>,
}

/// A token to Resource Manager, and where contexts are.
#[derive(Serialize, Deserialize)]
pub struct RefreshedSubscriptions {
    token: SecretPart,
    pub cloud: CloudChoice,
    pub tenant: Tenant,
    pub contexts: Vec<ListedSubscription>,
}

impl RefreshedSubscriptions {
    /// The token itself.
    pub fn token(&self) -> &Secret {
        self.token.value()
    }
}

impl Message for ListSubscriptions {}

impl Message for RefreshSubscriptions {}

impl Message for RefreshedSubscriptions {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.token.value_mut()]
    }
}

impl Message for ListedSubscriptions {}

impl Verb for ListSubscriptions {
    const NAME: &'static str = "subscription list";
    type Reply = ListedSubscriptions;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<ListedSubscriptions, Failure> {
        let subscriptions = known(&open.contexts, self.tenant.as_deref());
        Ok(ListedSubscriptions { subscriptions })
    }
}

impl Verb for RefreshSubscriptions {
    const NAME: &'static str = "subscription list --refresh";
    const GOES_ONLINE: bool = true;
    type Reply = RefreshedSubscriptions;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<RefreshedSubscriptions, Failure> {
        let contexts = &open.contexts;
        let context = contexts.acting()?.context;
        let wanted = TokenRequest::new(contexts, context, Target::Resource(None), self.tenant)?;
        let cloud = CloudChoice::of(contexts, &wanted.environment)?;
        let issued = tokens::token(app, open, &wanted)?;
        let contexts = &open.contexts;
        let name = tenant_name(contexts, &wanted.tenant).map(Into::into);
        Ok(RefreshedSubscriptions {
            token: SecretPart::new(issued.value),
            cloud,
            tenant: Tenant { id: issued.tenant.into(), name },
            contexts: known(contexts, None),
        })
    }
}

/// The name that a context has for a tenant.
fn tenant_name(contexts: &Contexts, id: &str) -> Option<String> {
    let seen = contexts.seen();
    let tenants = seen.iter().filter_map(|seen| seen.context.tenant.as_ref());
    tenants
        .filter(|tenant| TenantId(&tenant.id) == TenantId(id))
        .find_map(|tenant| tenant.name.clone())
        .map(|text| text.to_string())
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
