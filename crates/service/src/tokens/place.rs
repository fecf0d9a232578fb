//! Where a secret is.

use azvault_model::SecretDescription;
use azvault_vault::Id;

/// Where a secret is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Vault(Id),
    Session(i64),
}

/// A secret that fits.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) about: SecretDescription,
}
