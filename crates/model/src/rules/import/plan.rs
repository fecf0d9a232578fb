//! What goes into an import and what comes out: files, what the vault holds, and the plan.

use serde::{Deserialize, Serialize};

use super::sources::Sources;
use crate::{
    Account, AutosaveMode, Context, ContextName, Environment, HeldSecret, Profile, Secret,
    SecretDescription,
};

/// Whose file a profile comes from. Azure PowerShell's names and default go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Azure PowerShell.
    AzurePowerShell,
    /// Azure CLI.
    AzureCli,
}

/// One file's content. Its place in the list of all is its number in the plan.
pub struct Incoming {
    /// Whose file.
    pub origin: Origin,
    /// What it holds.
    pub profile: Profile,
}

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// New.
    Add,
    /// The vault has it and gets what the file says in addition.
    Update,
    /// The vault has it, to the letter.
    Same,
    /// Its name belongs to another context: kept beside it, under a name of its own.
    Conflict,
}

impl Action {
    /// The action as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Same => "same",
            Self::Conflict => "conflict",
        }
    }
}

/// One item of a plan.
#[derive(Serialize, Deserialize)]
pub struct Planned<T> {
    /// The item as it will be stored.
    pub item: T,
    /// What becomes of it.
    pub action: Action,
    /// Its place in the vault's list, where the vault has it.
    pub present: Option<usize>,
    /// Numbers of the files that hold it, the first being where it comes from.
    pub sources: Sources,
}

/// What the user should know about a plan as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remark {
    /// Two files name two defaults.
    DefaultsDiffer {
        /// The one that is taken.
        taken: ContextName,
        /// The one that is not.
        other: ContextName,
        /// Whose the other one is.
        others: Origin,
    },
    /// The vault has a default already, and it stays.
    DefaultStays {
        /// The vault's.
        present: ContextName,
        /// The files'.
        incoming: ContextName,
    },
    /// A context is kept under another name, because its own is taken.
    Renamed {
        /// Its name in the file.
        from: ContextName,
        /// Its name in the vault.
        to: ContextName,
    },
    /// Two files hold one context and say different things of it; the first one's word is taken.
    FilesDiffer {
        /// Which context.
        name: ContextName,
        /// Number of the later file.
        source: usize,
    },
    /// Names that some culture takes for one; all of them are kept.
    NamesAlike(Vec<ContextName>),
}

/// What an import would do.
#[derive(Default)]
pub struct Plan {
    /// In the order of the files.
    pub contexts: Vec<Planned<Context>>,
    /// Accounts, those without a context included.
    pub accounts: Vec<Planned<Account>>,
    /// How many accounts these are: one may stand in several files in other words, and a name that
    /// several accounts have is none of its own.
    pub people: usize,
    /// Clouds that are not built in.
    pub environments: Vec<Planned<Environment>>,
    /// Each value once per owner.
    pub secrets: Vec<Planned<HeldSecret>>,
    /// The default after the import.
    pub default: Option<ContextName>,
    /// The autosave mode the files ask for.
    pub autosave: Option<AutosaveMode>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
    /// Contexts that have another name in the vault than in their file.
    pub names: Vec<Named>,
}

/// A context of a file, and its name in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Number of the file.
    pub source: usize,
    /// Number of the context in the file.
    pub at: usize,
    /// Its name in the file.
    pub written: ContextName,
    /// Its name in the vault.
    pub name: ContextName,
}

impl Named {
    /// Whether these are two names.
    pub(super) fn differs(&self) -> bool {
        self.name != self.written
    }
}

impl Plan {
    /// Whether carrying it out would change nothing, given the vault's default and mode.
    pub fn changes_nothing(&self, present: &Present<'_>) -> bool {
        let same = |action: Action| action == Action::Same;
        self.contexts.iter().all(|p| same(p.action))
            && self.accounts.iter().all(|p| same(p.action))
            && self.environments.iter().all(|p| same(p.action))
            && self.secrets.iter().all(|p| same(p.action))
            && self.default.as_ref() == present.default
            && (self.autosave.is_none() || present.autosave.is_some())
    }
}

/// What the vault holds before the import.
#[derive(Default)]
pub struct Present<'a> {
    /// Contexts, kept members included.
    pub contexts: &'a [Context],
    /// Accounts.
    pub accounts: &'a [Account],
    /// Environments.
    pub environments: &'a [Environment],
    /// Secrets, opened.
    pub secrets: &'a [(SecretDescription, Secret)],
    /// The default context.
    pub default: Option<&'a ContextName>,
    /// The autosave mode.
    pub autosave: Option<AutosaveMode>,
}

/// The context that `--default` names is in no file and not in the vault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the import would leave no context of that name")]
pub struct NoSuchDefault;
