//! A change of user scope: one transaction of the vault, its audit entry included.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use azvault_contexts::{
    Account, Accounts, Change, Context, ContextName, Decision, Forget, HeldSecret, Known, Secret,
    SecretDescription, SecretKind,
};
use azvault_vault::{Error, Id, Stored, StoredSecret, Subject, Vault, Writing};

use super::supersede::{Older, is_superseded};
use super::{Brought, Counted, Decide, Whose};
use crate::app::App;
use crate::failure::Failure;
use crate::{audit, contexts};

/// A refusal, or an error of the vault, within a transaction.
enum WriteError {
    Failure(Failure),
    Vault(Error),
}

impl WriteError {
    fn into_failure(self, of_vault: &dyn Fn(Error) -> Failure) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Vault(error) => of_vault(error),
        }
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Vault(error)
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Decides on what the vault holds now, and writes that.
pub(super) fn write(
    app: &App,
    vault: &mut Vault,
    (verb, brought): (&str, &Brought),
    Whose { acting, accounts }: Whose<'_>,
    decide: &Decide<'_>,
) -> Result<(Decision, Counted), Failure> {
    let path = app.vault_path()?;
    let written = vault.write(|writing| -> Result<_, WriteError> {
        let decision = {
            let settings = writing.settings();
            let contexts = writing.contexts().iter().map(|stored| &stored.value).collect();
            let (current, secrets) = (settings.default.as_ref(), writing.secrets().len());
            let accounts = Cow::Borrowed(accounts);
            decide(&Known { contexts, current, acting, accounts, secrets })?
        };
        let agreed = agreed(writing, brought);
        let (mut subjects, mut secrets) = apply(writing, (&decision.change, accounts), &agreed)?;
        if let Some(from) = &brought.from {
            subjects.insert(0, from.clone());
            let came = decision.change.put.iter();
            subjects.extend(came.map(|context| audit::of_context(None, context)));
        }
        subjects.extend(agreed.iter().map(|origin| audit::of_origin(origin)));
        let gone = supersede(writing, brought)?;
        secrets.removed += gone.len();
        subjects.extend(gone.iter().map(|old| audit::of_secret(old.id, &old.description)));
        for (id, about) in bring(app, writing, brought, &gone)? {
            secrets.added += 1;
            subjects.push(audit::of_secret(id, &about));
        }
        audit::log(app, writing, verb, subjects)?;
        Ok((decision, secrets))
    });
    written.map_err(|e| e.into_failure(&|e| Failure::from_vault(e, &path)))
}

/// Writes a change, and says what is not there any more.
fn apply(
    writing: &mut Writing<'_>,
    (change, accounts): (&Change, &Accounts),
    agreed: &[String],
) -> Result<(Vec<Subject>, Counted), Error> {
    let ids: HashMap<String, Id> =
        writing.contexts().iter().map(|stored| (stored.value.name.key(), stored.id)).collect();
    let came: BTreeSet<String> = change.put.iter().map(|context| context.name.key()).collect();
    let mut lost = lost(writing, change);
    for name in &change.remove {
        // A name that comes back is the same record, written anew.
        if let Some(id) = ids.get(&name.key()).filter(|_| !came.contains(&name.key())) {
            writing.remove(*id)?;
        }
    }
    for context in &change.put {
        writing.put_context(ids.get(&context.name.key()).copied(), context)?;
    }
    let before = writing.settings();
    let mut settings = before.clone();
    if let Some(current) = &change.current {
        settings.default = contexts::chosen(current).cloned();
    }
    settings.confirmed.extend(agreed.iter().cloned());
    if settings != before {
        writing.put_settings(&settings)?;
    }
    let mut secrets = Counted::default();
    for (id, subject) in forgotten(writing.secrets(), &change.forget, accounts) {
        writing.remove_secret(id)?;
        lost.push(subject);
        secrets.removed += 1;
    }
    let listed = writing.accounts().iter();
    let gone = listed.filter(|stored| match &change.forget {
        Forget::Nothing => false,
        Forget::Everything => true,
        Forget::Accounts(keys) => accounts.of_account(&stored.value).is_among(keys),
    });
    for id in gone.map(|stored| stored.id).collect::<Vec<_>>() {
        writing.remove(id)?;
    }
    Ok((lost, secrets))
}

/// Contexts that are removed, or replaced by others: those whose identity does not stay.
fn lost(writing: &Writing<'_>, change: &Change) -> Vec<Subject> {
    let stays: BTreeSet<_> = change.put.iter().map(Context::identity).collect();
    let put = change.put.iter().map(|context| &context.name);
    let touched: BTreeSet<String> = change.remove.iter().chain(put).map(ContextName::key).collect();
    writing
        .contexts()
        .iter()
        .filter(|stored| touched.contains(&stored.value.name.key()))
        .filter(|stored| !stays.contains(&stored.value.identity()))
        .map(|stored| audit::of_context(Some(stored.id), &stored.value))
        .collect()
}

/// Secrets that go.
fn forgotten(secrets: &[StoredSecret], forget: &Forget, accounts: &Accounts) -> Vec<(Id, Subject)> {
    secrets
        .iter()
        .filter(|secret| forget.takes(accounts, &secret.description))
        .map(|secret| (secret.id, audit::of_secret(secret.id, &secret.description)))
        .collect()
}

/// The origins that the person agreed to just now.
fn agreed(writing: &Writing<'_>, brought: &Brought) -> Vec<String> {
    brought.confirmed.difference(&writing.settings().confirmed).cloned().collect()
}

/// Removes the secrets whose place others take; one that is the same stays.
fn supersede(writing: &mut Writing<'_>, brought: &Brought) -> Result<Vec<StoredSecret>, Error> {
    let goes = |secret: &&StoredSecret| {
        is_superseded(brought.older, &secret.description, &brought.secrets)
    };
    let gone: Vec<StoredSecret> = writing.secrets().iter().filter(goes).cloned().collect();
    let mut removed = Vec::new();
    for secret in gone {
        let value = writing.open_secret(secret.id)?;
        let is_same = |held: &HeldSecret| {
            owner(&held.description) == owner(&secret.description) && held.value.same_as(&value)
        };
        if !brought.secrets.iter().any(is_same) {
            writing.remove_secret(secret.id)?;
            removed.push(secret);
        }
    }
    Ok(removed)
}

/// Stores what comes beside contexts, what is there already left out. `gone` are secrets that were
/// removed just now.
fn bring(
    app: &App,
    writing: &mut Writing<'_>,
    brought: &Brought,
    gone: &[StoredSecret],
) -> Result<Vec<(Id, SecretDescription)>, Error> {
    for account in &brought.accounts {
        let is_same = |stored: &Stored<Account>| {
            let known = &stored.value;
            key(Some(&known.id)) == key(Some(&account.id))
                && known.account_type == account.account_type
                && key(known.environment.as_deref()) == key(account.environment.as_deref())
        };
        let same = writing.accounts().iter().find(|stored| is_same(stored));
        match same.map(|stored| (stored.id, renewed(&stored.value, account))) {
            None => {
                writing.put_account(None, account)?;
            }
            Some((id, account)) if brought.older == Older::Go => {
                writing.put_account(Some(id), &account)?;
            }
            Some(_) => {}
        }
    }
    for environment in &brought.environments {
        let name = environment.name.to_lowercase();
        let known = writing.environments().iter();
        let same = known.into_iter().find(|stored| stored.value.name.to_lowercase() == name);
        let id = same.map(|stored| stored.id);
        writing.put_environment(id, environment)?;
    }
    let stays = |secret: &&StoredSecret| gone.iter().all(|gone| gone.id != secret.id);
    let stored: Vec<StoredSecret> = writing.secrets().iter().filter(stays).cloned().collect();
    let mut added = Vec::new();
    for held in unknown(&stored, &brought.secrets, |id| writing.open_secret(id))? {
        let id = writing.add_secret(&held.description, &held.value, app.now())?;
        added.push((id, held.description.clone()));
    }
    Ok(added)
}

/// What is known of an account by a sign-in of this moment, and from before.
fn renewed(before: &Account, now: &Account) -> Account {
    let mut account = now.clone();
    account.id.clone_from(&before.id);
    account.home_account_id = account.home_account_id.or_else(|| before.home_account_id.clone());
    for tenant in &before.tenants {
        if !account.tenants.iter().any(|known| known.eq_ignore_ascii_case(tenant)) {
            account.tenants.push(tenant.clone());
        }
    }
    for (name, value) in &before.properties {
        account.properties.entry(name.clone()).or_insert_with(|| value.clone());
    }
    account
}

/// Which secrets the vault does not have yet. Only those of the same kind and owner are opened.
fn unknown<'a>(
    stored: &[StoredSecret],
    brought: &'a [HeldSecret],
    open: impl Fn(Id) -> Result<Secret, Error>,
) -> Result<Vec<&'a HeldSecret>, Error> {
    let mut alike: HashMap<_, Vec<Id>> = HashMap::new();
    for secret in stored {
        alike.entry(owner(&secret.description)).or_default().push(secret.id);
    }
    let mut unknown = Vec::new();
    for held in brought {
        let mut is_known = false;
        for id in alike.get(&owner(&held.description)).into_iter().flatten() {
            is_known |= open(*id)?.same_as(&held.value);
        }
        if !is_known {
            unknown.push(held);
        }
    }
    Ok(unknown)
}

/// How many secrets would come and go.
pub(super) fn count(
    app: &App,
    vault: &Vault,
    brought: &Brought,
    (forget, accounts): (&Forget, &Accounts),
) -> Result<Counted, Failure> {
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let snapshot = vault.snapshot().map_err(failed)?;
    let stored = snapshot.secrets();
    let new = unknown(stored, &brought.secrets, |id| snapshot.open_secret(id)).map_err(failed)?;
    Ok(Counted { added: new.len(), removed: forgotten(stored, forget, accounts).len() })
}

/// What secrets of one owner have in common.
fn owner(about: &SecretDescription) -> (SecretKind, Option<String>, Option<String>) {
    (about.kind, key(about.account.as_deref()), key(about.tenant.as_deref()))
}

fn key(text: Option<&str>) -> Option<String> {
    text.map(str::to_lowercase)
}
