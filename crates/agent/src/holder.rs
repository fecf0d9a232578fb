//! Processes that outlive a command and can still hand out what the vault holds: agents, token
//! endpoints, renewal processes. How each makes itself known, and how it is found.
//!
//! Each listens on an abstract socket as long as it lives. The kernel lists these sockets, says whose
//! process listens, and forgets them with the process: nothing depends on a folder, a variable or a
//! file that somebody could remove. Every caller is told how the process is. Nothing is read from
//! a caller, so there is nothing to attack and nobody to wait for; to act on a process, a signal is
//! sent to the descriptor of the process that the kernel named.
//!
//! The name carries a salted digest of the vault's id. Who knows the id finds the vault's processes,
//! also ones that hang; others learn nothing from the list.

mod beacon;
mod look;
mod name;
mod report;

pub use self::beacon::Beacon;
pub use self::look::{Holder, SOCKETS, Whose, end, look};
pub use self::name::Kind;
pub use self::report::{HeldKeys, Report};
