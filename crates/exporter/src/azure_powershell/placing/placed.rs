//! What stands in one place.

use azvault_model::SecretDescription;

/// Secrets that stand in one context.
#[derive(Default)]
pub(in crate::azure_powershell) struct Placed<'p> {
    /// Properties of the account.
    pub(in crate::azure_powershell) account: Vec<(&'static str, &'p str)>,
    /// `StorageAccount` of the subscription.
    pub(in crate::azure_powershell) storage: Option<&'p str>,
}

/// A secret for the token cache.
pub(in crate::azure_powershell) struct Cached<'p> {
    pub(in crate::azure_powershell) about: &'p SecretDescription,
    pub(in crate::azure_powershell) value: &'p str,
    pub(in crate::azure_powershell) home: Home,
}

/// Under whom the token cache keeps a token.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::azure_powershell) enum Home {
    /// This home account.
    Account(String),
    /// Nobody: an application got it for itself.
    Application,
}
