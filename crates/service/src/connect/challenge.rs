//! Which claims challenge a sign-in answers: the latest that was met there.

use azvault_model::{Account, Challenge};

use crate::contexts::Contexts;

/// The latest of that cloud, and of that tenant if one is named. Whose it is, the sign-in says; a
/// challenge of somebody else asks for more than is needed, and for nothing wrong.
pub fn latest<'a>(
    contexts: &'a Contexts,
    environment: &str,
    tenant: Option<&str>,
) -> Option<&'a Challenge> {
    contexts.challenges().filter(|own| own.is_at(environment, tenant)).last()
}

/// Those that a sign-in of that account answered.
pub fn answered(contexts: &Contexts, account: &Account, tenant: Option<&str>) -> Vec<Challenge> {
    let environment = account.environment.as_deref().unwrap_or_default();
    let home = account.home_account_id.as_deref();
    let is_answered =
        |own: &&Challenge| own.is_at(environment, tenant) && own.is_of(&account.id, home);
    contexts.challenges().filter(is_answered).cloned().collect()
}
