//! What rules work on, and what they decide.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::context_list::SeenContexts;
use crate::{
    AccountKey, Accounts, Acting, Challenge, Context, ContextList, ContextName, Mark,
    SecretDescription, SecretKind,
};

/// Who acts, and all accounts that are known: the same in the vault and in the session.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    /// Who acts.
    pub acting: Option<&'a Acting>,
    /// All accounts.
    pub accounts: &'a Accounts,
}

/// The contexts of one scope, the current one among them (the default of the vault, or what is active
/// in a session), and who acts, which is the same in every scope. Built by [`Known::of_vault`] and
/// [`crate::ProcessScope::known`].
pub struct Known<'a> {
    /// In any order; no two of one name.
    pub contexts: Vec<&'a Context>,
    /// Names one of `contexts`, or nothing. It says what a removal leaves without a current context,
    /// and never who acts.
    pub current: Option<&'a ContextName>,
    /// Who acts; its context may live in another scope.
    pub acting: Option<&'a Acting>,
    /// All accounts that are known, in every scope: whose a context and a secret is.
    pub accounts: Cow<'a, Accounts>,
    /// Number of secrets, those of nobody named included.
    pub secrets: usize,
    /// Finds one of `contexts` by its name without a look at each.
    pub(crate) by_name: SeenContexts<'a>,
}

impl<'a> Known<'a> {
    /// What a vault has: its contexts, its default, and how many secrets.
    pub fn of_vault(
        stored: &'a ContextList,
        default: Option<&'a ContextName>,
        secrets: usize,
        Whose { acting, accounts }: Whose<'a>,
    ) -> Self {
        let (contexts, by_name) = (stored.iter().collect(), SeenContexts::of_vault(stored));
        let accounts = Cow::Borrowed(accounts);
        Self { contexts, current: default, acting, accounts, secrets, by_name }
    }

    /// The context of a name, compared as Azure PowerShell does.
    pub fn find(&self, name: &ContextName) -> Option<&'a Context> {
        self.by_name.find(name).map(|(context, _)| context)
    }

    /// Whether a context has that name, or had it before it got a short one: what scripts call it is
    /// not given to another one unasked.
    pub fn is_taken(&self, name: &ContextName) -> bool {
        self.contexts.iter().any(|own| {
            own.name.same_as(name)
                || own.labels.long_name.as_ref().is_some_and(|long| long.same_as(name))
        })
    }

    /// As [`Known::find`], refusing a name that is not there.
    pub fn expect(&self, name: &ContextName) -> Result<&'a Context, Refusal> {
        self.find(name).ok_or_else(|| Refusal::NoSuchContext { name: name.clone() })
    }

    /// How an identity is marked, under any name.
    pub(crate) fn mark_of(&self, context: &Context) -> Option<Mark> {
        let marked = self.contexts.iter().filter(|own| own.labels.mark.is_some());
        marked.filter(|own| own.is_same_as(context)).find_map(|own| own.labels.mark)
    }

    /// Which of these contexts are marked as production, in the order of their names.
    pub(crate) fn production(&self, names: &[ContextName]) -> Vec<ContextName> {
        let is_it = |own: &&&Context| {
            own.labels.mark == Some(Mark::Production)
                && names.iter().any(|name| name.same_as(&own.name))
        };
        let mut names: Vec<_> =
            self.contexts.iter().filter(is_it).map(|own| own.name.clone()).collect();
        names.sort();
        names
    }

    /// Who acts, refusing where nobody does.
    pub fn expect_acting(&self) -> Result<&'a Acting, Refusal> {
        self.acting.ok_or(Refusal::NoneCurrent)
    }

    /// Whether this name is the current one.
    pub fn is_current(&self, name: &ContextName) -> bool {
        self.current.is_some_and(|current| current.same_as(name))
    }
}

/// What a rule decided, to be carried out in the scope that it was asked for: first contexts are
/// removed, then put, then one becomes current.
#[derive(Default)]
pub struct Change {
    /// Contexts that go, by name.
    pub remove: Vec<ContextName>,
    /// Contexts that come; one of the same name is replaced.
    pub put: Vec<Context>,
    /// Which one is current afterwards; `None` leaves it as it is.
    pub current: Option<Current>,
    /// Whose secrets go.
    pub forget: Forget,
}

/// Which context is current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Current {
    /// The context of this name.
    To(ContextName),
    /// No context, although there is a default.
    Nothing,
}

/// Whose secrets go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forget {
    /// Nobody's.
    #[default]
    Nothing,
    /// Those of these accounts.
    Accounts(Vec<AccountKey>),
    /// All there are.
    Everything,
}

impl Forget {
    /// Whether a secret goes. One that may be the secret of an account that stays does not.
    pub fn takes(&self, accounts: &Accounts, about: &SecretDescription) -> bool {
        match self {
            Self::Nothing => false,
            // Who signs out stays a member: `team leave` ends that.
            Self::Everything => about.kind != SecretKind::TeamMembership,
            Self::Accounts(keys) => accounts.of_secret(about).is_among(keys),
        }
    }

    /// Whether a claims challenge goes, as the secrets of its account do.
    pub fn takes_challenge(&self, accounts: &Accounts, challenge: &Challenge) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Accounts(keys) => accounts.of_account(&challenge.account()).is_among(keys),
        }
    }
}

/// A change, and what has to be asked and said about it.
pub struct Decision {
    /// What to carry out.
    pub change: Change,
    /// What the person has to agree to before.
    pub asks: Option<Question>,
    /// What the person should know.
    pub remarks: Vec<Remark>,
}

impl Decision {
    /// A change that needs no words.
    pub fn plain(change: Change) -> Self {
        Self { change, asks: None, remarks: Vec::new() }
    }
}

/// What a person has to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A context of that name exists and would be lost.
    Replace {
        /// The existing one.
        existing: ContextName,
    },
    /// The current or the acting context goes.
    RemoveCurrent {
        /// The context that would be removed.
        name: ContextName,
    },
    /// Contexts go that are marked as production.
    RemoveProduction {
        /// Those that are.
        names: Vec<ContextName>,
    },
    /// Contexts go that were not typed by their names.
    RemoveMeant {
        /// What was typed.
        typed: ContextName,
    },
    /// An account gets a context in a tenant in which it was never seen, and which nobody named.
    UnseenTenant {
        /// Id of the account.
        account: String,
        /// Id of the tenant.
        tenant: String,
        /// A context of that name that would be lost besides.
        replaced: Option<ContextName>,
    },
    /// Everything goes.
    Clear {
        /// Number of contexts.
        contexts: usize,
        /// Number of secrets.
        secrets: usize,
        /// Those that are marked as production.
        production: Vec<ContextName>,
    },
    /// Contexts and secrets of accounts go.
    Disconnect {
        /// Ids of the accounts.
        accounts: Vec<String>,
        /// Number of contexts.
        contexts: usize,
        /// Those that are marked as production.
        production: Vec<ContextName>,
    },
}

/// What a person should know of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remark {
    /// No context is current any more.
    NoneCurrent,
    /// The last context of this user went, and the user's tokens with it.
    AccountGone {
        /// Id of the account.
        account: String,
    },
    /// The subscription is in another state than `Enabled`.
    SubscriptionState {
        /// As written.
        state: String,
    },
    /// The identity is stored under another name too, which stays.
    AlsoNamed {
        /// That name.
        name: ContextName,
    },
    /// A context without a subscription.
    NoSubscription,
    /// Nothing shows that the account was ever in that tenant.
    UnseenTenant {
        /// Id of the account.
        account: String,
        /// Id of the tenant.
        tenant: String,
    },
    /// Other subscriptions that got no context: more of them than were asked for.
    Left {
        /// How many.
        subscriptions: usize,
    },
    /// A subscription that got no context, because every name it could have is another's.
    NameTaken {
        /// The name that it would have.
        name: ContextName,
    },
}

/// Why a rule does nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has that name.
    #[error("there is no context of that name")]
    NoSuchContext {
        /// The name.
        name: ContextName,
    },
    /// The rule starts from the acting context and there is none.
    #[error("no context is active")]
    NoneCurrent,
    /// The acting context has no account.
    #[error("the context has no account")]
    NoAccount {
        /// Its name.
        context: ContextName,
    },
    /// A change for the user names a context that is another account's in this session.
    #[error("in this session the name is another account's than in the vault")]
    AnotherAccountHere {
        /// The name.
        name: ContextName,
    },
    /// Several accounts have that name.
    #[error("several accounts have that name")]
    AmbiguousAccount {
        /// What was asked for.
        wanted: String,
        /// Each of them, in words.
        accounts: Vec<String>,
    },
    /// Nobody has that account.
    #[error("there is no account of that id")]
    NoSuchAccount {
        /// The id.
        id: String,
    },
    /// Known contexts name no such tenant, and its id was not given.
    #[error("no tenant of that name is known")]
    NoSuchTenant {
        /// What was asked for.
        wanted: String,
    },
    /// Known contexts name no such subscription, and its id was not given.
    #[error("no known context has that subscription")]
    NoSuchSubscription {
        /// Id or name as given.
        wanted: String,
    },
    /// Several subscriptions have that name.
    #[error("several subscriptions have that name")]
    AmbiguousSubscription {
        /// The name as given.
        wanted: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A name without a letter.
    #[error("a context's name must not be empty")]
    EmptyName,
}
