//! An endpoint for a process that runs: which accounts it serves, and under which names.

use std::collections::HashSet;

use azvault_agent::{Leader, NewGrant};
use azvault_model::rules::identity_name::identity_names;
use azvault_model::{Accounts, Context, ContextName, Found, Secret};
use azvault_vault::Id;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::{Contexts, none_active};
use crate::endpoint::{
    Bounds, LeftFromAz, NamedIdentity, OwnAzFiles, Reach, Served, Start, ToolFacts,
};
use crate::failure::{Failure, Kind};
use crate::grants::{self, GrantTerms};
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;
use crate::text::quoted;
use crate::{endpoint, policy};

/// An endpoint is opened for a process, an ancestor of the one that asks.
#[derive(Serialize, Deserialize)]
pub struct OpenEndpoint {
    pub process: u32,
    pub whom: EndpointFor,
    /// What it hands out at most.
    pub bounds: Bounds,
    /// What the person's own az has.
    pub own_az: OwnAzFiles,
}

/// Whose accounts an endpoint serves.
#[derive(Serialize, Deserialize)]
pub enum EndpointFor {
    /// Those of these contexts; of the one that acts, where none is named.
    Named(Vec<ContextName>),
    /// Those of all contexts, the one that acts first.
    All,
}

/// What it serves.
#[derive(Serialize, Deserialize)]
pub struct OpenedEndpoint {
    pub(crate) tool_facts: ToolFacts,
    /// The handle of what it may ask for.
    pub(crate) grant: SecretPart,
    pub(crate) id: String,
    pub(crate) contexts: Vec<ServedContext>,
    pub(crate) left_from_az: Vec<LeftFromAz>,
    /// Of a command that opened the vault itself: what an agent may be given to hold.
    #[serde(skip)]
    pub(crate) not_given: Option<NewGrant>,
}

/// A context, and the name under which its account is asked for in its tenant.
#[derive(Serialize, Deserialize)]
pub struct ServedContext {
    pub context: Context,
    pub id: String,
}

impl Message for OpenEndpoint {}

impl Message for OpenedEndpoint {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.grant.value_mut()]
    }
}

impl Verb for OpenEndpoint {
    const NAME: &'static str = "endpoint";
    const ASKS: bool = true;
    type Reply = OpenedEndpoint;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<OpenedEndpoint, Failure> {
        let contexts = &open.contexts;
        let (served_contexts, identities) = self.whom.settled(app, contexts)?;
        let of: Vec<&Context> = served_contexts.iter().map(|served| &served.context).collect();
        self.bounds.check(contexts, &of)?;
        let first = of.first().copied().ok_or_else(none_active)?;
        let reach = Reach::Named(identities);
        let served = Served { reach, as_identity: Vec::new(), bounds: self.bounds };
        let mut tool_facts = endpoint::tool_facts(contexts, Some(first), &served, &self.own_az);
        let left_from_az = tool_facts.add_profile(contexts, &served_contexts)?;
        let terms = GrantTerms {
            start: Start::Process,
            context: Some(first.name.as_str().to_owned()),
            served,
            since: app.now(),
            shell: None,
        };
        let (handle, grant) = grants::made(open, &terms, Leader::Ancestor(self.process))?;
        grants::tell(app, open, &terms, &grant)?;
        let id = Id::from_number(grant.id).to_string();
        let not_given = match app.caller() {
            Some(caller) => {
                grants::give(caller, grant)?;
                None
            }
            None => Some(grant),
        };
        let grant = SecretPart::new(handle);
        let contexts = served_contexts;
        Ok(OpenedEndpoint { tool_facts, grant, id, contexts, left_from_az, not_given })
    }
}

/// Contexts with their names, and each account in a tenant once.
type Settled = (Vec<ServedContext>, Vec<NamedIdentity>);

/// All contexts that can be served, the one that acts first; and those that cannot, with the reason.
pub(super) fn all_served(app: &App, contexts: &Contexts) -> (Vec<ServedContext>, Vec<LeftFromAz>) {
    let seen = contexts.seen();
    let seen: Vec<&Context> = seen.iter().map(|seen| seen.context).collect();
    let accounts = contexts.accounts();
    let names = identity_names(&accounts, &seen);
    let (mut served, mut left) = (Vec::new(), Vec::new());
    for (context, name) in seen.into_iter().zip(names) {
        if let Err(failure) = is_servable(app, &accounts, context) {
            left.push(LeftFromAz { name: context.name.clone(), because: failure.what });
        } else if let Some(identity) = NamedIdentity::of(context, name) {
            served.push(ServedContext { context: context.copied(), id: identity.id });
        }
    }
    if let Ok(acting) = contexts.acting() {
        served.sort_by_key(|one| !one.context.name.same_as(&acting.context.name));
    }
    (served, left)
}

impl EndpointFor {
    fn settled(self, app: &App, contexts: &Contexts) -> Result<Settled, Failure> {
        let seen = contexts.seen();
        let seen: Vec<&Context> = seen.iter().map(|seen| seen.context).collect();
        let accounts = contexts.accounts();
        let mut names = identity_names(&accounts, &seen);
        let at = |context: &Context| seen.iter().position(|own| own.name.same_as(&context.name));
        let is_all = matches!(self, Self::All);
        let wanted: Vec<usize> = match self {
            Self::Named(names) if names.is_empty() => {
                at(contexts.acting()?.context).into_iter().collect()
            }
            Self::Named(names) => {
                let meant = |name: &ContextName| Ok(at(contexts.meant_aloud(app, name)?.context));
                let meant = names.iter().map(meant).collect::<Result<Vec<_>, Failure>>()?;
                meant.into_iter().flatten().collect()
            }
            Self::All => {
                let acting = contexts.acting().ok().and_then(|acting| at(acting.context));
                acting.into_iter().chain(0..seen.len()).collect()
            }
        };
        let (mut taken, mut known) = (HashSet::new(), HashSet::new());
        let (mut served, mut identities) = (Vec::new(), Vec::new());
        for at in wanted.into_iter().filter(|at| taken.insert(*at)) {
            let context = seen[at];
            match is_servable(app, &accounts, context) {
                Err(failure) if is_all => {
                    let name = quoted(context.name.as_str());
                    app.console.warning(format!("{name} is left out: {}", failure.what));
                    continue;
                }
                checked => checked?,
            }
            let Some(identity) = NamedIdentity::of(context, names[at].take()) else { continue };
            served.push(ServedContext { context: context.copied(), id: identity.id.clone() });
            if known.insert(identity.id.to_lowercase()) {
                identities.push(identity);
            }
        }
        Ok((served, identities))
    }
}

/// Whether tokens can be asked for under a name of a context's account.
fn is_servable(app: &App, accounts: &Accounts, context: &Context) -> Result<(), Failure> {
    policy::acts(app, context)?;
    let name = quoted(context.name.as_str());
    let lacks = |what: String| {
        Failure::new(Kind::SignInNeeded, what)
            .hint("azvault context set, or another context of azvault context list")
    };
    if context.account.is_none() || context.tenant.is_none() {
        return Err(lacks(format!(
            "the context {name} has no account or no tenant to sign in with"
        )));
    }
    match accounts.of_context(context) {
        Found::One(_) => Ok(()),
        Found::Nobody | Found::Several(_) => {
            Err(lacks(format!("the account of {name} is one of several of that name")))
        }
    }
}
