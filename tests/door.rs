//! The loopback endpoint: whom it refuses, how it bears a crowd, and clients as they are.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what was measured, and what was not run, is said")]

#[path = "door/clients.rs"]
mod clients;
#[path = "door/crowd.rs"]
mod crowd;
#[path = "door/refusals.rs"]
mod refusals;
#[path = "door/replies.rs"]
mod replies;
#[path = "door/world.rs"]
mod world;
