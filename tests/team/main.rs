//! A team's log on a real PostgreSQL: TLS, SCRAM, an administrator who does what he likes, members and servers
//! that are killed, a standby that takes over.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod at_once;
mod database;
mod enemy;
mod failover;
mod member;
