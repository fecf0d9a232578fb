//! Which contexts there are, and what each is.

use azvault_model::rules::frecency::{Use, ranked};
use azvault_model::rules::sign_in::{SignIn, SignIns};
use azvault_model::{Context, ContextName, Scope};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::audit;
use crate::connect::offers;
use crate::contexts::{Contexts, Seen};
use crate::endpoint::Start;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::portal;

/// All contexts that are seen.
#[derive(Serialize, Deserialize)]
pub struct ListContexts {}

/// Sorted by tenant id, then subscription name, then context name.
#[derive(Serialize, Deserialize)]
pub struct ListedContexts {
    pub default: Option<ContextName>,
    pub active: Option<ContextName>,
    /// What is active when nothing is given for this one command.
    pub standing: Option<ContextName>,
    pub contexts: Vec<ListedContext>,
    /// What makes contexts, where there are none.
    pub offers: Vec<String>,
}

/// A context, and where it lives.
#[derive(Serialize, Deserialize)]
pub struct ListedContext {
    pub context: Context,
    pub scope: Scope,
    /// What is known of the sign-in of its account.
    pub sign_in: Option<SignIn>,
}

/// One context: the one of a name, else the one that acts.
#[derive(Serialize, Deserialize)]
pub struct ShowContext {
    pub name: Option<ContextName>,
}

/// What is known of a context.
#[derive(Serialize, Deserialize)]
pub struct ShownContext {
    pub default: Option<ContextName>,
    pub active: Option<ContextName>,
    pub shown: ListedContext,
    /// Where the portal shows it.
    pub portal: Option<String>,
}

/// Contexts by how often and how lately they were used, as far as the audit log says.
#[derive(Serialize, Deserialize)]
pub struct RankContexts {}

/// Those that were used, the one that was used most first. Some may be gone.
#[derive(Serialize, Deserialize)]
pub struct RankedContexts {
    pub names: Vec<ContextName>,
}

/// Entries of the log that are looked at: those of some weeks, read within milliseconds.
const MAX_ENTRIES: u32 = 1000;

/// The context that was active in this session before.
#[derive(Serialize, Deserialize)]
pub struct PreviousContext {}

/// What was active before.
#[derive(Serialize, Deserialize)]
pub enum FoundPrevious {
    Context(ContextName),
    /// No other one was.
    Nothing,
    NoSession,
}

impl Message for PreviousContext {}

impl Message for FoundPrevious {}

impl Message for RankContexts {}

impl Message for RankedContexts {}

impl Message for ListContexts {}

impl Message for ListedContexts {}

impl Message for ShowContext {}

impl Message for ShownContext {}

impl ListedContext {
    fn new(seen: Seen<'_>, sign_in: Option<SignIn>) -> Self {
        Self { context: seen.context.copied(), scope: seen.scope, sign_in }
    }
}

impl Verb for ListContexts {
    const NAME: &'static str = "context list";
    type Reply = ListedContexts;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ListedContexts, Failure> {
        let contexts = &open.contexts;
        let accounts = contexts.accounts();
        let sign_ins = SignIns::of(&accounts, contexts.descriptions());
        let seen = contexts.seen().into_iter();
        let sign_in = |seen: &Seen<'_>| sign_ins.of_context(seen.context, app.now());
        let listed: Vec<_> = seen.map(|seen| ListedContext::new(seen, sign_in(&seen))).collect();
        Ok(ListedContexts {
            default: contexts.default().cloned(),
            active: active(contexts)?,
            standing: contexts.standing().cloned(),
            offers: if listed.is_empty() { offers::of_vault(contexts) } else { Vec::new() },
            contexts: listed,
        })
    }
}

impl Verb for RankContexts {
    const NAME: &'static str = "context rank";
    type Reply = RankedContexts;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<RankedContexts, Failure> {
        let log = open.vault.snapshot()?.newest_audit_entries(MAX_ENTRIES)?;
        let uses = log.iter().filter(|logged| Start::is_verb(&logged.entry.verb)).flat_map(|one| {
            let names = one.entry.subjects.iter().filter_map(audit::context_of);
            names.map(|name| Use { name, at: one.entry.time })
        });
        Ok(RankedContexts { names: ranked(uses, app.now()) })
    }
}

impl Verb for ShowContext {
    const NAME: &'static str = "context show";
    type Reply = ShownContext;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ShownContext, Failure> {
        let contexts = &open.contexts;
        let shown = match &self.name {
            Some(name) => contexts.meant(name)?,
            None => contexts.acting()?,
        };
        Ok(ShownContext {
            default: contexts.default().cloned(),
            active: active(contexts)?,
            shown: ListedContext::new(shown, contexts.sign_in(shown.context, app.now())),
            portal: portal::address(shown.context, &contexts.vault.environments),
        })
    }
}

impl Verb for PreviousContext {
    const NAME: &'static str = "use -";
    type Reply = FoundPrevious;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<FoundPrevious, Failure> {
        let session = open.contexts.session.as_ref();
        Ok(match session.map(|session| session.state.previous.clone()) {
            Some(Some(name)) => FoundPrevious::Context(name),
            Some(None) => FoundPrevious::Nothing,
            None => FoundPrevious::NoSession,
        })
    }
}

fn active(contexts: &Contexts) -> Result<Option<ContextName>, Failure> {
    Ok(contexts.active()?.0.cloned())
}
