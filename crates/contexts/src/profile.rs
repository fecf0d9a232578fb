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

impl Profile {
    /// Size in bytes of the largest single item, roughly as it would be stored.
    pub fn largest_item(&self) -> usize {
        let map = |map: &std::collections::BTreeMap<String, String>| -> usize {
            map.iter().map(|(name, value)| name.len() + value.len()).sum()
        };
        let context = |context: &Context| {
            let account = context.account.as_ref();
            let ids = [
                account.map_or(0, |account| account.id.len() + map(&account.properties)),
                context.tenant.as_ref().map_or(0, |tenant| tenant.id.len()),
                context.subscription.as_ref().map_or(0, |subscription| subscription.id.len()),
            ];
            ids.iter().sum::<usize>()
                + context.name.as_str().len()
                + map(&context.extended_properties)
                + context.kept.as_json().len()
        };
        let account = |account: &Account| {
            account.id.len()
                + account.tenants.iter().map(String::len).sum::<usize>()
                + map(&account.properties)
        };
        let secret = |held: &HeldSecret| {
            let about = &held.description;
            let texts = [&about.account, &about.tenant, &about.client_id, &about.target];
            held.value.len()
                + texts.iter().filter_map(|t| t.as_ref()).map(String::len).sum::<usize>()
        };
        let environment = |e: &Environment| e.name.len() + map(&e.settings);
        self.contexts
            .iter()
            .map(context)
            .chain(self.accounts.iter().map(account))
            .chain(self.secrets.iter().map(secret))
            .chain(self.environments.iter().map(environment))
            .chain([self.kept.as_json().len()])
            .max()
            .unwrap_or(0)
    }
}
