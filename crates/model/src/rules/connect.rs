//! Connect (Connect-AzAccount): who signed in, and which contexts that makes.
//!
//! One context becomes current: of the subscription that was asked for; else of the one that was
//! current, where it is the same account's; else of the only one that can be used. Where there are
//! several, somebody has to choose: the first one of a list is nobody's choice. Without any the
//! context is the tenant's.
//!
//! Further subscriptions get contexts at an account's first sign-in, up to a number. Later they get
//! some only where a number is asked for: a context that was removed stays away. An identity that
//! is there is updated under the names it has.

use std::collections::BTreeSet;

use super::default_name::{documented, free_name};
use serde::{Deserialize, Serialize};

use crate::caseless::same;
use crate::{
    Change, Context, ContextAccount, ContextName, Current, Decision, EnvironmentName, Kept, Known,
    Question, Refusal, Remark, Subscription, SubscriptionId, Tenant,
};

/// Properties of an account that say how it signed in; those of an earlier sign-in do not stay.
const OF_A_SIGN_IN: [&str; 7] = [
    "CertificateThumbprint",
    "CertificatePath",
    "Pkcs11Key",
    "SendCertificateChain",
    "FederatedTokenFile",
    "ManagedIdentity",
    "UseDeviceAuth",
];

/// Whether a property of an account is one of those.
pub(super) fn says_how_it_signed_in(name: &str) -> bool {
    OF_A_SIGN_IN.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Who signed in, and what the account sees.
#[derive(Serialize, Deserialize)]
pub struct SignedIn {
    /// The account that signed in.
    pub account: ContextAccount,
    /// Azure cloud by name.
    pub environment: String,
    /// The tenant that was signed in to.
    pub tenant: Option<Tenant>,
    /// In the order in which they are shown.
    pub places: Vec<VisibleSubscription>,
}

/// A subscription, and the tenant through which the account sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibleSubscription {
    /// The subscription, as Azure lists it.
    pub subscription: Subscription,
    /// The tenant that the account reaches it through.
    pub tenant: Tenant,
}

/// Which subscription becomes current.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The one that was named, is current already, or is the only usable one.
    This(&'a VisibleSubscription),
    /// None: there is none.
    None,
    /// Somebody has to say which of these.
    Several(Vec<&'a VisibleSubscription>),
}

/// Contexts of further subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Others {
    /// No further subscription gets a context.
    Left,
    /// So many contexts altogether, if the account has none yet.
    AtFirst(usize),
    /// So many altogether.
    UpTo(usize),
}

/// What was asked for.
#[derive(Serialize, Deserialize)]
pub struct ConnectRequest {
    /// Id of the subscription that becomes current; without one, the tenant as such.
    pub subscription: Option<String>,
    /// The name to store it under.
    pub name: Option<ContextName>,
    /// Further ones.
    pub others: Others,
}

/// Chooses a subscription. `asked` is an id or a name; `current` is the context that is current.
pub fn choose<'a>(
    signed_in: &'a SignedIn,
    asked: Option<&str>,
    current: Option<&Context>,
) -> Result<Choice<'a>, Refusal> {
    let places = &signed_in.places;
    if let Some(asked) = asked {
        return find(places, asked).map(Choice::This);
    }
    let is_current = |place: &&VisibleSubscription| {
        current.is_some_and(|current| signed_in.context(Some(place)).is_same_as(current))
    };
    let standing = places.iter().find(is_current);
    if let Some(place) = standing {
        return Ok(Choice::This(place));
    }
    let usable: Vec<&VisibleSubscription> =
        places.iter().filter(|p| is_usable(&p.subscription)).collect();
    Ok(match (usable.as_slice(), places.as_slice()) {
        ([one], _) => Choice::This(one),
        ([], [one]) => Choice::This(one),
        (_, []) => Choice::None,
        ([], _) => Choice::Several(places.iter().collect()),
        _ => Choice::Several(usable),
    })
}

/// The subscription of an id, else of a name.
pub(super) fn find<'a>(
    places: &'a [VisibleSubscription],
    asked: &str,
) -> Result<&'a VisibleSubscription, Refusal> {
    if let Some(place) =
        places.iter().find(|p| SubscriptionId(&p.subscription.id) == SubscriptionId(asked))
    {
        return Ok(place);
    }
    let named = |place: &&VisibleSubscription| {
        let name = place.subscription.name.as_ref();
        name.is_some_and(|name| same(name, asked))
    };
    let wanted = asked.to_owned();
    match places.iter().filter(named).collect::<Vec<_>>().as_slice() {
        [place] => Ok(place),
        [] => Err(Refusal::NoSuchSubscription { wanted }),
        several => {
            let ids = several.iter().map(|place| place.subscription.id.to_string()).collect();
            Err(Refusal::AmbiguousSubscription { wanted, ids })
        }
    }
}

fn is_usable(subscription: &Subscription) -> bool {
    let state = subscription.state.as_deref().unwrap_or_default();
    !["Disabled", "Deleted", "Expired"].iter().any(|gone| gone.eq_ignore_ascii_case(state))
}

/// Makes the contexts, and one of them current.
pub fn connect(
    known: &Known<'_>,
    signed_in: &SignedIn,
    request: &ConnectRequest,
) -> Result<Decision, Refusal> {
    if request.name.as_ref().is_some_and(|name| name.as_str().is_empty()) {
        return Err(Refusal::EmptyName);
    }
    let is_chosen = |place: &&VisibleSubscription| {
        request
            .subscription
            .as_ref()
            .is_some_and(|id| SubscriptionId(id) == SubscriptionId(&place.subscription.id))
    };
    let chosen = signed_in.places.iter().find(is_chosen);
    if let (Some(id), None) = (&request.subscription, chosen) {
        return Err(Refusal::NoSuchSubscription { wanted: id.clone() });
    }
    let mut made = Made { known, taken: BTreeSet::new(), put: Vec::new(), remarks: Vec::new() };
    let asks = made.first(signed_in.context(chosen), request.name.as_ref());
    let rest: Vec<Context> = signed_in
        .places
        .iter()
        .filter(|place| !is_chosen(place))
        .map(|place| signed_in.context(Some(place)))
        .collect();
    made.rest(rest, most(known, signed_in, request.others));
    let current = made.put.first().map(|context| Current::To(context.name.clone()));
    let Made { put, remarks, .. } = made;
    Ok(Decision { change: Change { put, current, ..Change::default() }, asks, remarks })
}

/// How many contexts there may be.
fn most(known: &Known<'_>, signed_in: &SignedIn, others: Others) -> usize {
    let own = |context: &Context| {
        let account = context.account.as_ref();
        account.is_some_and(|own| own.may_be(&signed_in.account))
            && context.environment.as_ref().is_some_and(|environment| {
                EnvironmentName(environment) == EnvironmentName(&signed_in.environment)
            })
    };
    match others {
        Others::Left => 0,
        Others::AtFirst(_) if known.contexts.iter().any(|context| own(context)) => 0,
        Others::AtFirst(most) | Others::UpTo(most) => most,
    }
}

impl SignedIn {
    /// A context without a name.
    fn context(&self, place: Option<&VisibleSubscription>) -> Context {
        Context {
            name: ContextName::new(""),
            account: Some(self.account.clone()),
            tenant: place.map(|place| place.tenant.clone()).or_else(|| self.tenant.clone()),
            subscription: place.map(|place| place.subscription.clone()),
            environment: Some(self.environment.as_str().into()),
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::default(),
        }
    }
}

struct Made<'a> {
    known: &'a Known<'a>,
    /// Keys of the names of `put`.
    taken: BTreeSet<String>,
    put: Vec<Context>,
    remarks: Vec<Remark>,
}

impl Made<'_> {
    /// The context that becomes current, and what has to be asked for it.
    fn first(&mut self, mut context: Context, name: Option<&ContextName>) -> Option<Question> {
        let all = self.known.contexts.iter().copied();
        let same: Vec<&Context> = all.filter(|other| other.is_same_as(&context)).collect();
        // A name that is asked for is looked at before any other name of the identity.
        let named = same.iter().find(|other| name.is_some_and(|name| name.same_as(&other.name)));
        let over = named.or(same.first()).copied();
        if let Some(over) = over {
            renewed(&mut context, over);
        }
        // Another name of the identity is not what scripts call the first one.
        if over.is_some_and(|over| name.is_some_and(|name| !name.same_as(&over.name))) {
            context.labels.long_name = None;
        }
        context.name = match (name, over) {
            (Some(name), _) => name.clone(),
            (None, Some(over)) => over.name.clone(),
            (None, None) => self.free(&context).unwrap_or_else(|| documented(&context)),
        };
        for other in same.iter().filter(|other| !other.name.same_as(&context.name)) {
            self.remarks.push(Remark::AlsoNamed { name: other.name.clone() });
        }
        match context.subscription.as_ref().map(|s| s.state.as_deref()) {
            None => self.remarks.push(Remark::NoSubscription),
            Some(Some(state)) if !state.eq_ignore_ascii_case("Enabled") => {
                self.remarks.push(Remark::SubscriptionState { state: state.to_owned() });
            }
            Some(_) => {}
        }
        let holder = self.known.find(&context.name).filter(|other| !other.is_same_as(&context));
        let asks = holder.map(|other| Question::Replace { existing: other.name.clone() });
        self.put(context);
        asks
    }

    /// Contexts of further subscriptions: those that are there are updated, others come until
    /// there are so many.
    fn rest(&mut self, contexts: Vec<Context>, most: usize) {
        let mut new = Vec::new();
        for context in contexts {
            let all = self.known.contexts.iter().copied();
            let same: Vec<&Context> = all.filter(|other| other.is_same_as(&context)).collect();
            for other in &same {
                // One whose name goes to the current context is that one now.
                if self.taken.contains(&other.name.key()) {
                    continue;
                }
                let mut own = context.copied();
                renewed(&mut own, other);
                own.name = other.name.clone();
                self.put(own);
            }
            if same.is_empty() {
                new.push(context);
            }
        }
        let mut left = 0;
        for mut context in new {
            if self.put.len() >= most {
                left += 1;
                continue;
            }
            match self.free(&context) {
                Some(name) => {
                    context.name = name;
                    self.put(context);
                }
                None => self.remarks.push(Remark::NameTaken { name: documented(&context) }),
            }
        }
        if left > 0 {
            self.remarks.push(Remark::Left { subscriptions: left });
        }
    }

    fn free(&self, context: &Context) -> Option<ContextName> {
        free_name(context, &|name| !self.known.is_taken(name) && !self.taken.contains(&name.key()))
    }

    fn put(&mut self, mut context: Context) {
        context.labels.mark = self.known.mark_of(&context);
        self.taken.insert(context.name.key());
        self.put.push(context);
    }
}

/// Takes over what the one that is there has besides, but not how it signed in before.
fn renewed(context: &mut Context, before: &Context) {
    let own = context.account.as_ref().map(|account| account.properties.clone());
    context.take_over(before);
    if let (Some(account), Some(own)) = (&mut context.account, own) {
        account.properties.retain(|name, _| own.contains_key(name) || !says_how_it_signed_in(name));
    }
}

#[cfg(test)]
mod tests;
