//! Accounts and environments of several files.

use std::collections::HashMap;

use super::{Action, Incoming, Plan, Planned, Present};
use crate::{Account, Environment};

/// One environment a name, compared without case; a later file adds what the first leaves out.
pub(super) fn plan_environments(incoming: &mut [Incoming], present: &Present<'_>, plan: &mut Plan) {
    let key = |environment: &Environment| environment.name.to_lowercase();
    merge(
        incoming.iter_mut().map(|file| std::mem::take(&mut file.profile.environments)),
        present.environments,
        key,
        |own, other| add_missing(&mut own.settings, &other.settings),
        &mut plan.environments,
    );
}

/// One account an (id, type, environment), compared without case.
///
/// A cache can know the account of a context without its type or cloud in the same words; they
/// stay two entries then, because guessing that they are one could give one the other's tokens.
pub(super) fn plan_accounts(incoming: &mut [Incoming], present: &Present<'_>, plan: &mut Plan) {
    let key = |account: &Account| {
        let environment = account.environment.as_deref().map(str::to_lowercase);
        (account.id.to_lowercase(), account.account_type.as_str().to_lowercase(), environment)
    };
    merge(
        incoming.iter_mut().map(|file| std::mem::take(&mut file.profile.accounts)),
        present.accounts,
        key,
        |own, other| {
            own.home_account_id =
                own.home_account_id.take().or_else(|| other.home_account_id.clone());
            for tenant in &other.tenants {
                if !own.tenants.contains(tenant) {
                    own.tenants.push(tenant.clone());
                }
            }
            add_missing(&mut own.properties, &other.properties);
        },
        &mut plan.accounts,
    );
}

fn merge<T: Clone + PartialEq, K: std::hash::Hash + Eq>(
    files: impl Iterator<Item = Vec<T>>,
    present: &[T],
    key: impl Fn(&T) -> K,
    add: impl Fn(&mut T, &T),
    planned: &mut Vec<Planned<T>>,
) {
    let known: HashMap<K, usize> = present.iter().enumerate().map(|(i, t)| (key(t), i)).collect();
    let mut at: HashMap<K, usize> = HashMap::new();
    for (source, items) in files.enumerate() {
        for item in items {
            let place = *at.entry(key(&item)).or_insert_with(|| {
                let present_at = known.get(&key(&item)).copied();
                // What the vault has comes first, so that an import only ever adds to it.
                let first = present_at.map_or_else(|| item.clone(), |at| present[at].clone());
                planned.push(Planned {
                    item: first,
                    action: Action::Add,
                    present: present_at,
                    sources: Vec::new(),
                });
                planned.len() - 1
            });
            let entry = &mut planned[place];
            add(&mut entry.item, &item);
            if entry.sources.last() != Some(&source) {
                entry.sources.push(source);
            }
        }
    }
    for entry in planned {
        if let Some(at) = entry.present {
            let same = entry.item == present[at];
            entry.action = if same { Action::Same } else { Action::Update };
        }
    }
}

fn add_missing(
    own: &mut std::collections::BTreeMap<String, String>,
    other: &std::collections::BTreeMap<String, String>,
) {
    for (name, value) in other {
        own.entry(name.clone()).or_insert_with(|| value.clone());
    }
}
