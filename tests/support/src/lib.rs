//! What tests and benchmarks share: the binary in a home of its own, vaults, endpoints, programs that a
//! bare machine need not have, and what is looked for in files, traces and memory.

// Tests that have a home, processes and modes are of Unix. Elsewhere the unit tests of the crates run alone.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test says what it measured")]
#![allow(missing_docs, reason = "the names say it")]
#![allow(clippy::new_without_default, reason = "a world is made, and takes time")]

#[cfg(feature = "agent")]
mod agent_home;
pub mod azure_cli;
mod binary;
mod dice;
#[cfg(feature = "endpoint")]
pub mod endpoint;
mod files;
pub mod help;
mod home;
pub mod memory;
#[cfg(feature = "planted")]
pub mod planted;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod principals;
mod process;
mod ran;
mod saved;
mod session;
mod skip;
pub mod trace;
mod tree;
pub mod unlocked_home;
#[cfg(feature = "vault")]
pub mod vault;

#[cfg(feature = "agent")]
pub use agent_home::{AgentHome, FABRIKAM, MEGAN, PRINCIPAL, frame, keys, keys_of, read_reply};
pub use binary::{azvault, target_folder};
pub use dice::Dice;
pub use files::{Fact, all_bytes, contains, copy_folder, files, files_below, make_folder};
pub use home::{CHEAP, Home, PASSPHRASE};
pub use process::{NOBODY, eventually, is_root, is_running, signal};
pub use ran::{Ran, ran};
pub use saved::Saved;
pub use session::Session;
pub use skip::{find, has, is_ci, not_run};
pub use tree::{fixture, peer, root};
