//! Whose process is at the other end of a loopback connection, by the kernel's word.
//!
//! Every user of a machine reaches every port of 127.0.0.1 and ::1. What a caller shows, a key or a
//! state, may have been read by another user; who owns the caller's socket cannot be forged.
//!
//! ```no_run
//! # fn accepted() -> std::io::Result<()> {
//! let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let (stream, peer) = listener.accept()?;
//! match azvault_os::tcp_owner::look_up(peer, stream.local_addr()?) {
//!     azvault_os::tcp_owner::Peer::SameUser => { /* it may be heard */ }
//!     azvault_os::tcp_owner::Peer::Other | azvault_os::tcp_owner::Peer::Unknown => drop(stream),
//! }
//! # Ok(())
//! # }
//! ```

#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod sock_diag;
#[cfg_attr(unix, path = "tcp_owner/linux.rs")]
#[cfg_attr(windows, path = "tcp_owner/windows.rs")]
mod system;
#[cfg(unix)]
mod tables;

use std::io;
use std::net::SocketAddr;

/// Who a caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A process of this user.
    SameUser,
    /// Somebody else's, or gone already.
    Other,
    /// The system does not say.
    Unknown,
}

/// Whose the socket at `peer` is that is connected to `own`.
pub fn look_up(peer: SocketAddr, own: SocketAddr) -> Peer {
    system::look_up(peer, own)
}

/// A process, for good: its number alone may come to mean another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Its number.
    pub process: u32,
    /// When it was started, as [`facts`](crate::process::facts) says it.
    pub started: u64,
}

/// The process that holds the socket at `peer` connected to `own`, if that is `root` or descends from it. Of
/// several that hold it, as after a fork, the one that was started first.
pub fn holder(peer: SocketAddr, own: SocketAddr, root: u32) -> Option<Holder> {
    system::holder(peer, own, root)
}

/// Whether an error says that this machine does not speak that version of IP.
pub fn is_version_unknown(error: &io::Error) -> bool {
    system::is_version_unknown(error)
}
