//! A change of user scope: one transaction of the vault, its audit entry included.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use azvault_model::rules::secrets::{Alike, is_same};
use azvault_model::{
    Account, Accounts, Change, Clouds, Context, ContextName, Decision, Forget, HeldSecret, Known,
    Secret, SecretDescription,
};
use azvault_model::{EnvironmentName, TenantId};
use azvault_vault::{Id, Parting, Problem, Stored, StoredSecret, Subject, Transaction, Vault};

use super::request::{ChangeExtras, Counted, Step};
use super::supersede::{OldSecrets, is_superseded};
use crate::app::App;
use crate::contexts::VaultView;
use crate::failure::{ChangeFailure, Failure};
use crate::{audit, contexts};

/// What a change works on, as it was before it.
struct Before<'a> {
    view: &'a VaultView,
    /// In the order of the view.
    contexts: &'a [Stored<Context>],
    accounts: &'a Accounts,
    /// The origins that the person agreed to just now.
    agreed: &'a [String],
}

/// Decides on what the vault holds now, and writes that.
pub(super) fn write(
    app: &App,
    vault: &mut Vault,
    verb: &str,
    step: &Step<'_>,
) -> Result<(Decision, Counted), Failure> {
    let Step { view, whose, extras, decide } = *step;
    vault.write(|writing| -> Result<_, ChangeFailure> {
        // What is there now: the same as before, as a rule, and then nothing is looked through again.
        let view = VaultView::within(writing, view);
        let (current, secrets) = (view.settings.default.as_ref(), view.secrets.len());
        let decision = decide(&Known::of_vault(&view.contexts, current, secrets, whose))?;
        let agreed = agreed(writing, extras);
        let known = accounts(&view, extras);
        let contexts = writing.records().contexts();
        let (accounts, agreed) = (whose.accounts, &*agreed);
        let before = Before { view: &view, contexts, accounts, agreed };
        let touched = before.touched(&decision.change);
        let mut subjects = lost(&touched, &decision.change);
        let (forgotten, mut secrets) = apply(writing, &decision.change, &before)?;
        subjects.extend(forgotten);
        subjects.extend(remarked(&touched, &decision.change));
        answer(writing, &decision.change.forget, extras, whose.accounts)?;
        if let Some(from) = &extras.from {
            subjects.insert(0, from.clone());
            let came = decision.change.put.iter();
            subjects.extend(came.map(|context| audit::of_context(None, context)));
        }
        subjects.extend(agreed.iter().map(|origin| audit::of_origin(origin)));
        let gone = supersede(writing, extras, &known)?;
        secrets.removed += gone.len();
        subjects.extend(gone.iter().map(|old| audit::of_secret(old.id, &old.description)));
        for (id, about) in bring(app, writing, extras, &known)? {
            secrets.added += 1;
            subjects.push(audit::of_secret(id, &about));
        }
        audit::log(app, writing, verb, subjects)?;
        Ok((decision, secrets))
    })
}

/// Writes a change, and says which secrets are not there any more.
fn apply(
    writing: &mut Transaction<'_>,
    change: &Change,
    known: &Before<'_>,
) -> Result<(Vec<Subject>, Counted), Problem> {
    let came: BTreeSet<String> = change.put.iter().map(|context| context.name.key()).collect();
    for name in &change.remove {
        // A name that comes back is the same record, written anew.
        if let Some(stored) = known.stored(name).filter(|_| !came.contains(&name.key())) {
            writing.remove(stored.id)?;
        }
    }
    for context in &change.put {
        writing.put_context(known.stored(&context.name).map(|stored| stored.id), context)?;
    }
    let before = writing.settings();
    let mut settings = before.clone();
    if let Some(current) = &change.current {
        settings.default = contexts::chosen(current).cloned();
    }
    settings.confirmed.extend(known.agreed.iter().cloned());
    if settings != before {
        writing.put_settings(&settings)?;
    }
    let (mut gone, mut secrets) = (Vec::new(), Counted::default());
    for (id, subject) in forgotten(writing.secrets(), &change.forget, known.accounts) {
        writing.remove_secret(id, Parting::SignedOut)?;
        gone.push(subject);
        secrets.removed += 1;
    }
    let listed = writing.accounts().iter();
    let leave = listed.filter(|stored| match &change.forget {
        Forget::Nothing => false,
        Forget::Everything => true,
        Forget::Accounts(keys) => known.accounts.of_account(&stored.value).is_among(keys),
    });
    for id in leave.map(|stored| stored.id).collect::<Vec<_>>() {
        writing.remove(id)?;
    }
    Ok((gone, secrets))
}

impl<'a> Before<'a> {
    /// The context of a name.
    fn stored(&self, name: &ContextName) -> Option<&'a Stored<Context>> {
        self.view.contexts.position(name).map(|at| &self.contexts[at])
    }

    /// The contexts whose names a change names, in the order of the vault.
    fn touched(&self, change: &Change) -> Vec<&'a Stored<Context>> {
        let names = change.remove.iter().chain(change.put.iter().map(|context| &context.name));
        let at: BTreeSet<_> = names.filter_map(|name| self.view.contexts.position(name)).collect();
        at.into_iter().map(|at| &self.contexts[at]).collect()
    }
}

/// Contexts that are removed, or replaced by others: those whose identity does not stay.
fn lost(touched: &[&Stored<Context>], change: &Change) -> Vec<Subject> {
    let stays: BTreeSet<_> = change.put.iter().map(Context::identity).collect();
    let lost = touched.iter().filter(|stored| !stays.contains(&stored.value.identity()));
    lost.map(|stored| audit::of_context(Some(stored.id), &stored.value)).collect()
}

/// Contexts that are marked, or whose mark is taken away: with it goes the question before a removal.
fn remarked(touched: &[&Stored<Context>], change: &Change) -> Vec<Subject> {
    let is_remarked = |own: &Context| {
        let now = change.put.iter().find(|put| put.name.same_as(&own.name));
        now.is_some_and(|now| now.is_same_as(own) && now.labels.mark != own.labels.mark)
    };
    let remarked = touched.iter().filter(|stored| is_remarked(&stored.value));
    remarked.map(|stored| audit::of_context(Some(stored.id), &stored.value)).collect()
}

/// Secrets that go.
fn forgotten(secrets: &[StoredSecret], forget: &Forget, accounts: &Accounts) -> Vec<(Id, Subject)> {
    // Most changes forget nobody, whatever there is.
    let secrets = if *forget == Forget::Nothing { &[] } else { secrets };
    secrets
        .iter()
        .filter(|secret| forget.takes(accounts, &secret.description))
        .map(|secret| (secret.id, audit::of_secret(secret.id, &secret.description)))
        .collect()
}

/// Removes the challenges that a sign-in answered, and those of accounts that are forgotten.
fn answer(
    writing: &mut Transaction<'_>,
    forget: &Forget,
    extras: &ChangeExtras,
    accounts: &Accounts,
) -> Result<(), Problem> {
    let before = writing.settings();
    let mut settings = before.clone();
    settings
        .challenges
        .retain(|own| !extras.answered.contains(own) && !forget.takes_challenge(accounts, own));
    if settings != before {
        writing.put_settings(&settings)?;
    }
    Ok(())
}

/// The origins that the person agreed to just now.
fn agreed(writing: &Transaction<'_>, extras: &ChangeExtras) -> Vec<String> {
    extras.confirmed.difference(&writing.settings().confirmed).cloned().collect()
}

/// Removes the secrets whose place others take; one that is the same stays.
fn supersede(
    writing: &mut Transaction<'_>,
    extras: &ChangeExtras,
    accounts: &Accounts,
) -> Result<Vec<StoredSecret>, Problem> {
    let goes = |secret: &&StoredSecret| {
        is_superseded(extras.old_secrets, &secret.description, &extras.secrets, accounts.clouds())
    };
    let gone: Vec<StoredSecret> = writing.secrets().iter().filter(goes).cloned().collect();
    let mut removed = Vec::new();
    for secret in gone {
        let value = writing.open_secret(secret.id)?;
        let is_same = |held: &HeldSecret| {
            is_same(&secret.description, &held.description, accounts) && held.value.same_as(&value)
        };
        if !extras.secrets.iter().any(is_same) {
            writing.remove_secret(secret.id, Parting::Renewed)?;
            removed.push(secret);
        }
    }
    Ok(removed)
}

/// Stores what comes beside contexts, what is there already left out.
fn bring(
    app: &App,
    writing: &mut Transaction<'_>,
    extras: &ChangeExtras,
    known: &Accounts,
) -> Result<Vec<(Id, SecretDescription)>, Problem> {
    let mut put = Vec::new();
    if !extras.accounts.is_empty() {
        let same = same_accounts(writing.accounts(), &extras.accounts, known);
        for (account, same) in extras.accounts.iter().zip(same) {
            match same {
                None => put.push((None, Cow::Borrowed(account))),
                Some(stored) if extras.old_secrets == OldSecrets::Replace => {
                    put.push((Some(stored.id), Cow::Owned(renewed(&stored.value, account))));
                }
                Some(_) => {}
            }
        }
    }
    for (id, account) in put {
        writing.put_account(id, &account)?;
    }
    for environment in &extras.environments {
        let name = EnvironmentName(&environment.name);
        let known = writing.environments().iter();
        let same = known.into_iter().find(|stored| EnvironmentName(&stored.value.name) == name);
        let id = same.map(|stored| stored.id);
        writing.put_environment(id, environment)?;
    }
    let stored = writing.secrets();
    let mut added = Vec::new();
    let unknown = unknown(
        stored,
        &extras.secrets,
        |own, new| is_same(own, new, known),
        |id| writing.open_secret(id),
    )?;
    for (number, held) in (1..).zip(unknown) {
        let place = held.description.place.or(Some(number));
        let about = SecretDescription { place, ..held.description.clone() };
        let id = writing.add_secret(&about, &held.value, app.now())?;
        added.push((id, about));
    }
    Ok(added)
}

/// The first of the vault's accounts that each of these is, if one is: by who it is, type and cloud.
fn same_accounts<'s>(
    stored: &'s [Stored<Account>],
    brought: &[Account],
    known: &Accounts,
) -> Vec<Option<&'s Stored<Account>>> {
    let one = |account: &Account| {
        let who = known.of_account(account).one()?.key.clone();
        let cloud =
            account.environment.as_deref().map(|name| EnvironmentName(name).key().into_owned());
        Some((who, account.account_type.clone(), cloud))
    };
    let mut first = HashMap::new();
    for stored in stored {
        if let Some(one) = one(&stored.value) {
            first.entry(one).or_insert(stored);
        }
    }
    brought.iter().map(|account| first.get(&one(account)?).copied()).collect()
}

/// What is known of an account by a sign-in of this moment, and from before.
fn renewed(before: &Account, now: &Account) -> Account {
    let mut account = now.clone();
    account.id.clone_from(&before.id);
    account.home_account_id = account.home_account_id.or_else(|| before.home_account_id.clone());
    for tenant in &before.tenants {
        if !account.tenants.iter().any(|known| TenantId(known) == TenantId(tenant)) {
            account.tenants.push(tenant.clone());
        }
    }
    for (name, value) in &before.properties {
        account.properties.entry(name.clone()).or_insert_with(|| value.clone());
    }
    account
}

/// The accounts of the vault, and those that come.
fn accounts(view: &VaultView, extras: &ChangeExtras) -> Arc<Accounts> {
    let ChangeExtras { accounts, environments, secrets, .. } = extras;
    if accounts.is_empty() && environments.is_empty() && secrets.is_empty() {
        return Arc::clone(&view.everyone().accounts);
    }
    let stored = view.secrets.iter().map(|secret| &secret.description);
    Arc::new(Accounts::of(
        Clouds::of(view.environments.iter().chain(environments)),
        &*view.contexts,
        view.accounts.iter().chain(accounts),
        stored.chain(secrets.iter().map(|held| &held.description)),
    ))
}

/// Which secrets the vault does not have yet. Only those of one kind and owner are compared, and only
/// those that may be the same are opened.
fn unknown<'a, E>(
    stored: &[StoredSecret],
    brought: &'a [HeldSecret],
    is_same: impl Fn(&SecretDescription, &SecretDescription) -> bool,
    open: impl Fn(Id) -> Result<Secret, E>,
) -> Result<Vec<&'a HeldSecret>, E> {
    let stored = stored.iter().map(|secret| (secret.id, &secret.description));
    unknown_beside(stored, brought, is_same, open)
}

fn unknown_beside<'a, 's, Id: Copy, E>(
    stored: impl Iterator<Item = (Id, &'s SecretDescription)>,
    brought: &'a [HeldSecret],
    is_same: impl Fn(&SecretDescription, &SecretDescription) -> bool,
    open: impl Fn(Id) -> Result<Secret, E>,
) -> Result<Vec<&'a HeldSecret>, E> {
    let mut unknown = Vec::new();
    if brought.is_empty() {
        return Ok(unknown);
    }
    let mut index = Alike::default();
    for (id, about) in stored {
        index.insert(about, None, (id, about));
    }
    for held in brought {
        let alike = index.candidates(&held.description, None).into_iter();
        let alike = alike.filter(|(_, about)| is_same(about, &held.description));
        let mut is_known = false;
        for (id, _) in alike {
            is_known = is_known || open(id)?.same_as(&held.value);
        }
        if !is_known {
            unknown.push(held);
        }
    }
    Ok(unknown)
}

/// How many secrets would come and go.
pub(super) fn count(
    vault: &Vault,
    view: &VaultView,
    extras: &ChangeExtras,
    forget: &Forget,
    accounts: &Accounts,
) -> Result<Counted, Failure> {
    let known = self::accounts(view, extras);
    let (snapshot, stored) = (vault.snapshot()?, &view.secrets);
    let open = |id| snapshot.open_secret(id);
    let new = unknown(stored, &extras.secrets, |own, new| is_same(own, new, &known), open)?;
    Ok(Counted { added: new.len(), removed: forgotten(stored, forget, accounts).len() })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use azvault_model::rules::secrets::is_same;
    use azvault_model::{Accounts, HeldSecret, Secret, SecretDescription, SecretKind};

    use super::unknown_beside;

    /// How many comparisons a file of so many principals costs that the vault has, all but one.
    fn compared(number: usize) -> usize {
        let about = |number: usize| SecretDescription {
            account: Some(format!("app {number}").into()),
            tenant: Some("tenant".into()),
            ..SecretDescription::of(SecretKind::ClientSecret)
        };
        let value = || Secret::copied_from(b"the same everywhere");
        let stored: Vec<_> = (1..number).map(|number| (number, about(number))).collect();
        let brought: Vec<_> =
            (0..number).map(|at| HeldSecret { description: about(at), value: value() }).collect();
        let (accounts, compared) = (Accounts::default(), Cell::new(0));
        let is_same = |own: &SecretDescription, new: &SecretDescription| {
            compared.set(compared.get() + 1);
            is_same(own, new, &accounts)
        };
        let stored = stored.iter().map(|(id, about)| (*id, about));
        let unknown = unknown_beside(stored, &brought, is_same, |_| Ok::<_, ()>(value())).unwrap();
        let unknown: Vec<_> = unknown.iter().map(|held| &held.description).collect();
        assert_eq!(unknown, [&about(0)]);
        compared.get()
    }

    #[test]
    fn four_times_as_many_secrets_are_compared_four_times_as_often() {
        for number in [1_000, 4_000] {
            assert_eq!(compared(number), number - 1);
        }
    }
}
