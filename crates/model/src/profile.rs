//! A profile: what one file, or one vault, holds.

use serde::{Deserialize, Serialize};

use crate::{Account, Context, ContextName, Environment, HeldSecret, Kept};

/// Where changes to contexts are kept by default (Azure PowerShell's `Mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutosaveMode {
    /// Saved for the user: autosave is on.
    CurrentUser,
    /// For the process alone: autosave is off.
    Process,
}

impl AutosaveMode {
    /// Azure PowerShell's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CurrentUser => "CurrentUser",
            Self::Process => "Process",
        }
    }
}

/// Contexts, the default among them, accounts, environments and secrets.
#[derive(Default)]
pub struct Profile {
    /// In file order.
    pub contexts: Vec<Context>,
    /// The default context, spelt as the context is; it names one of `contexts`.
    pub default: Option<ContextName>,
    /// Its place in `contexts`, where several of them have its name.
    pub default_at: Option<usize>,
    /// Accounts that token caches know, and those of contexts.
    pub accounts: Vec<Account>,
    /// Clouds that are not built in.
    pub environments: Vec<Environment>,
    /// Each value once per owner.
    pub secrets: Vec<HeldSecret>,
    /// `None` where the file does not say.
    pub autosave: Option<AutosaveMode>,
    /// What the file says beyond that, outside its contexts.
    pub kept: Kept,
}
