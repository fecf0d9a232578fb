//! Secrets of several files: whose they are, and which are one.

use std::collections::HashMap;

use super::file::File;
use super::plan::{Action, Plan, Planned, Present};
use super::sources::Sources;
use crate::account::names_home;
use crate::caseless::key;
use crate::rules::secrets::{Alike, is_of_several, is_same};
use crate::{
    Accounts, BUILT_IN_CLOUDS, Clouds, Environment, Found, HOME_ACCOUNT_ID, HeldSecret,
    SecretDescription, Text,
};

/// Completes descriptions from what other files know: the user name of a home account id, the
/// cloud that a custom authority belongs to, the cloud of a service principal's contexts.
pub(super) fn name_owners(incoming: &mut [File], clouds: &Clouds, plan: &Plan) {
    let mut user_names: HashMap<String, Text> = HashMap::new();
    let mut of_principals: HashMap<(String, Option<String>), Option<Text>> = HashMap::new();
    let secrets = || incoming.iter().flat_map(|file| file.secrets.iter());
    let any = |lacks: fn(&SecretDescription) -> bool| secrets().any(|s| lacks(&s.description));
    let any_without_account = any(|about| about.account.is_none());
    let any_without_cloud = any(|about| about.environment.is_none());
    for file in incoming.iter() {
        for account in file.accounts.iter().filter(|_| any_without_account) {
            if let Some(home) = &account.home_account_id {
                user_names.entry(key(home).into_owned()).or_insert_with(|| account.id.clone());
            }
        }
        for context in file.contexts.iter().filter(|_| any_without_cloud) {
            let (Some(account), Some(cloud)) = (&context.account, &context.environment) else {
                continue;
            };
            let tenant = context.tenant.as_ref().map(|tenant| key(&tenant.id).into_owned());
            of_principals
                .entry((key(&account.id).into_owned(), tenant))
                // Contexts of one principal in two clouds: which one the secret is for is unknown.
                .and_modify(|known| {
                    if known.as_ref().map(|known| clouds.key(known)) != Some(clouds.key(cloud)) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(cloud.clone()));
        }
    }
    for file in incoming.iter_mut() {
        for account in file.accounts.iter_mut() {
            name_cloud(&mut account.environment, clouds, plan);
        }
        for secret in file.secrets.iter_mut() {
            let about = &mut secret.description;
            if about.account.is_none() {
                let home = about.home_account_id.as_deref().map(|text| key(text).into_owned());
                about.account = home.and_then(|home| user_names.get(&home).cloned());
            }
            name_cloud(&mut about.environment, clouds, plan);
            if about.environment.is_none() {
                let owner = about.account.as_deref().map(|text| key(text).into_owned());
                let tenant = about.tenant.as_deref().map(|text| key(text).into_owned());
                about.environment =
                    owner.and_then(|owner| of_principals.get(&(owner, tenant)).cloned().flatten());
            }
        }
    }
}

/// Says the home account of whatever names a user of whom exactly one home account is known, in that
/// cloud: from now on it is this user's, also when another one of that name comes.
pub(super) fn name_homes(incoming: &mut [File], accounts: &Accounts) {
    let home = |cloud: &Option<Text>, found: Found<'_>| {
        let known = found.one().filter(|_| cloud.is_some())?;
        known.home_account_id.clone()
    };
    for file in incoming {
        for context in file.contexts.iter_mut() {
            let found = home(&context.environment, accounts.of_context(context));
            if let (Some(home), Some(account)) = (found, &mut context.account)
                && account.home_account_id().is_none()
            {
                account.set_property(HOME_ACCOUNT_ID, home.to_string());
            }
        }
        for account in file.accounts.iter_mut() {
            let stands =
                account.home_account_id.as_deref().is_some_and(|h| names_home(h, &account.id));
            let found = home(&account.environment, accounts.of_account(account));
            if let (false, Some(home)) = (stands, found) {
                account.home_account_id = Some(home);
            }
        }
        for secret in file.secrets.iter_mut() {
            let about = &mut secret.description;
            let user = about.account.as_deref().unwrap_or_default();
            let stands = about.home_account_id.as_deref().is_some_and(|h| names_home(h, user));
            let found = home(&about.environment, accounts.of_secret(about));
            if let (false, Some(home)) = (stands, found) {
                about.home_account_id = Some(home);
            }
        }
    }
}

/// A host becomes the name of the custom environment that signs in there.
fn name_cloud(environment: &mut Option<Text>, clouds: &Clouds, plan: &Plan) {
    let Some(host) = environment.as_deref() else { return };
    if BUILT_IN_CLOUDS.iter().any(|cloud| cloud.name == host) {
        return;
    }
    let there = || plan.environments.iter().map(|e| &e.item).filter(|e| e.signs_in_at(host));
    // A cache names a host without its port: two clouds on one host are told apart by it.
    let same = |one: &Environment| clouds.key(&one.name) == clouds.key(host);
    let first = there()
        .next()
        .filter(|first| there().all(|other| clouds.key(&other.name) == clouds.key(&first.name)));
    if let Some(custom) = there().find(|one| same(one)).or(first) {
        *environment = Some(custom.name.as_str().into());
    }
}

/// One secret a kind, owner, cloud and value, as [`is_same`] says. New ones are numbered, so that
/// their order outlives the ids that they get.
pub(super) fn plan(
    incoming: &mut [File],
    present: &Present<'_>,
    accounts: &Accounts,
    plan: &mut Plan,
) {
    plan.secrets.reserve_exact(incoming.iter().map(|file| file.secrets.len()).sum());
    let mut index = Alike::default();
    for (at, (about, value)) in present.secrets.iter().enumerate() {
        index.insert(about, value, At::Present(place(at)));
    }
    for (source, file) in incoming.iter_mut().enumerate() {
        for held in file.secrets.take() {
            let known = find(&index, &held, present, accounts, plan);
            if let Some(At::Planned(at)) = known {
                let planned = &mut plan.secrets[at as usize];
                let item = &mut planned.item;
                let knew_home = item.description.home_account_id.is_some();
                complete(&mut item.description, &held.description, accounts);
                if !knew_home && item.description.home_account_id.is_some() {
                    index.insert(&item.description, &item.value, At::Planned(at));
                }
                if planned.sources.last() != Some(&source) {
                    planned.sources.push(source);
                }
                continue;
            }
            let sources = Sources::of(source);
            let mut planned = Planned { item: held, action: Action::Add, present: None, sources };
            if let Some(At::Present(at)) = known {
                let at = at as usize;
                let about = &present.secrets[at].0;
                complete(&mut planned.item.description, about, accounts);
                // It stays what it is to the vault: of every cloud, in its place.
                planned.item.description.environment.clone_from(&about.environment);
                planned.item.description.place = about.place;
                planned.present = Some(at);
            }
            let item = &planned.item;
            index.insert(&item.description, &item.value, At::Planned(place(plan.secrets.len())));
            plan.secrets.push(planned);
        }
    }
    for (number, planned) in (1..).zip(&mut plan.secrets) {
        match planned.present {
            Some(at) => {
                let same = planned.item.description == present.secrets[at].0;
                planned.action = if same { Action::Same } else { Action::Update };
            }
            None => planned.item.description.place = Some(number),
        }
    }
}

#[derive(Clone, Copy)]
enum At {
    Present(u32),
    Planned(u32),
}

/// A place in a list as the index has it, which takes up half as much.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The secret that this one is, if there is one. The newest entry is the planned one.
fn find(
    index: &Alike<At>,
    held: &HeldSecret,
    present: &Present<'_>,
    accounts: &Accounts,
    plan: &Plan,
) -> Option<At> {
    let candidates = index.candidates(&held.description, &held.value);
    candidates.into_iter().rev().find(|at| {
        let (about, value) = match *at {
            At::Present(at) => {
                let (about, value) = &present.secrets[at as usize];
                (about, value)
            }
            At::Planned(at) => {
                let item = &plan.secrets[at as usize].item;
                (&item.description, &item.value)
            }
        };
        is_same(about, &held.description, accounts) && value.same_as(&held.value)
    })
}

/// Takes over what another file says of the same secret.
fn complete(own: &mut SecretDescription, other: &SecretDescription, accounts: &Accounts) {
    fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
        if own.is_none() {
            own.clone_from(other);
        }
    }
    // Where the account is in several clouds, it would be lost to all but one.
    if !is_of_several(own, accounts) {
        fill(&mut own.environment, &other.environment);
    }
    fill(&mut own.tenant, &other.tenant);
    fill(&mut own.client_id, &other.client_id);
    fill(&mut own.target, &other.target);
    fill(&mut own.expires_on, &other.expires_on);
    fill(&mut own.family_id, &other.family_id);
    fill(&mut own.home_account_id, &other.home_account_id);
    fill(&mut own.account_kind, &other.account_kind);
    fill(&mut own.dated, &other.dated);
    fill(&mut own.place, &other.place);
    fill(&mut own.token_type, &other.token_type);
    fill(&mut own.partition, &other.partition);
    fill(&mut own.on_behalf_of, &other.on_behalf_of);
}

#[cfg(test)]
mod tests;
