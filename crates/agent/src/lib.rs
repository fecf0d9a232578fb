//! The agent: who holds the key.
//!
//! One process a vault and user. It holds the vault's keys in memory and never gives one away, and has
//! what is behind [`Answers`] answer its callers with them. It also holds the state of sessions, each sealed under a key that only its shell has. Nothing of
//! it is ever in a file, and without it everything works too, at the price of a passphrase each time.
//!
//! Keys come to it from the process that started it, through a connection without a name ([`hand`]), and
//! in no other way: an agent that serves already hands its sessions over to the new one, and ends.
//!
//! The server is one thread around `poll`: nothing is shared, and what is wiped is wiped. What can
//! be tested without a socket is pure: the limits in [`hold`] and the messages in [`protocol`].

mod answers;
mod client;
mod clock;
mod frame;
mod grants;
mod handing;
mod login;
mod patience;
mod server;
mod session_store;
mod sessions;
mod terminals;

pub mod hold;
pub mod holder;
pub mod presence;
pub mod protocol;

pub use answers::{Answers, Asked, NoAnswer, Reply, Settled};
pub use client::{CallError, Client, Status, StoredSession, Unlocked};
pub use clock::now;
pub use grants::{CallerGrants, GivenGrant, HandleHash, KeepsUnlocked, NewGrant};
pub use handing::{KeysToHold, hand};
pub use login::{Watcher, watch};
pub use protocol::{Leader, MAX_ASK, MAX_FRAME};
pub use server::{Post, ServeError, serve};
pub use session_store::{CallerSessions, SessionStore};
pub use terminals::CallerTerminal;
