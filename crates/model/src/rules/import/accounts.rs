//! Accounts and environments of several files.

use std::collections::HashSet;
use std::collections::hash_map::Entry;

use super::file::File;
use super::plan::{Action, Plan, Planned, Present};
use super::sources::Sources;
use crate::account::names_home;
use crate::caseless::key;
use crate::index::{ByDigest, Digest, Digests};
use crate::{Account, AccountKey, Accounts, Environment, Found};

/// One environment a name, compared without case; a later file adds what the first leaves out.
pub(super) fn plan_environments(incoming: &mut [File], present: &Present<'_>, plan: &mut Plan) {
    let digests = Digests::default();
    let digest = |environment: &Environment| digests.of(key(&environment.name));
    merge(
        incoming.iter_mut().map(|file| std::mem::take(&mut file.environments)),
        present.environments,
        digest,
        |own, other| add_missing(&mut own.settings, &other.settings),
        &mut plan.environments,
    );
}

/// One account an identity: its home account, or its id, type and cloud, compared without case.
///
/// A cache can know the account of a context without its type or cloud in the same words; they
/// stay two entries then, because guessing that they are one could give one the other's tokens.
pub(super) fn plan_accounts(
    incoming: &mut [File],
    present: &Present<'_>,
    known: &Accounts,
    plan: &mut Plan,
) {
    let digests = Digests::default();
    let digest = |account: &Account| {
        let environment = account.environment.as_deref().map(|cloud| known.clouds().key(cloud));
        let home = known.of_account(account).one().and_then(|one| one.home_account_id.as_ref());
        let id = key(home.unwrap_or(&account.id));
        digests.of((id, account.account_type.as_str().to_lowercase(), environment))
    };
    let number = incoming.iter().map(|file| file.accounts.len()).sum();
    plan.accounts.reserve_exact(number);
    merge(
        incoming.iter_mut().map(|file| file.accounts.take()),
        present.accounts,
        digest,
        |own, other| {
            let own_home = own.home_account_id.as_ref().filter(|home| names_home(home, &own.id));
            own.home_account_id = own_home.or(other.home_account_id.as_ref()).cloned();
            for tenant in &other.tenants {
                if !own.tenants.contains(tenant) {
                    own.tenants.push(tenant.clone());
                }
            }
            add_missing(&mut own.properties, &other.properties);
        },
        &mut plan.accounts,
    );
    let mut keys: HashSet<&AccountKey> = HashSet::new();
    for planned in &plan.accounts {
        match known.of_account(&planned.item) {
            Found::One(account) => {
                keys.insert(&account.key);
            }
            // As Azure CLI's name for every identity, which counts as it stands.
            Found::Nobody => plan.people += 1,
            Found::Several(_) => {}
        }
    }
    plan.people += keys.len();
}

fn merge<T: Clone + PartialEq>(
    files: impl Iterator<Item = impl IntoIterator<Item = T>>,
    present: &[T],
    key: impl Fn(&T) -> Digest,
    add: impl Fn(&mut T, &T),
    planned: &mut Vec<Planned<T>>,
) {
    let known: ByDigest<usize> = present.iter().enumerate().map(|(i, t)| (key(t), i)).collect();
    let mut places: ByDigest<usize> = ByDigest::default();
    for (source, items) in files.enumerate() {
        for item in items {
            let key = key(&item);
            let free = match places.entry(key) {
                Entry::Occupied(place) => {
                    let entry = &mut planned[*place.get()];
                    add(&mut entry.item, &item);
                    if entry.sources.last() != Some(&source) {
                        entry.sources.push(source);
                    }
                    continue;
                }
                Entry::Vacant(free) => free,
            };
            free.insert(planned.len());
            let present_at = known.get(&key).copied();
            // What the vault has comes first, so that an import only ever adds to it.
            let item = match present_at {
                Some(at) => {
                    let mut first = present[at].clone();
                    add(&mut first, &item);
                    first
                }
                None => item,
            };
            let sources = Sources::of(source);
            planned.push(Planned { item, action: Action::Add, present: present_at, sources });
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

#[cfg(test)]
mod tests {
    use super::super::{Action, Incoming, Origin, Plan, Present, Wishes, plan};
    use crate::{Account, AccountType, Environment, Profile};

    fn settings(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn environment(name: &str, pairs: &[(&str, &str)]) -> Environment {
        Environment { name: name.to_owned(), settings: settings(pairs) }
    }

    fn account(id: &str, home: Option<&str>, tenants: &[&str], pairs: &[(&str, &str)]) -> Account {
        Account {
            id: id.into(),
            account_type: AccountType::new("User"),
            environment: Some("AzureCloud".into()),
            home_account_id: home.map(Into::into),
            tenants: tenants.iter().map(|tenant| (*tenant).into()).collect(),
            properties: settings(pairs),
        }
    }

    fn file(accounts: &[Account], environments: &[Environment]) -> Incoming {
        let profile = Profile {
            accounts: accounts.to_vec(),
            environments: environments.to_vec(),
            ..Profile::default()
        };
        Incoming { origin: Origin::AzurePowerShell, profile }
    }

    fn planned(files: Vec<Incoming>, present: &Present<'_>) -> Plan {
        plan(files, present, &Wishes::default()).unwrap()
    }

    #[test]
    fn a_later_file_adds_to_an_environment_what_the_first_leaves_out() {
        let stack = environment("Stack", &[("a", "1")]);
        let files = || {
            let more = environment("STACK", &[("a", "2"), ("b", "3")]);
            let both = [more, environment("other", &[])];
            vec![file(&[], std::slice::from_ref(&stack)), file(&[], &both)]
        };
        let whole = environment("Stack", &[("a", "1"), ("b", "3")]);
        let plan = planned(files(), &Present::default());
        let found: Vec<_> =
            plan.environments.iter().map(|p| (&p.item, p.action, &p.sources[..])).collect();
        let other = environment("other", &[]);
        let wanted = [(&whole, Action::Add, &[0, 1][..]), (&other, Action::Add, &[1])];
        assert_eq!(found, wanted);
        for (present, action) in [(&stack, Action::Update), (&whole, Action::Same)] {
            let present =
                Present { environments: std::slice::from_ref(present), ..Present::default() };
            let plan = planned(files(), &present);
            let first = &plan.environments[0];
            assert_eq!((&first.item, first.action, first.present), (&whole, action, Some(0)));
        }
    }

    #[test]
    fn an_account_is_one_by_id_type_and_cloud_and_files_only_add_to_it() {
        let mut principal = account("ada@x", None, &[], &[]);
        principal.account_type = AccountType::new("ServicePrincipal");
        let mut elsewhere = account("ada@x", None, &[], &[]);
        elsewhere.environment = None;
        let first = account("ada@x", None, &["t1"], &[("p", "1")]);
        let more = account("ADA@x", Some("home"), &["t2", "t1"], &[("p", "2"), ("q", "3")]);
        let files = || {
            let beside = [more.clone(), principal.clone(), elsewhere.clone(), more.clone()];
            vec![file(std::slice::from_ref(&first), &[]), file(&beside, &[])]
        };
        let whole = account("ada@x", Some("home"), &["t1", "t2"], &[("p", "1"), ("q", "3")]);
        let plan = planned(files(), &Present::default());
        let found: Vec<_> =
            plan.accounts.iter().map(|p| (&p.item, p.action, &p.sources[..])).collect();
        let wanted = [
            (&whole, Action::Add, &[0, 1][..]),
            (&principal, Action::Add, &[1]),
            (&elsewhere, Action::Add, &[1]),
        ];
        assert_eq!(found, wanted);
        for (present, action) in [(&first, Action::Update), (&whole, Action::Same)] {
            let present = Present { accounts: std::slice::from_ref(present), ..Present::default() };
            let plan = planned(files(), &present);
            let first = &plan.accounts[0];
            assert_eq!((&first.item, first.action, first.present), (&whole, action, Some(0)));
        }
    }
}
