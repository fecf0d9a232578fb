//! Claims about the vault with a figure each. `proof/claims/vault.toml` says which guard is taken
//! out as the control of each of them: the test must fail then.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "the proof reads the figures from there")]

mod model;
mod older_copies;
mod tamper;
