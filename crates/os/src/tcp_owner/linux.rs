//! Both ways of asking the kernel of Linux.

use std::io;
use std::net::SocketAddr;

use rustix::io::Errno;
use rustix::process::geteuid;

use super::{Holder, Peer, descriptors, sock_diag, tables};

/// What one way of asking the kernel says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Owned {
        uid: u32,
        inode: u64,
    },
    /// There is no such socket.
    Absent,
    /// It cannot be asked this way.
    Nothing,
}

/// Whose the socket at `peer` is that is connected to `own`.
pub(super) fn look_up(peer: SocketAddr, own: SocketAddr) -> Peer {
    match said(peer, own) {
        Said::Owned { uid, .. } if uid == geteuid().as_raw() => Peer::SameUser,
        Said::Owned { .. } | Said::Absent => Peer::Other,
        Said::Nothing => Peer::Unknown,
    }
}

/// The process that holds the socket at `peer`, among `root` and what descends from it.
pub(super) fn holder(peer: SocketAddr, own: SocketAddr, root: u32) -> Option<Holder> {
    match said(peer, own) {
        Said::Owned { inode, .. } => descriptors::holder(inode, root),
        Said::Absent | Said::Nothing => None,
    }
}

/// The tables are the slow way: all sockets of the machine are printed for one of them.
fn said(peer: SocketAddr, own: SocketAddr) -> Said {
    match sock_diag::owner(peer, own) {
        Said::Nothing => tables::owner(peer, own),
        said => said,
    }
}

/// Whether an error says that this machine does not speak that version of IP.
pub(super) fn is_version_unknown(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::AFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use rustix::process::geteuid;

    use super::{Said, sock_diag, tables};

    /// Asks both ways about sockets that connect to `to`, which a listener at `at` takes.
    fn both_ways_agree(at: &str, to: impl Fn(SocketAddr) -> SocketAddr) {
        let listener = TcpListener::bind(at).unwrap();
        let own = listener.local_addr().unwrap();
        let caller = TcpStream::connect(to(own)).unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let by_tables = tables::owner(peer, own);
        let uid = geteuid().as_raw();
        assert!(matches!(by_tables, Said::Owned { uid: of, .. } if of == uid), "{by_tables:?}");
        let said = sock_diag::owner(peer, own);
        assert!([by_tables, Said::Nothing].contains(&said), "{peer}: {said:?}");
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
