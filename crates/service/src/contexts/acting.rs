//! Who acts, settled once for a whole command.

use std::sync::Arc;

use azvault_model::rules::active;
use azvault_model::{Accounts, Acting, Clouds, Context, ContextName, SecretDescription, Text};

use super::Contexts;
use crate::failure::Failure;

impl Contexts {
    /// The name that was chosen, where no context has it any more.
    pub fn missing(&self) -> Option<&ContextName> {
        active::active(&self.wishes()).0.filter(|name| self.find(name).is_none())
    }

    /// Who acts, settled for the whole command; `None` when nobody does. See [`Contexts::active`].
    pub fn resolved(&self) -> Result<Option<Acting>, Failure> {
        let (name, because) = self.active()?;
        let Some(seen) = name.and_then(|name| self.find(name)) else { return Ok(None) };
        let accounts = self.accounts();
        let account = accounts.of_context(seen.context).one();
        let tenants = account.iter().flat_map(|account| account.tenants.iter().map(Text::as_str));
        Ok(Some(Acting::new(seen.context, because).seen_in(tenants)))
    }

    /// All accounts that are known here, by which two of them are told apart.
    pub fn accounts(&self) -> Arc<Accounts> {
        let own = self.own();
        if own.contexts.is_empty() && own.secrets.is_empty() {
            return self.vault.everyone();
        }
        let clouds = Clouds::of(&*self.vault.environments);
        let known = &*self.vault.accounts;
        Arc::new(Accounts::of(clouds, self.everywhere(), known, self.descriptions()))
    }

    /// Contexts of the vault and of the session, those included that others cover.
    fn everywhere(&self) -> impl Iterator<Item = &Context> {
        self.vault.contexts.iter().chain(&self.own().contexts)
    }

    /// What is known of all secrets.
    pub(crate) fn descriptions(&self) -> impl Iterator<Item = &SecretDescription> {
        let own = self.own().secrets.iter().map(|secret| &secret.held.description);
        self.vault.secrets.iter().map(|secret| &secret.description).chain(own)
    }
}
