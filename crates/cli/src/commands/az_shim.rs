//! `azvault az-shim`: az, for machines without Azure CLI.

mod account;
pub(crate) mod install;
pub(crate) mod run;
