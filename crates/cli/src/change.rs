//! Carrying out what a rule decides: decide, ask, decide again where nobody can interfere, write.
//!
//! A change of user scope is one transaction of the vault, with its audit entry; one of process
//! scope is one step of the session. Both decide afresh within that step, on what is there then,
//! so that of two writers none loses what the other did.

mod ask;
mod done;
mod in_session;
mod in_vault;
mod options;
mod supersede;

use std::collections::BTreeSet;

use azvault_contexts::{
    Account, Change, Context, ContextName, Current, Decision, Environment, HeldSecret, Known,
    Question, Refusal, Remark, Scope,
};
use azvault_vault::{Subject, Vault};

use self::ask::refused;
pub(crate) use self::done::Document;
pub(crate) use self::options::{RemovalOptions, Run, ScopeOption};
pub(crate) use self::supersede::Older;
use crate::app::{App, Consent};
use crate::contexts::{self, Contexts};
use crate::door;
use crate::failure::{Code, Failure};
use crate::policy;

/// What the person said beforehand.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// The verb, for the audit log.
    pub(crate) verb: &'static str,
    pub(crate) scope: Option<Scope>,
    /// `--force`: what exists may be replaced.
    pub(crate) replace: Consent,
    /// `--yes`: what is destroyed may be destroyed.
    pub(crate) destroy: Consent,
    pub(crate) run: Run,
}

/// What comes beside the contexts of a change.
#[derive(Default)]
pub(crate) struct Brought {
    pub(crate) accounts: Vec<Account>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) secrets: Vec<HeldSecret>,
    /// What becomes of secrets whose place these take.
    pub(crate) older: Older,
    /// Origins that the person agreed to.
    pub(crate) confirmed: BTreeSet<String>,
    /// Where it comes from, for the audit log.
    pub(crate) from: Option<Subject>,
}

/// What was done.
pub(crate) struct Done {
    pub(crate) scope: Scope,
    pub(crate) run: Run,
    pub(crate) removed: Vec<ContextName>,
    pub(crate) put: Vec<Context>,
    /// What stands active afterwards.
    pub(crate) active: Option<ContextName>,
    pub(crate) secrets: Counted,
    pub(crate) remarks: Vec<Remark>,
}

/// How many secrets came and went.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counted {
    pub(crate) added: usize,
    pub(crate) removed: usize,
}

/// A rule with its arguments.
pub(crate) type Rule<'a> = dyn Fn(&Known<'_>) -> Result<Decision, Refusal> + 'a;

/// A rule whose questions were answered.
type Decide<'a> = dyn Fn(&Known<'_>) -> Result<Decision, Failure> + 'a;

/// Carries out what a rule decides, on the vault of this run.
pub(crate) fn carry_out(app: &App, wanted: Wanted, rule: &Rule<'_>) -> Result<Done, Failure> {
    let (mut vault, contexts) = Contexts::open_to_change(app)?;
    carry_out_on(app, (&mut vault, contexts), wanted, &Brought::default(), rule)
}

/// As [`carry_out`], on a vault that is open already, with what comes beside contexts.
pub(crate) fn carry_out_on(
    app: &App,
    (vault, mut contexts): (&mut Vault, Contexts),
    wanted: Wanted,
    brought: &Brought,
    rule: &Rule<'_>,
) -> Result<Done, Failure> {
    let scope = contexts.scope_of_change(wanted.scope)?;
    let preview = rule(&contexts.known(scope)).map_err(refused)?;
    if scope == Scope::User && keeps(&preview.change, brought) {
        policy::keep(app)?;
    }
    // A change for the user is made in the session too, where another context may be active.
    let here = match scope {
        Scope::User => in_session::here(&contexts, rule),
        Scope::Process => None,
    };
    let standing = Standing {
        before: contexts.standing().cloned(),
        after: standing_after(&contexts, scope, &preview.change, here.as_ref()),
    };
    if wanted.run == Run::Dry {
        let forget = &preview.change.forget;
        let secrets = match scope {
            Scope::User => in_vault::count(app, vault, brought, forget)?,
            Scope::Process => in_session::count(contexts.own(), brought, forget),
        };
        return Ok(Done::new((scope, wanted.run), preview, secrets, standing));
    }
    let agreed = preview.asks;
    let of_session = here.and_then(|here| here.asks);
    let of_session = of_session.filter(|asks| matches!(asks, Question::RemoveCurrent { .. }));
    ask::ask(app, wanted, agreed.as_ref().or(of_session.as_ref()))?;
    let decide = |known: &Known<'_>| {
        let decision = rule(known).map_err(refused)?;
        if decision.asks.is_some() && decision.asks != agreed {
            return Err(Failure::new(
                Code::Busy,
                "the contexts changed meanwhile: nothing was done",
            )
            .hint("the same command again"));
        }
        Ok(decision)
    };
    let (decision, secrets) = match scope {
        Scope::User => {
            let done = in_vault::write(app, vault, (wanted.verb, brought), &decide)?;
            if let Err(failure) = in_session::take_part(&mut contexts, &done.0.change, rule) {
                // The vault has changed: a session that ended meanwhile undoes nothing of it.
                let what = failure.what;
                app.ui.warning(format!("the vault has changed, and this session not: {what}"));
            }
            done
        }
        Scope::Process => in_session::write(&mut contexts, (brought, app.now()), &decide)?,
    };
    if standing.is_touched_by(&decision.change) {
        door::follow(app, vault);
    }
    Ok(Done::new((scope, wanted.run), decision, secrets, standing))
}

/// Whether a change leaves more in the vault than there was.
fn keeps(change: &Change, brought: &Brought) -> bool {
    let chooses = matches!(change.current, Some(Current::To(_)));
    chooses || !change.put.is_empty() || !brought.secrets.is_empty()
}

/// What is active before and after a change when nothing is given for one command.
struct Standing {
    before: Option<ContextName>,
    after: Option<ContextName>,
}

impl Standing {
    /// Whether something else is active now, or the same in another form.
    fn is_touched_by(&self, change: &Change) -> bool {
        let is_active =
            |put: &Context| self.after.as_ref().is_some_and(|own| own.same_as(&put.name));
        self.before != self.after || change.put.iter().any(is_active)
    }
}

fn standing_after(
    contexts: &Contexts,
    scope: Scope,
    change: &Change,
    here: Option<&Decision>,
) -> Option<ContextName> {
    let before = &contexts.own().active;
    let own = contexts.own().active_after(change, here.map(|here| &here.change));
    let current = match scope {
        Scope::User if own.is_some() && own == *before => None,
        Scope::User => own.or_else(|| change.current.clone()),
        Scope::Process => change.current.clone(),
    };
    match current {
        Some(current) => contexts::chosen(&current).cloned(),
        None => contexts.standing().cloned(),
    }
}

impl Done {
    fn new(
        (scope, run): (Scope, Run),
        decision: Decision,
        secrets: Counted,
        standing: Standing,
    ) -> Self {
        let Decision { change, mut remarks, .. } = decision;
        let Standing { before, after: active } = standing;
        // The rule spoke of the default, and what was active here is gone.
        if before.is_some() && active.is_none() && !remarks.contains(&Remark::NoneCurrent) {
            remarks.push(Remark::NoneCurrent);
        }
        let came = |name: &ContextName| change.put.iter().any(|context| context.name.same_as(name));
        let removed = change.remove.iter().filter(|name| !came(name)).cloned().collect();
        Self { scope, run, removed, put: change.put, active, secrets, remarks }
    }
}
