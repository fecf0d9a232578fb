//! Who acts, settled once for a whole command.

use std::sync::Arc;

use azvault_model::rules::active;
use azvault_model::rules::sign_in::{SignIn, SignIns};
use azvault_model::{
    AccountKey, Accounts, Acting, Clouds, Context, ContextName, Scope, SecretDescription, Text,
};

use super::{Contexts, Everyone, Seen, sort};
use crate::failure::Failure;
use crate::secrets::SecretRef;

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
        Arc::clone(&self.everyone().accounts)
    }

    /// Likewise, with what belongs to each.
    pub(crate) fn everyone(&self) -> Arc<Everyone> {
        let own = self.own();
        if own.contexts.is_empty() && own.secrets.is_empty() {
            return self.vault.everyone();
        }
        let clouds = Clouds::of(&*self.vault.environments);
        let known = &*self.vault.accounts;
        Arc::new(Everyone::of(Accounts::of(clouds, self.everywhere(), known, self.descriptions())))
    }

    /// The contexts that are seen and may be this account's. Whether one is, the rule says.
    pub(crate) fn seen_of(&self, everyone: &Everyone, account: &AccountKey) -> Vec<Seen<'_>> {
        let (stored, own) = (&*self.vault.contexts, &self.own().contexts);
        let at = |place: usize| match place.checked_sub(stored.len()) {
            Some(place) => Seen { context: &own[place], scope: Scope::Process },
            None => Seen { context: &stored[place], scope: Scope::User },
        };
        // One of the vault may be hidden here, or covered.
        let is_seen = |seen: &Seen<'_>| {
            self.find(&seen.context.name).is_some_and(|found| found.scope == seen.scope)
        };
        let places = everyone.contexts_of(account, self.everywhere()).into_iter();
        let mut seen: Vec<_> = places.map(at).filter(is_seen).collect();
        sort(&mut seen);
        seen
    }

    /// The secrets that may be this account's, those of the session first. Whether one is, the rule says.
    pub(crate) fn secrets_of(
        &self,
        everyone: &Everyone,
        account: &AccountKey,
    ) -> Vec<SecretRef<'_>> {
        let (stored, own) = (&*self.vault.secrets, &self.own().secrets);
        let places = everyone.secrets_of(account, self.descriptions());
        let (of_vault, of_session) =
            places.split_at(places.partition_point(|at| *at < stored.len()));
        let of_session = of_session.iter().map(|at| &own[*at - stored.len()]);
        let of_vault = of_vault.iter().map(|at| &stored[*at]);
        of_session.map(SecretRef::of_session).chain(of_vault.map(SecretRef::of_vault)).collect()
    }

    /// What is known of the sign-in of a context's account.
    pub(crate) fn sign_in(&self, context: &Context, now: i64) -> Option<SignIn> {
        let everyone = self.everyone();
        let accounts = &everyone.accounts;
        let key = &accounts.of_context(context).one()?.key;
        let own = self.secrets_of(&everyone, key);
        SignIns::of(accounts, own.iter().map(|secret| secret.description)).of_context(context, now)
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
