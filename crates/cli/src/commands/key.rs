//! `azvault key`

pub(crate) mod add;
pub(crate) mod list;
pub(crate) mod passphrase;
pub(crate) mod remove;
pub(crate) mod rotate;
