//! Who acts, settled once for a whole command.

use azvault_contexts::rules::active;
use azvault_contexts::{Accounts, Acting, Clouds, Context, ContextName, SecretDescription};

use super::Contexts;
use crate::failure::Failure;

impl Contexts {
    /// The name that was chosen, where no context has it any more.
    pub(crate) fn missing(&self) -> Option<&ContextName> {
        active::active(&self.wishes()).0.filter(|name| self.find(name).is_none())
    }

    /// Who acts, settled for the whole command; `None` when nobody does. See [`Contexts::active`].
    pub(crate) fn resolved(&self) -> Result<Option<Acting>, Failure> {
        let (name, because) = self.active()?;
        let Some(seen) = name.and_then(|name| self.find(name)) else { return Ok(None) };
        let acting = Acting::new(seen.context, because);
        let Some(id) = acting.account().map(|account| account.id.to_lowercase()) else {
            return Ok(Some(acting));
        };
        let is_its = |other: &str| other.to_lowercase() == id;
        let by_contexts = self.everywhere().filter(|c| c.is_of_the_account_of(seen.context));
        let by_contexts = by_contexts.filter_map(|context| context.tenant.as_ref());
        let by_accounts = self.accounts.iter().filter(|account| is_its(&account.id));
        let by_secrets =
            self.descriptions().filter(|about| about.account.as_deref().is_some_and(is_its));
        let tenants = by_contexts
            .map(|tenant| tenant.id.as_str())
            .chain(by_accounts.flat_map(|account| account.tenants.iter().map(String::as_str)))
            .chain(by_secrets.filter_map(|about| about.tenant.as_deref()));
        Ok(Some(acting.seen_in(tenants)))
    }

    /// All accounts that are known here, by which two of them are told apart.
    pub(crate) fn accounts(&self) -> Accounts {
        let clouds = Clouds::of(&self.environments);
        Accounts::of(clouds, self.everywhere(), &self.accounts, self.descriptions())
    }

    /// Contexts of the vault and of the session, those included that others cover.
    fn everywhere(&self) -> impl Iterator<Item = &Context> {
        self.stored.iter().chain(&self.own().contexts)
    }

    /// What is known of all secrets.
    fn descriptions(&self) -> impl Iterator<Item = &SecretDescription> {
        let own = self.own().secrets.iter().map(|secret| &secret.held.description);
        self.secrets.iter().map(|secret| &secret.description).chain(own)
    }

    /// Ids of all accounts that the vault or the session knows.
    pub(crate) fn account_ids(&self) -> impl Iterator<Item = &str> {
        let of_contexts = self.everywhere().filter_map(|context| context.account.as_ref());
        of_contexts
            .map(|account| account.id.as_str())
            .chain(self.descriptions().filter_map(|about| about.account.as_deref()))
    }
}
