//! Carrying out what a rule decides: settle who acts, decide, ask, decide again where nobody can
//! interfere, write.
//!
//! A change of user scope is one transaction of the vault, with its audit entry; one of process
//! scope is one step of the session. Both decide afresh within that step, on what is there then,
//! so that of two writers none loses what the other did.

mod ask;
mod done;
mod gone;
mod in_session;
mod in_vault;
mod removal;
mod request;
mod supersede;

use std::cell::Cell;
use std::sync::Arc;

use azvault_model::rules::mark;
use azvault_model::{
    Acting, Change, Collision, Context, ContextName, Current, Decision, Known, Question, Refusal,
    Remark, Scope, Whose,
};

pub use self::ask::refused;
pub use self::gone::{Gone, GoneAccount, named};
pub(crate) use self::removal::Removal;
use self::request::Step;
pub use self::request::{ChangeExtras, ChangeRequest, Counted, Rule, Run};
pub use self::supersede::OldSecrets;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::contexts;
use crate::contexts::Contexts;
use crate::endpoint;
use crate::endpoint::az_folder::AzContexts;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::policy;

/// What was done.
#[derive(Serialize, Deserialize)]
pub struct Done {
    pub scope: Scope,
    pub run: Run,
    /// Who acted.
    pub acting: Option<Acting>,
    pub gone: Gone,
    pub put: Vec<Context>,
    /// What the change made current in its scope.
    pub chosen: Option<Context>,
    /// What stands active afterwards.
    pub active: Option<ContextName>,
    pub secrets: Counted,
    pub remarks: Vec<Remark>,
    /// As whom az acts from now on, for the shell of the process that asked.
    pub(crate) az: Option<AzContexts>,
}

/// Carries out what a rule decides on an open vault, with what comes beside contexts.
///
/// Where another command changed the context that acts, this one begins again and is the later of the
/// two. Where a person has agreed to something, it is refused: they were asked about what was.
pub fn carry_out_on(
    app: &App,
    open: &mut OpenVault,
    request: ChangeRequest,
    extras: &ChangeExtras,
    rule: &Rule<'_>,
) -> Result<Done, Failure> {
    for _ in 0..MAX_ATTEMPTS {
        if let Some(done) = attempt(app, open, request, extras, rule)? {
            return Ok(done);
        }
        open.refresh(app)?;
    }
    Err(changed_meanwhile())
}

/// How often a change begins again because others were faster.
const MAX_ATTEMPTS: usize = 64;

fn changed_meanwhile() -> Failure {
    Failure::new(Kind::Busy, "the contexts changed meanwhile: nothing was done")
        .hint("run the command again")
}

/// Carries a change out once; `None` where the context that acts changed, and nobody was asked.
fn attempt(
    app: &App,
    open: &mut OpenVault,
    request: ChangeRequest,
    extras: &ChangeExtras,
    rule: &Rule<'_>,
) -> Result<Option<Done>, Failure> {
    let OpenVault { vault, contexts, .. } = open;
    // Before anything is known of the scope: it is the same account in each.
    let acting = contexts.resolved()?;
    let acting = acting.as_ref();
    let accounts = contexts.accounts();
    let whose = Whose { acting, accounts: &accounts };
    let scope = contexts.scope_of_change(request.scope)?;
    request.warn(app, scope);
    let mut preview = rule(&contexts.known(scope, whose)).map_err(|refusal| match refusal {
        // Nobody acts, or what was chosen is gone.
        Refusal::NoneCurrent => contexts.acting().err().unwrap_or_else(contexts::none_active),
        other => refused(other),
    })?;
    if scope == Scope::User && keeps(&preview.change, extras) {
        policy::keep(app)?;
    }
    // A change for the user is made in the session too, where another context may be active.
    let here = match scope {
        Scope::User => in_session::here(contexts, whose, rule),
        Scope::Process => None,
    };
    if scope == Scope::User {
        let of_here = here.as_ref().map(|here| &here.change);
        match contexts.own().collision(&preview.change, of_here, &contexts.vault.contexts) {
            Some(Collision::AnotherAccount(name)) => {
                return Err(refused(Refusal::AnotherAccountHere { name }));
            }
            Some(Collision::Replaced(existing)) => {
                preview.asks = preview.asks.or(Some(Question::Replace { existing }));
            }
            None => {}
        }
    }
    let standing = Standing {
        before: contexts.standing().cloned(),
        after: standing_after(contexts, scope, &preview.change, here.as_ref()),
    };
    let gone = Gone::of(contexts, scope, &preview.change, here.as_ref().map(|h| &h.change));
    let gone = gone.forgetting(&preview.change.forget, &accounts);
    let chosen = chosen(contexts, scope, &preview.change);
    let forget_here = here.as_ref().map(|here| here.change.forget.clone());
    let of_session = here.and_then(|here| here.asks);
    let of_session = of_session.filter(|asks| {
        matches!(asks, Question::RemoveCurrent { .. } | Question::RemoveProduction { .. })
    });
    if request.run == Run::Dry {
        let secrets = match scope {
            Scope::User => {
                let own = contexts.own();
                let own = forget_here.map(|forget| in_session::forgotten(own, &forget, &accounts));
                let forget = &preview.change.forget;
                let counted = in_vault::count(vault, &contexts.vault, extras, forget, &accounts)?;
                Counted { removed: counted.removed + own.unwrap_or_default(), ..counted }
            }
            Scope::Process => {
                let forget = &preview.change.forget;
                in_session::count(contexts.own(), extras, forget, &accounts)
            }
        };
        let done = Carried { scope, run: request.run, decision: preview, secrets, gone, chosen };
        return Ok(Some(Done::new(done, standing, acting)));
    }
    let asked = preview.asks.or(of_session);
    let replaced = mark::replaced(&contexts.known(scope, whose), &preview.change);
    let asking =
        ask::Asking { question: asked.as_ref(), acting, gone: &gone, replaced: &replaced, scope };
    ask::ask(app, request, &asking)?;
    let before = acting.and_then(|acting| contexts.find_in(scope, name_of(acting)));
    let before = before.map(Context::identity);
    let begins_again = Cell::new(false);
    let decide = |known: &Known<'_>| {
        let now = acting.and_then(|acting| known.find(name_of(acting))).map(Context::identity);
        if now != before {
            begins_again.set(asked.is_none());
            return Err(changed_meanwhile());
        }
        let decision = rule(known).map_err(refused)?;
        let is_asked = |question| asked.as_ref() == Some(question);
        if !decision.asks.as_ref().is_none_or(is_asked)
            || mark::replaced(known, &decision.change) != replaced
        {
            return Err(changed_meanwhile());
        }
        Ok(decision)
    };
    let view = Arc::clone(&contexts.vault);
    let step = Step { view: &view, whose, extras, decide: &decide };
    let written = match scope {
        Scope::User => in_vault::write(app, vault, request.verb, &step),
        Scope::Process => in_session::write(contexts, app.now(), &step),
    };
    if begins_again.get() {
        return Ok(None);
    }
    let (decision, mut secrets) = written?;
    if scope == Scope::User {
        match in_session::take_part(contexts, &decision.change, whose, rule) {
            Ok(removed) => secrets.removed += removed,
            // The vault has changed: a session that ended meanwhile undoes nothing of it.
            Err(failure) => {
                let what = failure.what;
                app.console.warning(format!("the vault has changed, and this session not: {what}"));
            }
        }
    }
    // Something else is active, or the same in another form.
    let has_changed = standing.is_touched_by(&decision.change);
    let az = if has_changed { endpoint::follow(app, vault) } else { None };
    let carried = Carried { scope, run: request.run, decision, secrets, gone, chosen };
    Ok(Some(Done { az, ..Done::new(carried, standing, acting) }))
}

/// The context that a change makes current in its scope.
fn chosen(contexts: &Contexts, scope: Scope, change: &Change) -> Option<Context> {
    let name = change.current.as_ref().and_then(contexts::chosen)?;
    let put = change.put.iter().find(|put| put.name.same_as(name));
    put.or_else(|| contexts.find_in(scope, name)).map(Context::copied)
}

fn name_of(acting: &Acting) -> &ContextName {
    &acting.context().name
}

/// Whether a change leaves more in the vault than there was.
fn keeps(change: &Change, extras: &ChangeExtras) -> bool {
    let chooses = matches!(change.current, Some(Current::To(_)));
    chooses || !change.put.is_empty() || !extras.secrets.is_empty()
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

/// A change that was carried out, or would be.
struct Carried {
    scope: Scope,
    run: Run,
    decision: Decision,
    secrets: Counted,
    gone: Gone,
    chosen: Option<Context>,
}

impl Done {
    /// Has az act, in the shell of this process, as the change says.
    pub(crate) fn follow(&self, app: &App) {
        if let Some(contexts) = &self.az {
            endpoint::follow_as(app, contexts);
        }
    }

    fn new(carried: Carried, standing: Standing, acting: Option<&Acting>) -> Self {
        let Carried { scope, run, decision, secrets, gone, chosen } = carried;
        let Decision { change, mut remarks, .. } = decision;
        let Standing { before, after: active } = standing;
        // The rule spoke of the default, and what was active here is gone.
        if before.is_some() && active.is_none() && !remarks.contains(&Remark::NoneCurrent) {
            remarks.push(Remark::NoneCurrent);
        }
        let acting = acting.map(|acting| Acting::new(acting.context(), acting.source()));
        Self {
            scope,
            run,
            acting,
            gone,
            put: change.put,
            chosen,
            active,
            secrets,
            remarks,
            az: None,
        }
    }
}
