//! The accounts of one file, found without looking at each: a file can have 100,000.

use azvault_model::{Account, AccountId, ByDigest, Digest, Digests, Text};

/// Finds an account by id without case, type and cloud, and by its home account where both say
/// theirs.
#[derive(Default)]
pub(super) struct People {
    digests: Digests,
    first: ByDigest<usize>,
    by_home: ByDigest<usize>,
    tenants: ByDigest<()>,
}

/// Tenants of one account that are compared one by one; of more, an index is kept.
const MAX_TENANTS_COMPARED: usize = 8;

impl People {
    /// Adds an account to the list, or its home, tenants and properties to the one that it is.
    pub(super) fn add(&mut self, mut account: Account, known: &mut Vec<Account>) {
        let person = self.person(&account);
        let at = self.find(person, &account, known).unwrap_or(known.len());
        if let Some(home) = &account.home_account_id {
            self.by_home.entry(self.digests.of((person, home))).or_insert(at);
        }
        let tenants = std::mem::take(&mut account.tenants);
        if at == known.len() {
            self.first.entry(person).or_insert(at);
            known.push(account);
        } else if let Some(own) = known.get_mut(at) {
            own.home_account_id = own.home_account_id.take().or(account.home_account_id);
            for (name, value) in account.properties {
                own.properties.entry(name).or_insert(value);
            }
        }
        for tenant in tenants {
            self.add_tenant(tenant, at, &mut known[at].tenants);
        }
    }

    fn add_tenant(&mut self, tenant: Text, at: usize, known: &mut Vec<Text>) {
        let is_new = if known.len() < MAX_TENANTS_COMPARED {
            !known.contains(&tenant)
        } else {
            if known.len() == MAX_TENANTS_COMPARED {
                let all = known.iter().map(|known| (self.digests.of((at, known)), ()));
                self.tenants.extend(all);
            }
            self.tenants.insert(self.digests.of((at, &tenant)), ()).is_none()
        };
        if is_new {
            // One, as a rule: a list that grows by itself has room for four.
            known.reserve_exact(usize::from(known.is_empty()));
            known.push(tenant);
        }
    }

    fn person(&self, account: &Account) -> Digest {
        let id = AccountId(&account.id);
        self.digests.of((id, &account.account_type, &account.environment))
    }

    /// Which one it is. What does not say its home is the first of its name; the first whose home
    /// nothing says is the next one that comes.
    fn find(&self, person: Digest, account: &Account, known: &[Account]) -> Option<usize> {
        let first = *self.first.get(&person)?;
        let has_home = known.get(first).is_some_and(|first| first.home_account_id.is_some());
        match &account.home_account_id {
            Some(home) if has_home => self.by_home.get(&self.digests.of((person, home))).copied(),
            _ => Some(first),
        }
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::{Account, AccountType};

    use super::People;

    fn account(id: &str, home: Option<&str>, tenant: &str) -> Account {
        Account {
            id: id.into(),
            account_type: AccountType::new("User"),
            environment: None,
            home_account_id: home.map(Into::into),
            tenants: vec![tenant.into()],
            properties: [(tenant.to_owned(), id.to_owned())].into(),
        }
    }

    #[test]
    fn an_account_is_known_by_name_and_by_home_where_both_say_theirs() {
        for (added, wanted) in [
            (&[("ada", None, "t1"), ("ADA", None, "t2")][..], &[("ada", None, "t1 t2")][..]),
            (&[("ada", None, "t"), ("ada", Some("h"), "t")], &[("ada", Some("h"), "t")]),
            (&[("ada", Some("h"), "t"), ("ada", None, "u")], &[("ada", Some("h"), "t u")]),
            (
                &[("ada", Some("h"), "t"), ("ada", Some("i"), "u"), ("Ada", Some("i"), "t")],
                &[("ada", Some("h"), "t"), ("ada", Some("i"), "u t")],
            ),
            (
                &[("ada", None, "t"), ("ada", Some("h"), "t"), ("ada", Some("i"), "t")],
                &[("ada", Some("h"), "t"), ("ada", Some("i"), "t")],
            ),
            (&[("ada", None, "t"), ("bob", None, "t")], &[("ada", None, "t"), ("bob", None, "t")]),
        ] {
            let (mut people, mut known) = (People::default(), Vec::new());
            for (id, home, tenant) in added {
                people.add(account(id, *home, tenant), &mut known);
            }
            let found: Vec<_> = known
                .iter()
                .map(|one| (one.id.as_str(), one.home_account_id.as_deref(), one.tenants.join(" ")))
                .collect();
            let wanted: Vec<_> = wanted
                .iter()
                .map(|(id, home, tenants)| (*id, *home, (*tenants).to_owned()))
                .collect();
            assert_eq!(found, wanted);
        }
    }
}
