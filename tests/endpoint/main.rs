//! The loopback endpoint: whom it refuses, how it bears a crowd, and clients as they are.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what was measured, and what was not run, is said")]

mod clients;
mod connections;
mod crowd;
mod documented;
mod msi;
mod refusals;
mod replies;
