//! All accounts that are known, put together from what contexts, files and secrets say of them.
//!
//! A user name is resolved as Azure CLI does: it means the account that has it, and where several
//! accounts have it, none of them. What names a home account means that account under any name.

mod by_account;

use std::collections::{BTreeSet, HashSet};

use crate::account_key::{Id, Mention};
use crate::caseless::{key, same};
use crate::index::{Digests, Index};
use crate::{
    Account, AccountKey, CloudKey, Clouds, Context, IdentityKind, SecretDescription, Text,
};

pub use self::by_account::ByAccount;

/// The accounts that are known.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    clouds: Clouds,
    all: Vec<KnownAccount>,
    digests: Digests,
    by_name: Index<u32>,
    by_home: Index<u32>,
    /// Which account of many tenants was seen in which, without case: one may be in 100,000.
    seen: HashSet<(usize, String)>,
}

/// One account, and how to name it to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// Who it is.
    pub key: AccountKey,
    /// Its id as it was written first.
    pub id: Text,
    /// Its home account as it was written, where it is known.
    pub home_account_id: Option<Text>,
    /// Tenants it was seen in, as they were written first.
    pub tenants: Vec<Text>,
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
        let contexts = contexts.into_iter().map(Source::Context);
        let accounts = accounts.into_iter().map(Source::Account);
        let secrets = secrets.into_iter().map(Source::Secret);
        let sources: Vec<Source<'a>> = contexts.chain(accounts).chain(secrets).collect();
        // Mentions of 100,000 accounts take up as much as these do: each is made when it is needed.
        let rank = |source: &Source<'_>| source.mention(&clouds).map(|mention| mention.rank());
        let ranks: Vec<Option<u8>> = sources.iter().map(rank).collect();
        let mut known = Self { clouds, ..Self::default() };
        // What says most comes first: the rest is understood by it. The order is otherwise kept.
        for turn in 0..=Mention::LAST_RANK {
            let now = sources.iter().zip(&ranks).filter(|(_, rank)| **rank == Some(turn));
            for (source, _) in now {
                if let Some(mention) = source.mention(&known.clouds) {
                    known.add(&mention);
                }
            }
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

    /// The account of a name or a home account id that someone typed.
    pub fn named(&self, text: &str) -> Found<'_> {
        let digest = self.digests.of(key(text));
        let at = |index: &Index<u32>| index.get(digest).copied().collect::<Vec<_>>();
        let by_home = at(&self.by_home);
        self.found(if by_home.is_empty() { at(&self.by_name) } else { by_home })
    }

    /// Whether a secret may be used as this account: it belongs to it, and to nobody else of the
    /// same name. What does not say its cloud or its kind serves each that fits.
    pub fn may_use(&self, account: &AccountKey, about: &SecretDescription) -> bool {
        let Some(mention) = Mention::of_secret(about, &self.clouds) else { return false };
        let candidates = self.candidates(&mention);
        let keys = || candidates.iter().map(|at| &self.at(*at).key);
        let fits = |key: &&AccountKey| is_in(key.cloud.as_ref(), account.cloud.as_ref());
        let people: BTreeSet<&Id> = keys().filter(fits).map(|key| &key.id).collect();
        people.len() == 1 && keys().any(|key| key == account)
    }

    /// Whether a secret belongs to this account and could be no other's.
    pub fn owns(&self, account: &AccountKey, about: &SecretDescription) -> bool {
        matches!(self.of_secret(about), Found::One(found) if found.key == *account)
    }

    /// Whether a context is this account's.
    pub fn acts_in(&self, account: &AccountKey, context: &Context) -> bool {
        matches!(self.of_context(context), Found::One(found) if found.key == *account)
    }

    fn at(&self, at: u32) -> &KnownAccount {
        &self.all[at as usize]
    }

    fn found(&self, candidates: Vec<u32>) -> Found<'_> {
        match candidates.as_slice() {
            [] => Found::Nobody,
            [one] => Found::One(self.at(*one)),
            several => Found::Several(several.iter().map(|at| self.at(*at)).collect()),
        }
    }

    /// The accounts that a mention may mean.
    fn candidates(&self, mention: &Mention<'_>) -> Vec<u32> {
        let named = match (&mention.home, &mention.name) {
            (Some(home), _) => Some(self.by_home.get(self.digests.of(key(home)))),
            (None, Some(name)) => Some(self.by_name.get(self.digests.of(name))),
            (None, None) => None,
        };
        let fits = |at: &u32| {
            let key = &self.at(*at).key;
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
        let written = mention.written.cloned().or_else(|| mention.home.map(Into::into));
        let id = match (&mention.home, &mention.name) {
            (Some(home), _) => Id::Home(key(home).as_ref().into()),
            (None, Some(name)) => Id::Name(match mention.written {
                // As a rule it is its own key: one memory for both.
                Some(written) if written == name => written.clone(),
                _ => name.as_ref().into(),
            }),
            (None, None) => return,
        };
        let kind = match mention.home {
            Some(_) => IdentityKind::User,
            None => mention.kind.unwrap_or(IdentityKind::Unknown),
        };
        self.all.push(KnownAccount {
            key: AccountKey { kind, id, cloud: mention.cloud.clone() },
            id: written.unwrap_or_default(),
            home_account_id: mention.home.map(Into::into),
            tenants: Vec::new(),
        });
        let at = u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX);
        if let Some(home) = &mention.home {
            self.by_home.insert(self.digests.of(key(home)), at);
        }
        self.join(at, mention);
    }

    /// Takes over under which names it goes, and in which tenants it was seen.
    fn join(&mut self, at: u32, mention: &Mention<'_>) {
        let written = mention.written.map(|written| key(written));
        for name in mention.name.iter().chain(&written) {
            let digest = self.digests.of(name);
            if !self.by_name.get(digest).any(|known| *known == at) {
                self.by_name.insert(digest, at);
            }
        }
        let at = at as usize;
        let account = &mut self.all[at];
        // Who named no cloud is in the first that someone names. What names another is not his:
        // an account of two clouds would lend the secrets of one to the contexts of the other.
        if account.key.cloud.is_none() {
            account.key.cloud.clone_from(&mention.cloud);
        }
        if account.home_account_id.as_ref() == Some(&account.id)
            && let Some(written) = mention.written
        {
            account.id = written.clone();
        }
        for tenant in mention.tenants {
            let is_new = if account.tenants.len() < MAX_TENANTS_COMPARED {
                !account.tenants.iter().any(|known| same(known, tenant))
            } else {
                if account.tenants.len() == MAX_TENANTS_COMPARED {
                    let all = account.tenants.iter();
                    self.seen.extend(all.map(|known| (at, key(known).into_owned())));
                }
                self.seen.insert((at, key(tenant).into_owned()))
            };
            if is_new {
                // One, as a rule: a list that grows by itself has room for four.
                account.tenants.reserve_exact(usize::from(account.tenants.is_empty()));
                account.tenants.push(tenant.clone());
            }
        }
    }
}

/// Tenants of one account that are compared one by one; of more, an index is kept.
const MAX_TENANTS_COMPARED: usize = 8;

/// What names an account.
enum Source<'a> {
    Context(&'a Context),
    Account(&'a Account),
    Secret(&'a SecretDescription),
}

impl<'a> Source<'a> {
    fn mention(&self, clouds: &Clouds) -> Option<Mention<'a>> {
        match self {
            Self::Context(context) => Mention::of_context(context, clouds),
            Self::Account(account) => Mention::of_account(account, clouds),
            Self::Secret(about) => Mention::of_secret(about, clouds),
        }
    }
}

/// Whether both may be in one cloud: one of them does not say, or they sign in at one host.
fn is_in(one: Option<&CloudKey>, other: Option<&CloudKey>) -> bool {
    one.is_none() || other.is_none() || one == other
}

#[cfg(test)]
mod tests;
