//! The rules, one a file.
//!
//! A rule is a pure function: it takes what is, and what was asked, and returns a decision. It
//! reads nothing, asks nobody and prints nothing. Its truth table is its test. Where azvault
//! departs from Azure PowerShell, `docs/rules.md` says so and why.

pub mod active;
pub mod autosave;
pub mod az_subscription;
pub mod blast_radius;
pub mod clear;
pub mod connect;
pub mod credential;
pub mod default_name;
pub mod disconnect;
pub mod family;
pub mod frecency;
pub mod harden;
pub mod identity_name;
pub mod import;
pub mod kept_names;
pub mod mark;
pub mod merge;
pub mod remove;
pub mod rename;
pub mod scope;
pub mod secrets;
pub mod select;
pub mod set;
pub mod short_name;
pub mod sign_in;
pub mod signed_out;
#[cfg(test)]
pub(crate) mod testing;
pub mod token_cache;
