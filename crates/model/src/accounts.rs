//! All accounts that are known, put together from what contexts, files and secrets say of them.
//!
//! A user name is resolved as Azure CLI does: it means the account that has it, and where several
//! accounts have it, none of them. What names a home account means that account under any name.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::account_key::{Id, Mention};
use crate::caseless::key;
use crate::{Account, AccountKey, CloudKey, Clouds, Context, IdentityKind, SecretDescription};

/// The accounts that are known.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    clouds: Clouds,
    all: Vec<KnownAccount>,
    by_name: HashMap<String, Vec<usize>>,
    by_home: HashMap<String, Vec<usize>>,
    /// Which account was seen in which tenant, without case: one may be in 100,000.
    seen: HashSet<(usize, String)>,
}

/// One account, and how to name it to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// Who it is.
    pub key: AccountKey,
    /// Its id as it was written first.
    pub id: String,
    /// Its home account as it was written, where it is known.
    pub home_account_id: Option<String>,
    /// Tenants it was seen in, as they were written first.
    pub tenants: Vec<String>,
}

impl KnownAccount {
    /// What tells it from another of the same name: kind, home account or id, cloud, tenants.
    pub fn in_words(&self) -> String {
        let id = self.home_account_id.as_ref().unwrap_or(&self.id);
        let mut words = format!("{} {id}", self.key.kind.as_str());
        if let Some(cloud) = self.key.cloud.as_ref() {
            words.push_str(&format!(" at {cloud}"));
        }
        if !self.tenants.is_empty() {
            words.push_str(&format!(" (tenant {})", self.tenants.join(", ")));
        }
        words
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing that is known.
    Nobody,
    /// This account.
    One(&'a KnownAccount),
    /// Each of these: which one is meant must be said.
    Several(Vec<&'a KnownAccount>),
}

impl<'a> Found<'a> {
    /// Whether the account that is meant is one of these: what may be another's too is not theirs.
    pub fn is_among(&self, keys: &[AccountKey]) -> bool {
        match self {
            Self::Nobody => false,
            Self::One(account) => keys.contains(&account.key),
            Self::Several(several) => several.iter().all(|account| keys.contains(&account.key)),
        }
    }

    /// The account, if there is exactly one.
    pub fn one(self) -> Option<&'a KnownAccount> {
        match self {
            Self::One(account) => Some(account),
            Self::Nobody | Self::Several(_) => None,
        }
    }
}

impl Accounts {
    /// Those that these name.
    pub fn of<'a>(
        clouds: Clouds,
        contexts: impl IntoIterator<Item = &'a Context>,
        accounts: impl IntoIterator<Item = &'a Account>,
        secrets: impl IntoIterator<Item = &'a SecretDescription>,
    ) -> Self {
        let contexts = contexts.into_iter().filter_map(|c| Mention::of_context(c, &clouds));
        let accounts = accounts.into_iter().filter_map(|a| Mention::of_account(a, &clouds));
        let secrets = secrets.into_iter().filter_map(|about| Mention::of_secret(about, &clouds));
        let mut mentions: Vec<Mention<'_>> = contexts.chain(accounts).chain(secrets).collect();
        // What says most comes first: the rest is understood by it. The order is otherwise kept.
        mentions.sort_by_key(|mention| {
            let kind = mention.kind.filter(|kind| *kind != IdentityKind::Unknown);
            (mention.home.is_none(), kind.is_none(), mention.cloud.is_none())
        });
        let mut known = Self { clouds, ..Self::default() };
        for mention in mentions {
            known.add(&mention);
        }
        known
    }

    /// The clouds by which they are compared.
    pub fn clouds(&self) -> &Clouds {
        &self.clouds
    }

    /// All of them, those with a home account first.
    pub fn all(&self) -> &[KnownAccount] {
        &self.all
    }

    /// The account of a context.
    pub fn of_context(&self, context: &Context) -> Found<'_> {
        match Mention::of_context(context, &self.clouds) {
            Some(mention) => self.found(self.candidates(&mention)),
            None => Found::Nobody,
        }
    }

    /// The account of an entry in a list of accounts.
    pub fn of_account(&self, account: &Account) -> Found<'_> {
        match Mention::of_account(account, &self.clouds) {
            Some(mention) => self.found(self.candidates(&mention)),
            None => Found::Nobody,
        }
    }

    /// The account that a secret belongs to.
    pub fn of_secret(&self, about: &SecretDescription) -> Found<'_> {
        match Mention::of_secret(about, &self.clouds) {
            Some(mention) => self.found(self.candidates(&mention)),
            None => Found::Nobody,
        }
    }

    /// The account of a name or a home account id that somebody typed.
    pub fn named(&self, text: &str) -> Found<'_> {
        let text = key(text);
        let at = |index: &HashMap<String, Vec<usize>>| index.get(&*text).cloned();
        self.found(at(&self.by_home).or_else(|| at(&self.by_name)).unwrap_or_default())
    }

    /// Whether a secret may be used as this account: it belongs to it, and to nobody else of the
    /// same name. What does not say its cloud or its kind serves each that fits.
    pub fn may_use(&self, account: &AccountKey, about: &SecretDescription) -> bool {
        let Some(mention) = Mention::of_secret(about, &self.clouds) else { return false };
        let candidates = self.candidates(&mention);
        let fits = |at: &&usize| is_in(self.all[**at].key.cloud.as_ref(), account.cloud.as_ref());
        let people: BTreeSet<&Id> =
            candidates.iter().filter(fits).map(|at| &self.all[*at].key.id).collect();
        people.len() == 1 && candidates.iter().any(|at| self.all[*at].key == *account)
    }

    /// Whether a secret belongs to this account and could be no other's.
    pub fn owns(&self, account: &AccountKey, about: &SecretDescription) -> bool {
        matches!(self.of_secret(about), Found::One(found) if found.key == *account)
    }

    /// Whether a context is this account's.
    pub fn acts_in(&self, account: &AccountKey, context: &Context) -> bool {
        matches!(self.of_context(context), Found::One(found) if found.key == *account)
    }

    fn found(&self, candidates: Vec<usize>) -> Found<'_> {
        match candidates.as_slice() {
            [] => Found::Nobody,
            [one] => Found::One(&self.all[*one]),
            several => Found::Several(several.iter().map(|at| &self.all[*at]).collect()),
        }
    }

    /// The accounts that a mention may mean.
    fn candidates(&self, mention: &Mention<'_>) -> Vec<usize> {
        let named = match (&mention.home, &mention.name) {
            (Some(home), _) => self.by_home.get(&*key(home)),
            (None, Some(name)) => self.by_name.get(&**name),
            (None, None) => None,
        };
        let fits = |at: &usize| {
            let key = &self.all[*at].key;
            let open = |kind| kind == IdentityKind::Unknown;
            let kind = mention.kind.is_none_or(|kind| kind == key.kind || open(kind));
            (kind || open(key.kind)) && is_in(key.cloud.as_ref(), mention.cloud.as_ref())
        };
        named.into_iter().flatten().copied().filter(fits).collect()
    }

    fn add(&mut self, mention: &Mention<'_>) {
        let known = self.candidates(mention);
        match known.as_slice() {
            [] => self.add_new(mention),
            [one] => self.join(*one, mention),
            // It may be either: it says nothing new of any.
            _ => {}
        }
    }

    fn add_new(&mut self, mention: &Mention<'_>) {
        let written = mention.written.or(mention.home);
        let id = match (&mention.home, &mention.name) {
            (Some(home), _) => Id::Home(key(home).into_owned()),
            (None, Some(name)) => Id::Name(name.clone().into_owned()),
            (None, None) => return,
        };
        let kind = match mention.home {
            Some(_) => IdentityKind::User,
            None => mention.kind.unwrap_or(IdentityKind::Unknown),
        };
        self.all.push(KnownAccount {
            key: AccountKey { kind, id, cloud: mention.cloud.clone() },
            id: written.unwrap_or_default().to_owned(),
            home_account_id: mention.home.map(str::to_owned),
            tenants: Vec::new(),
        });
        let at = self.all.len() - 1;
        if let Some(home) = &mention.home {
            self.by_home.entry(key(home).into_owned()).or_default().push(at);
        }
        self.join(at, mention);
    }

    /// Takes over under which names it goes, and in which tenants it was seen.
    fn join(&mut self, at: usize, mention: &Mention<'_>) {
        let written = mention.written.map(key);
        for name in mention.name.iter().chain(&written) {
            match self.by_name.get_mut(&**name) {
                Some(places) if places.contains(&at) => {}
                Some(places) => places.push(at),
                None => {
                    self.by_name.insert(name.clone().into_owned(), vec![at]);
                }
            }
        }
        let account = &mut self.all[at];
        // Who named no cloud is in the first that somebody names. What names another is not his:
        // an account of two clouds would lend the secrets of one to the contexts of the other.
        if account.key.cloud.is_none() {
            account.key.cloud.clone_from(&mention.cloud);
        }
        if account.home_account_id.as_ref() == Some(&account.id)
            && let Some(written) = mention.written
        {
            written.clone_into(&mut account.id);
        }
        for tenant in mention.tenants {
            if self.seen.insert((at, key(tenant).into_owned())) {
                account.tenants.push(tenant.clone());
            }
        }
    }
}

/// Whether both may be in one cloud: one of them does not say, or they sign in at one host.
fn is_in(one: Option<&CloudKey>, other: Option<&CloudKey>) -> bool {
    one.is_none() || other.is_none() || one == other
}

#[cfg(test)]
mod tests;
