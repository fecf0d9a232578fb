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

mod sock_diag;
mod tables;

use std::io;
use std::net::SocketAddr;

use rustix::io::Errno;
use rustix::process::geteuid;

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

/// What one way of asking the kernel says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Uid(u32),
    /// There is no such socket.
    Absent,
    /// It cannot be asked this way.
    Nothing,
}

/// Whose the socket at `peer` is that is connected to `own`.
pub fn look_up(peer: SocketAddr, own: SocketAddr) -> Peer {
    // The tables are the slow way: all sockets of the machine are printed for one of them.
    let said = match sock_diag::owner(peer, own) {
        Said::Nothing => tables::owner(peer, own),
        said => said,
    };
    match said {
        Said::Uid(uid) if uid == geteuid().as_raw() => Peer::SameUser,
        Said::Uid(_) | Said::Absent => Peer::Other,
        Said::Nothing => Peer::Unknown,
    }
}

/// Whether an error says that this machine does not speak that version of IP.
pub fn is_version_unknown(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::AFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use super::{Said, geteuid, sock_diag, tables};

    /// Asks both ways about sockets that connect to `to`, which a listener at `at` takes.
    fn both_ways_agree(at: &str, to: impl Fn(SocketAddr) -> SocketAddr) {
        let listener = TcpListener::bind(at).unwrap();
        let own = listener.local_addr().unwrap();
        let caller = TcpStream::connect(to(own)).unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let uid = Said::Uid(geteuid().as_raw());
        assert_eq!(tables::owner(peer, own), uid, "{peer}");
        let said = sock_diag::owner(peer, own);
        assert!([uid, Said::Nothing].contains(&said), "{peer}: {said:?}");
        drop(caller);
        drop(stream);
        let nobody = SocketAddr::new(own.ip(), 1);
        assert_eq!(tables::owner(nobody, own), Said::Absent);
        assert!([Said::Absent, Said::Nothing].contains(&sock_diag::owner(nobody, own)));
        // One that listens is not one that is connected.
        assert!([Said::Absent, Said::Nothing].contains(&sock_diag::owner(own, nobody)));
    }

    #[test]
    fn both_ways_say_the_same_of_sockets_of_either_version() {
        both_ways_agree("127.0.0.1:0", |own| own);
        both_ways_agree("127.0.0.1:0", |own| match own {
            SocketAddr::V4(own) => SocketAddr::new(own.ip().to_ipv6_mapped().into(), own.port()),
            SocketAddr::V6(_) => unreachable!("the listener is of version 4"),
        });
        if TcpListener::bind("[::1]:0").is_ok() {
            both_ways_agree("[::1]:0", |own| own);
        }
    }
}
