//! Changes of contexts that need nothing but the vault and the session.

use azvault_model::rules::set::SetRequest;
use azvault_model::rules::{clear, disconnect, mark, remove, rename, select, set};
use azvault_model::{ContextName, Decision, Known, Mark, Refusal, Scope, Whose};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::{App, Consent};
use crate::change::{self, ChangeExtras, ChangeRequest, Done, Removal, Run};
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::policy;

/// A change, and what the person said beforehand.
#[derive(Serialize, Deserialize)]
pub struct ChangeContexts {
    pub change: ContextChange,
    pub scope: Option<Scope>,
    /// `--force`: what exists may be replaced.
    pub replace: Consent,
    /// `--yes`: what is destroyed may be destroyed.
    pub destroy: Consent,
    pub run: Run,
}

/// What is changed.
#[derive(Serialize, Deserialize)]
pub enum ContextChange {
    /// Another context is active; `by` is the verb that was typed.
    Select {
        name: ContextName,
        by: SelectVerb,
    },
    /// The context is made that a request names, and is active.
    Set(SetRequest),
    Rename {
        old: ContextName,
        new: ContextName,
    },
    /// The context gets a short name.
    Shorten {
        name: ContextName,
    },
    /// Contexts are marked, or their mark is taken away.
    Mark {
        names: Vec<ContextName>,
        mark: Option<Mark>,
    },
    Remove {
        names: Vec<ContextName>,
    },
    Clear,
    /// An account is signed out.
    Disconnect(Whom),
}

/// Two verbs select.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum SelectVerb {
    Use,
    ContextSelect,
}

/// Whose sign-in ends.
#[derive(Serialize, Deserialize)]
pub enum Whom {
    /// The account that acts.
    Acting,
    /// The account of a name or id.
    Account(String),
    /// The account of a context.
    OfContext(ContextName),
    All,
}

impl Message for ChangeContexts {}

impl Message for Done {}

impl ContextChange {
    /// The verb, for the audit log.
    fn verb(&self) -> &'static str {
        match self {
            Self::Select { by: SelectVerb::Use, .. } => "use",
            Self::Select { by: SelectVerb::ContextSelect, .. } => "context select",
            Self::Set(_) => "context set",
            Self::Rename { .. } | Self::Shorten { .. } => "context rename",
            Self::Mark { .. } => "context mark",
            Self::Remove { .. } => "context remove",
            Self::Clear => "context clear",
            Self::Disconnect(_) => "disconnect",
        }
    }
}

impl Verb for ChangeContexts {
    const NAME: &'static str = "change";
    const PURPOSE: Purpose = Purpose::Change;
    const ASKS: bool = true;
    type Reply = Done;

    fn answered(app: &App, done: &Done) {
        done.follow(app);
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Done, Failure> {
        let Self { change, scope, replace, destroy, run } = &self;
        let (scope, replace, destroy, run) = (*scope, *replace, *destroy, *run);
        let request = ChangeRequest { verb: change.verb(), scope, replace, destroy, run };
        let carry_out = |open: &mut OpenVault, rule: &change::Rule<'_>| {
            change::carry_out_on(app, open, request, &ChangeExtras::default(), rule)
        };
        // Where nothing can be changed, nothing is looked for.
        open.contexts.scope_of_change(scope)?;
        match change {
            ContextChange::Select { name, .. } => {
                let context = open.contexts.meant_to_change(name)?;
                policy::acts(app, context)?;
                let name = context.name.clone();
                carry_out(open, &|known| select::select(known, &name))
            }
            ContextChange::Set(asked) => {
                let rule = |known: &Known<'_>| set::set(known, asked);
                may_act(app, open, scope, &rule)?;
                carry_out(open, &rule)
            }
            ContextChange::Rename { old, new } => {
                let old = open.contexts.meant_to_change(old)?.name.clone();
                carry_out(open, &|known| rename::rename(known, &old, new))
            }
            ContextChange::Shorten { name } => {
                let name = open.contexts.meant_to_change(name)?.name.clone();
                carry_out(open, &|known| rename::shorten(known, &name))
            }
            ContextChange::Mark { names, mark: asked } => {
                let contexts = &open.contexts;
                let meant = names.iter().map(|name| contexts.meant_to_change(name));
                let names: Vec<ContextName> =
                    meant.map(|own| Ok(own?.name.clone())).collect::<Result<_, Failure>>()?;
                carry_out(open, &|known| mark::mark(known, &names, *asked))
            }
            ContextChange::Remove { names } => {
                let removal = Removal::of(app, &open.contexts, request, names)?;
                carry_out(open, &|known| {
                    remove::remove(known, &removal.names).map(|decided| removal.asking(decided))
                })
            }
            ContextChange::Clear => carry_out(open, &|known| Ok(clear::clear(known))),
            ContextChange::Disconnect(whom) => {
                let who = who(app, open, request, whom)?;
                carry_out(open, &|known| disconnect::disconnect(known, &who))
            }
        }
    }
}

/// Whether a policy lets the contexts act that a rule makes.
fn may_act(
    app: &App,
    open: &OpenVault,
    scope: Option<Scope>,
    rule: &dyn Fn(&Known<'_>) -> Result<Decision, Refusal>,
) -> Result<(), Failure> {
    let contexts = &open.contexts;
    let acting = contexts.resolved()?;
    let scope = contexts.scope_of_change(scope)?;
    let accounts = contexts.accounts();
    let whose = Whose { acting: acting.as_ref(), accounts: &accounts };
    let made = rule(&contexts.known(scope, whose));
    let mut made = made.iter().flat_map(|decision| &decision.change.put);
    made.try_for_each(|context| policy::acts(app, context).map(drop))
}

fn who(
    app: &App,
    open: &OpenVault,
    request: ChangeRequest,
    whom: &Whom,
) -> Result<disconnect::Who, Failure> {
    let contexts = &open.contexts;
    match whom {
        Whom::Acting => Ok(disconnect::Who::Acting),
        Whom::All => Ok(disconnect::Who::All),
        Whom::Account(id) => {
            disconnect::Who::named(id, &contexts.accounts()).map_err(change::refused)
        }
        Whom::OfContext(name) => {
            // Signing out asks in any case, and names the account.
            Removal::of(app, contexts, request, std::slice::from_ref(name))?;
            let seen = contexts.meant(name)?;
            disconnect::Who::of(seen.context, &contexts.accounts()).map_err(change::refused)
        }
    }
}
