//! A change of process scope: one step of the session, and nothing in any file.

use azvault_model::rules::secrets::{Alike, is_same};
use azvault_model::{
    Accounts, Change, Context, ContextList, ContextName, Decision, Forget, HeldSecret, Known,
    ProcessScope, ProcessSecret, Whose,
};

use super::request::{ChangeExtras, Counted, Rule, Step};
use super::supersede::is_superseded;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::secrets;

/// Decides on what the session holds now, and changes that.
pub(super) fn write(
    contexts: &mut Contexts,
    now: i64,
    step: &Step<'_>,
) -> Result<(Decision, Counted), Failure> {
    let Step { whose, extras, decide, .. } = *step;
    let accounts = contexts.accounts();
    let Contexts { session, vault, .. } = contexts;
    let session = session.as_mut().ok_or_else(crate::session::gone)?;
    session.update(|state| {
        let default = vault.settings.default.as_ref();
        let (decision, active) = decided(state, &vault.contexts, default, whose, decide)?;
        let Decision { change, asks, remarks } = decision;
        let removed = forgotten(state, &change.forget, whose.accounts);
        let told = copied(&change);
        state.apply(change, &vault.contexts, active.as_ref(), whose.accounts);
        let before = state.secrets.len();
        state.secrets.retain(|own| {
            let about = &own.held.description;
            !is_superseded(extras.old_secrets, about, &extras.secrets, accounts.clouds())
        });
        let removed = removed + before - state.secrets.len();
        state.confirmed.extend(extras.confirmed.iter().cloned());
        state.challenges.retain(|own| !extras.answered.contains(own));
        let added = bring(state, extras, &accounts, now);
        let secrets = Counted { added, removed };
        Ok((Decision { change: told, asks, remarks }, secrets))
    })
}

/// What the rule decides on this state, and what is active in it.
fn decided<E>(
    state: &ProcessScope,
    stored: &ContextList,
    default: Option<&ContextName>,
    whose: Whose<'_>,
    decide: &dyn Fn(&Known<'_>) -> Result<Decision, E>,
) -> Result<(Decision, Option<ContextName>), E> {
    let known = state.known(stored, default, whose);
    Ok((decide(&known)?, known.current.cloned()))
}

/// What the rule decides on what this session sees; `None` without a session, or if it refuses.
pub(super) fn here(contexts: &Contexts, whose: Whose<'_>, rule: &Rule<'_>) -> Option<Decision> {
    let state = &contexts.session.as_ref()?.state;
    let (stored, default) = (&contexts.vault.contexts, contexts.default());
    decided(state, stored, default, whose, rule).ok().map(|(decision, _)| decision)
}

/// Takes part in a change of user scope that was made. `contexts` is what was there before it. Gives
/// how many secrets of the session went.
pub(super) fn take_part(
    contexts: &mut Contexts,
    of_user: &Change,
    whose: Whose<'_>,
    rule: &Rule<'_>,
) -> Result<usize, Failure> {
    let Contexts { session, vault, .. } = contexts;
    let Some(session) = session else { return Ok(0) };
    session.update(|state| {
        let here = decided(state, &vault.contexts, vault.settings.default.as_ref(), whose, rule);
        let before = state.secrets.len();
        let here = here.ok().map(|(decision, _)| decision.change);
        state.take_part(of_user, here.as_ref(), whose.accounts);
        Ok(before - state.secrets.len())
    })
}

/// How many secrets would come and go.
pub(super) fn count(
    state: &ProcessScope,
    extras: &ChangeExtras,
    forget: &Forget,
    accounts: &Accounts,
) -> Counted {
    let added = unknown(state, extras, accounts).len();
    Counted { added, removed: forgotten(state, forget, accounts) }
}

/// How many secrets of the session go.
pub(super) fn forgotten(state: &ProcessScope, forget: &Forget, accounts: &Accounts) -> usize {
    let own = state.secrets.iter().map(|secret| &secret.held.description);
    own.filter(|about| forget.takes(accounts, about)).count()
}

/// Which secrets the session does not have yet.
fn unknown<'a>(
    state: &ProcessScope,
    extras: &'a ChangeExtras,
    accounts: &Accounts,
) -> Vec<&'a HeldSecret> {
    let mut index = Alike::default();
    for ProcessSecret { held, .. } in &state.secrets {
        index.insert(&held.description, &held.value, held);
    }
    let is_new = |new: &&HeldSecret| {
        !index.candidates(&new.description, &new.value).into_iter().any(|own| {
            is_same(&own.description, &new.description, accounts) && own.value.same_as(&new.value)
        })
    };
    extras.secrets.iter().filter(is_new).collect()
}

/// Takes secrets into the session.
fn bring(state: &mut ProcessScope, extras: &ChangeExtras, accounts: &Accounts, now: i64) -> usize {
    let unknown = unknown(state, extras, accounts);
    for new in &unknown {
        secrets::add_to_session(state, new, now);
    }
    unknown.len()
}

/// What of a change is told afterwards.
fn copied(change: &Change) -> Change {
    Change {
        remove: change.remove.clone(),
        put: change.put.iter().map(Context::copied).collect(),
        current: change.current.clone(),
        forget: change.forget.clone(),
    }
}
