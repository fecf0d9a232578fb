//! What goes with a change: which contexts, and whose.

use azvault_model::{AccountId, EnvironmentName};
use azvault_model::{Accounts, Change, Context, ContextName, Forget, Scope};
use serde::{Deserialize, Serialize};

use crate::contexts::Contexts;
use crate::text::{quoted, shown};

/// Names and accounts that one line lists; more are counted.
const MAX_LISTED: usize = 10;

/// Contexts that go, and the accounts whose contexts or secrets go.
#[derive(Default, Serialize, Deserialize)]
pub struct Gone {
    pub contexts: Vec<GoneContext>,
    pub accounts: Vec<GoneAccount>,
}

/// A context that goes.
#[derive(Serialize, Deserialize)]
pub struct GoneContext {
    pub name: ContextName,
    /// Its account, in words.
    whose: Option<String>,
}

/// An account of which something goes.
#[derive(Clone, Serialize, Deserialize)]
pub struct GoneAccount {
    pub id: String,
    /// `null` for one of which nothing but secrets is known.
    #[serde(rename = "type")]
    pub account_type: Option<String>,
    pub environment: Option<String>,
    /// How many of its contexts go.
    pub contexts: usize,
}

impl Gone {
    /// What a change takes away. `here` is what it takes of the session, where it is for the user.
    pub(super) fn of(
        contexts: &Contexts,
        scope: Scope,
        change: &Change,
        here: Option<&Change>,
    ) -> Self {
        let own = &contexts.own().contexts;
        let comes = |name: &ContextName| change.put.iter().any(|put| put.name.same_as(name));
        let is_named =
            |by: &Change, name: &ContextName| by.remove.iter().any(|gone| gone.same_as(name));
        let mut lost: Vec<&Context> = match (scope, change.remove.as_slice()) {
            (_, []) => Vec::new(),
            (Scope::Process, _) => contexts.seen().into_iter().map(|seen| seen.context).collect(),
            (Scope::User, _) => contexts.vault.contexts.iter().collect(),
        };
        lost.retain(|context| is_named(change, &context.name));
        if let Some(here) = here {
            let covered = |name: &ContextName| lost.iter().any(|gone| gone.name.same_as(name));
            let more = own.iter().filter(|own| is_named(here, &own.name) && !covered(&own.name));
            lost.extend(more.collect::<Vec<_>>());
        }
        lost.retain(|context| !comes(&context.name));
        if scope == Scope::User {
            // They are stored in the order of ids, which are random.
            lost.sort_by(|one, other| one.name.cmp(&other.name));
        }
        let mut gone = Self::default();
        for context in lost {
            let whose = context.account.as_ref();
            let whose = whose.map(|own| named(&own.id, context.environment.as_deref()));
            gone.contexts.push(GoneContext { name: context.name.clone(), whose });
            // One that stays under another name takes nothing of its account along.
            if change.put.iter().all(|put| put.identity() != context.identity()) {
                gone.count(context);
            }
        }
        gone
    }

    fn count(&mut self, context: &Context) {
        let Some(account) = &context.account else { return };
        let environment = context.environment.as_deref();
        fn key(text: Option<&str>) -> Option<EnvironmentName<'_>> {
            text.map(EnvironmentName)
        }
        let is_it = |known: &&mut GoneAccount| {
            AccountId(&known.id) == AccountId(&account.id)
                && key(known.environment.as_deref()) == key(environment)
        };
        match self.accounts.iter_mut().find(is_it) {
            Some(known) => known.contexts += 1,
            None => self.accounts.push(GoneAccount {
                id: account.id.to_string(),
                account_type: Some(account.account_type.as_str().to_owned()),
                environment: environment.map(str::to_owned),
                contexts: 1,
            }),
        }
    }

    /// With the accounts of which nothing but secrets goes.
    pub(super) fn forgetting(mut self, forget: &Forget, accounts: &Accounts) -> Self {
        let Forget::Accounts(keys) = forget else { return self };
        for account in accounts.all().iter().filter(|account| keys.contains(&account.key)) {
            let is_it = |known: &GoneAccount| AccountId(&known.id) == AccountId(&account.id);
            if !self.accounts.iter().any(is_it) {
                let id = account.id.clone();
                let account = GoneAccount {
                    id: id.to_string(),
                    account_type: None,
                    environment: None,
                    contexts: 0,
                };
                self.accounts.push(account);
            }
        }
        self
    }

    /// The names, quoted, in one line.
    pub fn names(&self) -> String {
        listed(self.contexts.iter().map(|context| quoted(context.name.as_str())))
    }

    /// The names, quoted, each with its account.
    pub fn names_and_accounts(&self) -> String {
        listed(self.contexts.iter().map(|context| {
            let name = quoted(context.name.as_str());
            context.whose.as_ref().map_or_else(|| name.clone(), |own| format!("{name} ({own})"))
        }))
    }

    /// The accounts, in one line.
    pub fn whose(&self) -> String {
        listed(self.accounts.iter().map(|own| named(&own.id, own.environment.as_deref())))
    }
}

/// An account in words: its id, and its cloud where that is not the public one.
pub fn named(id: &str, environment: Option<&str>) -> String {
    match environment.filter(|name| EnvironmentName(name) != EnvironmentName("AzureCloud")) {
        Some(environment) => format!("{} in {}", shown(id), shown(environment)),
        None => shown(id),
    }
}

fn listed(words: impl ExactSizeIterator<Item = String>) -> String {
    let left = words.len().saturating_sub(MAX_LISTED);
    let mut line = words.take(MAX_LISTED).collect::<Vec<_>>().join(", ");
    if left > 0 {
        line.push_str(&format!(" and {left} more"));
    }
    line
}
