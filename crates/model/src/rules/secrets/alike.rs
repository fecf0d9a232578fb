//! Finding the secret that a new one is among 100,000, without comparing it with each.

use super::is_credential;
use crate::caseless::key;
use crate::index::{Digest, Digests, Index};
use crate::{Secret, SecretDescription};

/// Secrets by kind, owner and value; `T` is where the caller has one.
///
/// A keyed hash that lives as long as the index stands for them. What it finds only may be the same:
/// [`is_same`](super::is_same) and the value itself decide. Where values are sealed an index has none:
/// it then finds what is of one kind and owner.
pub struct Alike<T> {
    digests: Digests,
    places: Index<(u32, T)>,
    number: u32,
}

impl<T> Default for Alike<T> {
    fn default() -> Self {
        Self { digests: Digests::default(), places: Index::default(), number: 0 }
    }
}

impl<T: Copy> Alike<T> {
    /// Adds a secret.
    pub fn insert<'v>(
        &mut self,
        about: &SecretDescription,
        value: impl Into<Option<&'v Secret>>,
        at: T,
    ) {
        let number = self.number;
        self.number += 1;
        for key in self.keys(about, value.into()).into_iter().flatten() {
            self.places.insert(key, (number, at));
        }
    }

    /// Those that may be this one, in the order in which they were added.
    pub fn candidates<'v>(
        &self,
        about: &SecretDescription,
        value: impl Into<Option<&'v Secret>>,
    ) -> Vec<T> {
        let keys = self.keys(about, value.into()).into_iter().flatten();
        let places = keys.flat_map(|key| self.places.get(key));
        let mut found: Vec<(u32, T)> = places.copied().collect();
        found.sort_by_key(|(number, _)| *number);
        found.dedup_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// One by the name of its account and one by its home account, because either can make two
    /// secrets one. A credential is one per tenant as well.
    fn keys(&self, about: &SecretDescription, value: Option<&Secret>) -> [Option<Digest>; 2] {
        let tenant = about.tenant.as_deref().filter(|_| is_credential(about.kind)).map(key);
        let key = |owner: (bool, Option<&str>)| {
            let owner = (owner.0, owner.1.map(key));
            // EXPOSE: hashed with a key of this index, to find equal values; it is never shown.
            self.digests.of((about.kind, owner, &tenant, value.map(Secret::expose)))
        };
        let by_home = about.home_account_id.as_deref().map(|home| key((false, Some(home))));
        [Some(key((true, about.account.as_deref()))), by_home]
    }
}

#[cfg(test)]
mod tests {
    use super::Alike;
    use crate::{Secret, SecretDescription, SecretKind};

    fn principal(number: usize, tenant: usize) -> SecretDescription {
        SecretDescription {
            account: Some(format!("app {number}").into()),
            tenant: Some(format!("tenant {tenant}").into()),
            ..SecretDescription::of(SecretKind::ClientSecret)
        }
    }

    #[test]
    fn what_may_be_the_same_is_found_by_name_and_by_home() {
        let token = |account: Option<&str>, home: Option<&str>| SecretDescription {
            account: account.map(Into::into),
            home_account_id: home.map(Into::into),
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
            let mut alike = Alike::<usize>::default();
            for number in 0..5_000 {
                assert_eq!(alike.candidates(&about(number), &value), [0; 0]);
                alike.insert(&about(number), &value, number);
                assert_eq!(alike.candidates(&about(number), &value), [number]);
            }
        }
    }
}
