//! Connections on this machine: who is at the other end, and waiting for any of several things.

mod announcement;
mod peer;
mod socket;
mod transfer;
mod wait;

pub use self::announcement::{ANNOUNCED_IN, Announcement, Reached, announced, reach};
pub use self::peer::Peer;
pub use self::socket::{Caller, Listener, Stream, answers};
pub use self::transfer::{Step, receive, receive_into_spare, send};
pub use self::wait::{Bell, Interest, Ready, Source, Wait, listen_on_loopback};
