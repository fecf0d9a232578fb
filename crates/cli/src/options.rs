//! Options that several verbs have in common.

pub(crate) mod change;
pub(crate) mod kdf;
pub(crate) mod new_passphrase;
pub(crate) mod reach;
