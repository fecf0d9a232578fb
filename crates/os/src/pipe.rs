//! Connections on this machine: who is at the other end, and waiting for any of several things.

#[cfg(unix)]
mod announcement;
mod caller;
mod interest;
#[cfg(unix)]
mod peer;
#[cfg(unix)]
mod socket;
mod step;
#[cfg(unix)]
mod transfer;
#[cfg(unix)]
mod wait;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use self::announcement::{ANNOUNCED_IN, Announcement, Reached, announced, reach};
pub use self::caller::Caller;
pub use self::interest::Interest;
#[cfg(unix)]
pub use self::peer::Peer;
#[cfg(unix)]
pub use self::socket::{Listener, Stream, answers};
pub use self::step::Step;
#[cfg(unix)]
pub use self::transfer::{receive, receive_into_spare, send};
#[cfg(unix)]
pub use self::wait::{Bell, Ready, Source, Wait, listen_on_loopback};
#[cfg(windows)]
pub use self::windows::*;

/// Whether processes of azvault can speak to each other.
pub const IS_THERE: bool = cfg!(unix);
