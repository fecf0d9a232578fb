//! Who a caller is, by the kernel's word: the keys stand in an environment, which another user of
//! the machine may have been shown.

mod sock_diag;
mod tables;

use std::net::SocketAddrV4;

use rustix::process::geteuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
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
pub(crate) fn look_up(peer: SocketAddrV4, own: SocketAddrV4) -> Peer {
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

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, SocketAddrV4, TcpListener, TcpStream};

    use super::{Said, geteuid, sock_diag, tables};

    fn v4(address: SocketAddr) -> SocketAddrV4 {
        match address {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(_) => unreachable!("the listener is of version 4"),
        }
    }

    #[test]
    fn both_ways_say_the_same_of_sockets_of_either_version() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = v4(listener.local_addr().unwrap());
        let mapped = SocketAddr::new(own.ip().to_ipv6_mapped().into(), own.port());
        for address in [SocketAddr::V4(own), mapped] {
            let caller = TcpStream::connect(address).unwrap();
            let (stream, peer) = listener.accept().unwrap();
            let peer = v4(peer);
            let uid = Said::Uid(geteuid().as_raw());
            assert_eq!(tables::owner(peer, own), uid, "{address}");
            let said = sock_diag::owner(peer, own);
            assert!([uid, Said::Nothing].contains(&said), "{address}: {said:?}");
            drop(caller);
            drop(stream);
            let nobody = SocketAddrV4::new(*own.ip(), 1);
            assert_eq!(tables::owner(nobody, own), Said::Absent);
            assert!([Said::Absent, Said::Nothing].contains(&sock_diag::owner(nobody, own)));
            // One that listens is not one that is connected.
            assert!([Said::Absent, Said::Nothing].contains(&sock_diag::owner(own, nobody)));
        }
    }
}
