//! Finding the secret that a new one is among 100,000, without comparing it with each.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::is_credential;
use crate::caseless::key;
use crate::{Secret, SecretDescription};

/// Secrets by kind, owner and value; `T` is where the caller has one.
///
/// A keyed hash that lives as long as the index stands for them. What it finds only may be the same:
/// [`is_same`](super::is_same) and the value itself decide.
pub struct Alike<T> {
    hasher: RandomState,
    places: HashMap<u64, Vec<(usize, T)>>,
    number: usize,
}

impl<T> Default for Alike<T> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), places: HashMap::new(), number: 0 }
    }
}

impl<T: Copy> Alike<T> {
    /// Adds a secret.
    pub fn insert(&mut self, about: &SecretDescription, value: &Secret, at: T) {
        let number = self.number;
        self.number += 1;
        for key in self.keys(about, value) {
            self.places.entry(key).or_default().push((number, at));
        }
    }

    /// Those that may be this one, in the order in which they were added.
    pub fn candidates(&self, about: &SecretDescription, value: &Secret) -> Vec<T> {
        let places = self.keys(about, value).filter_map(|key| self.places.get(&key));
        let mut found: Vec<(usize, T)> = places.flatten().copied().collect();
        found.sort_by_key(|(number, _)| *number);
        found.dedup_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// One by the name of its account and one by its home account, because either can make two
    /// secrets one. A credential is one per tenant as well.
    fn keys(
        &self,
        about: &SecretDescription,
        value: &Secret,
    ) -> impl Iterator<Item = u64> + use<T> {
        let lower = |text: &Option<String>| text.as_deref().map(|text| key(text).into_owned());
        let tenant = if is_credential(about.kind) { lower(&about.tenant) } else { None };
        let by_name = (true, lower(&about.account));
        let by_home = lower(&about.home_account_id).map(|home| (false, Some(home)));
        let key = |owner: (bool, Option<String>)| {
            // EXPOSE: hashed with a key of this index, to find equal values; it is never shown.
            self.hasher.hash_one((about.kind, owner, &tenant, value.expose()))
        };
        let keys: Vec<u64> = std::iter::once(by_name).chain(by_home).map(key).collect();
        keys.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Alike;
    use crate::{Secret, SecretDescription, SecretKind};

    fn principal(number: usize, tenant: usize) -> SecretDescription {
        SecretDescription {
            account: Some(format!("app {number}")),
            tenant: Some(format!("tenant {tenant}")),
            ..SecretDescription::of(SecretKind::ClientSecret)
        }
    }

    #[test]
    fn what_may_be_the_same_is_found_by_name_and_by_home() {
        let token = |account: Option<&str>, home: Option<&str>| SecretDescription {
            account: account.map(str::to_owned),
            home_account_id: home.map(str::to_owned),
            ..SecretDescription::of(SecretKind::RefreshToken)
        };
        let value = Secret::copied_from(b"value");
        let mut alike = Alike::default();
        alike.insert(&token(Some("Ada"), Some("Home")), &value, 'a');
        alike.insert(&token(Some("ada"), None), &value, 'b');
        alike.insert(&token(None, Some("home")), &value, 'c');
        for (about, found) in [
            (token(Some("ADA"), None), "ab"),
            (token(Some("eva"), Some("HOME")), "ac"),
            (token(Some("ada"), Some("home")), "abc"),
            (token(Some("eva"), None), ""),
            (SecretDescription { kind: SecretKind::AccessToken, ..token(Some("ada"), None) }, ""),
        ] {
            assert_eq!(String::from_iter(alike.candidates(&about, &value)), found);
        }
        let other = Secret::copied_from(b"other");
        assert_eq!(alike.candidates(&token(Some("ada"), None), &other), []);
    }

    /// The growth of an import is that of these lists: all principals have one secret, or one
    /// principal has it in every tenant.
    #[test]
    fn many_secrets_of_one_value_are_not_compared_with_each_other() {
        let value = Secret::copied_from(b"the same everywhere");
        for about in [|n| principal(n, 0), |n| principal(0, n)] {
            let mut alike = Alike::default();
            for number in 0..5_000 {
                assert_eq!(alike.candidates(&about(number), &value), []);
                alike.insert(&about(number), &value, number);
                assert_eq!(alike.candidates(&about(number), &value), [number]);
            }
        }
    }
}
