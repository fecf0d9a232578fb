//! What this vault shares with a team, and what a team's items become in this vault.

use std::collections::BTreeSet;

use azvault_model::{Context, ContextName, HeldSecret, TeamLabel};
use azvault_team::{Item, ItemId, ItemKind, State};
use azvault_vault::{Id, Parting, Problem, Settings, Subject, Transaction};

use super::items;
use crate::audit;

/// What this vault would have the team share: what it shares already, as it is here now, and these contexts.
pub(crate) fn wanted(
    writing: &Transaction<'_>,
    team: &str,
    state: &State,
    add: &[ContextName],
) -> Result<State, Problem> {
    let mut wanted = State::default();
    let mut accounts = Vec::new();
    let mut environments = BTreeSet::new();
    for stored in writing.contexts() {
        let context = &stored.value;
        let is_added = add.iter().any(|name| name.same_as(&context.name));
        let id = items::shared_as(context, team)
            .or_else(|| is_added.then(|| items::id_of_context(context)));
        // What the others do not share any more is not shared again by a look at it.
        let Some(id) = id.filter(|id| is_added || state.item(*id).is_some()) else { continue };
        wanted.insert(id, items::of_context(context, state.item(id)));
        accounts.extend(context.account.iter().map(|account| account.id.to_string()));
        environments.extend(context.environment.iter().map(|name| name.to_lowercase()));
    }
    let credentials = writing.secrets().iter().filter(|secret| {
        items::is_shared(&secret.description) && secret.description.is_of_one_of(&accounts)
    });
    let mut found = Vec::new();
    for secret in credentials {
        let (about, value) = (&secret.description, writing.open_secret(secret.id)?);
        let id = items::id_of_credential(about);
        let teams = state.item(id).and_then(items::credential);
        let is_the_teams = teams.is_some_and(|(_, teams)| teams.same_as(&value));
        found.push((is_the_teams, secret.created, id, items::of_credential(about, value)));
    }
    // Of several for one purpose the team's: what a user has besides is the user's own. Once the team's is not here
    // any more, the newest one has taken its place.
    found.sort_by_key(|(is_the_teams, created, ..)| (*is_the_teams, *created));
    for (_, _, id, credential) in found {
        wanted.insert(id, credential);
    }
    for stored in writing.environments() {
        let (name, id) = (&stored.value.name, items::id_of_environment(&stored.value.name));
        // What others trust is theirs to say: a cloud is shared once.
        if environments.contains(&name.to_lowercase()) && state.item(id).is_none() {
            wanted.insert(id, items::of_environment(&stored.value));
        }
    }
    Ok(wanted)
}

/// Items that nothing needs any more once these contexts are not shared.
pub(crate) fn unneeded(state: &State, contexts: &BTreeSet<ItemId>) -> Vec<ItemId> {
    let stays =
        |(id, item): &(ItemId, &Item)| item.kind == ItemKind::Context && !contexts.contains(id);
    let accounts: Vec<String> = state
        .items()
        .filter(stays)
        .filter_map(|(_, item)| Some(items::context(item)?.account?.id.to_string()))
        .collect();
    let is_unneeded = |item: &Item| {
        items::credential(item).is_some_and(|(about, _)| !about.is_of_one_of(&accounts))
    };
    let gone = state.items().filter(|(id, item)| contexts.contains(id) || is_unneeded(item));
    gone.map(|(id, _)| id).collect()
}

/// What became of the items here.
#[derive(Default)]
pub(crate) struct Settled {
    pub(crate) subjects: Vec<Subject>,
    /// Names of items that have no context here, because a context of the user's own has the name.
    pub(crate) covered: Vec<String>,
    /// Items that this version does not understand.
    pub(crate) unread: usize,
}

/// What this device did itself just now.
pub(crate) struct Own<'a> {
    /// Contexts that it shares: they become the team's.
    pub(crate) shared: &'a [ContextName],
    /// Contexts that it does not share any more: they stay here.
    pub(crate) unshared: &'a [ContextName],
    /// Items that it wrote or took away, by what was just taken of the log: it may be another process than the
    /// one that was told to.
    pub(crate) written: &'a BTreeSet<ItemId>,
    /// Unix seconds.
    pub(crate) now: i64,
}

/// What the team shared before, and what it shares now.
pub(crate) struct StateChange<'a> {
    pub(crate) before: &'a State,
    pub(crate) after: &'a State,
}

/// Makes the vault have what the team shares.
pub(crate) fn settle(
    writing: &mut Transaction<'_>,
    team: &str,
    change: &StateChange<'_>,
    own: &Own<'_>,
) -> Result<Settled, Problem> {
    let state = change.after;
    let mut settled = Settled::default();
    settle_contexts(writing, team, state, own, &mut settled)?;
    settle_credentials(writing, change, own, &mut settled)?;
    for (_, item) in state.items().filter(|(_, item)| item.kind == ItemKind::Environment) {
        let Some(environment) = items::environment(item) else {
            settled.unread += 1;
            continue;
        };
        let name = environment.name.to_lowercase();
        let known = writing.environments().iter();
        if !known.map(|stored| stored.value.name.to_lowercase()).any(|known| known == name) {
            writing.put_environment(None, &environment)?;
        }
    }
    Ok(settled)
}

fn settle_contexts(
    writing: &mut Transaction<'_>,
    team: &str,
    state: &State,
    own: &Own<'_>,
    settled: &mut Settled,
) -> Result<(), Problem> {
    let known: Vec<(Id, Context)> =
        writing.contexts().iter().map(|stored| (stored.id, stored.value.copied())).collect();
    let is = |names: &[ContextName], name: &ContextName| names.iter().any(|one| one.same_as(name));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (id, item) in state.items().filter(|(_, item)| item.kind == ItemKind::Context) {
        let Some(mut context) = items::context(item) else {
            settled.unread += 1;
            continue;
        };
        let here = known.iter().find(|(_, one)| items::shared_as(one, team) == Some(id));
        let named = known.iter().find(|(_, one)| one.name.same_as(&context.name));
        let is_own = |name| is(own.shared, name) || own.written.contains(&id);
        let becomes = here.or_else(|| named.filter(|(_, one)| is_own(&one.name)));
        let is_covered = named.is_some_and(|(named, _)| becomes.is_none_or(|(id, _)| id != named));
        if is_covered || !taken.insert(context.name.key()) {
            settled.covered.push(context.name.as_str().to_owned());
            continue;
        }
        if let Some((_, local)) = becomes {
            context.labels = local.labels.clone();
            context.kept = local.kept.copied();
        }
        context.labels.team =
            Some(Box::new(TeamLabel { name: team.to_owned(), item: id.to_string() }));
        if becomes.is_some_and(|(_, local)| local.says_the_same_as(&context)) {
            continue;
        }
        let written = writing.put_context(becomes.map(|(id, _)| *id), &context)?;
        if let Some((_, local)) = becomes {
            follow_default(writing, &local.name, Some(&context.name))?;
        }
        settled.subjects.push(audit::of_context(Some(written), &context));
    }
    for (id, mut context) in known {
        let item = items::shared_as(&context, team).filter(|item| state.item(*item).is_none());
        let Some(item) = item else { continue };
        settled.subjects.push(audit::of_context(Some(id), &context));
        if is(own.unshared, &context.name) || own.written.contains(&item) {
            context.labels.team = None;
            writing.put_context(Some(id), &context)?;
        } else {
            writing.remove(id)?;
            follow_default(writing, &context.name, None)?;
        }
    }
    Ok(())
}

/// The default context stays the default under its new name, and is none once it is gone.
fn follow_default(
    writing: &mut Transaction<'_>,
    old: &ContextName,
    new: Option<&ContextName>,
) -> Result<(), Problem> {
    let settings = writing.settings();
    if settings.default.as_ref().is_none_or(|default| !default.same_as(old)) || new == Some(old) {
        return Ok(());
    }
    writing.put_settings(&Settings { default: new.cloned(), ..settings })?;
    Ok(())
}

fn settle_credentials(
    writing: &mut Transaction<'_>,
    change: &StateChange<'_>,
    own: &Own<'_>,
    settled: &mut Settled,
) -> Result<(), Problem> {
    let (before, state) = (change.before, change.after);
    let local: Vec<_> = writing
        .secrets()
        .iter()
        .filter(|one| items::is_shared(&one.description))
        .map(|one| (one.id, items::id_of_credential(&one.description), one.description.clone()))
        .collect();
    for (id, item) in state.items().filter(|(_, item)| item.kind == ItemKind::Credential) {
        let Some((description, value)) = items::credential(item) else {
            settled.unread += 1;
            continue;
        };
        let former = before.item(id).and_then(items::credential);
        let mut is_here = false;
        for (secret, _, about) in local.iter().filter(|(_, own, _)| *own == id) {
            let here = writing.open_secret(*secret)?;
            if *about == description && here.same_as(&value) {
                is_here = true;
            } else if former.as_ref().is_some_and(|(_, former)| former.same_as(&here)) {
                // The team's of before; one that the user has besides stays.
                writing.remove_secret(*secret, Parting::Renewed)?;
            }
        }
        if !is_here {
            let held = HeldSecret { description, value };
            settled.subjects.push(audit::of_new_secret(&held.description));
            writing.add_secret(&held.description, &held.value, own.now)?;
        }
    }
    let is_gone = |item: &ItemId| before.item(*item).is_some() && state.item(*item).is_none();
    if !own.unshared.is_empty() || own.written.iter().any(is_gone) {
        return Ok(());
    }
    for (secret, id, about) in local {
        let gone = before.item(id).filter(|_| state.item(id).is_none()).and_then(items::credential);
        let Some((_, former)) = gone else { continue };
        // One that the user has besides stays: it never was the team's.
        if writing.open_secret(secret)?.same_as(&former) {
            settled.subjects.push(audit::of_secret(secret, &about));
            writing.remove_secret(secret, Parting::SignedOut)?;
        }
    }
    Ok(())
}
