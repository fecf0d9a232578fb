//! What processes leave behind: killed, refused by the system, without power or room, and looked
//! into. Each test prints its figure; `proof/run` collects them and takes each guard out.
//!
//! A plain `cargo test` goes through samples. `AZVAULT_PROOF=full` goes through everything.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test says what it measured")]

mod claims;
mod crash;
mod disk;
mod errors;
mod full_disk;
mod injection;
mod markers;
mod one_shot;
mod power;
mod scenario;
mod state;
mod surfaces;
mod verbs;
