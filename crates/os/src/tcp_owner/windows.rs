//! The table of connections, and the users of the processes in it.

use std::io;
use std::net::{IpAddr, SocketAddr};

use windows_sys::Win32::NetworkManagement::IpHelper::{
    MIB_TCP_STATE_CLOSE_WAIT, MIB_TCP_STATE_ESTAB, MIB_TCP_STATE_FIN_WAIT1, MIB_TCP_STATE_FIN_WAIT2,
};
use windows_sys::Win32::Networking::WinSock::WSAEAFNOSUPPORT;
use windows_sys::Win32::System::Threading::PROCESS_QUERY_INFORMATION;

use super::{Holder, Peer};
use crate::process::{descends, facts};
use crate::win32::{processes, tcp, users};

/// States of a caller that is there, one that has said all it will say included.
const CONNECTED: [i32; 4] = [
    MIB_TCP_STATE_ESTAB,
    MIB_TCP_STATE_FIN_WAIT1,
    MIB_TCP_STATE_FIN_WAIT2,
    MIB_TCP_STATE_CLOSE_WAIT,
];

pub(super) fn look_up(peer: SocketAddr, own: SocketAddr) -> Peer {
    let Ok(process) = process(peer, own) else { return Peer::Unknown };
    let Some(process) = process else { return Peer::Other };
    let user = processes::open(process, PROCESS_QUERY_INFORMATION)
        .and_then(|process| users::of_process_handle(&process));
    match user {
        Ok(user) if &user == users::own() => Peer::SameUser,
        // Another user's process says no more than that it is not for this one.
        _ => Peer::Other,
    }
}

/// The process that holds the socket at `peer`, if it is `root` or descends from it.
pub(super) fn holder(peer: SocketAddr, own: SocketAddr, root: u32) -> Option<Holder> {
    let process = process(peer, own).ok()??;
    let started = facts(process)?.started;
    descends(process, root).then_some(Holder { process, started })
}

/// Whose the connected socket is that is there, if there is one.
fn process(peer: SocketAddr, own: SocketAddr) -> io::Result<Option<u32>> {
    let (peer, own) = (plain(peer), plain(own));
    let is_it = |row: &&tcp::Row| {
        let is_connected = i32::try_from(row.state).is_ok_and(|state| CONNECTED.contains(&state));
        row.local == peer && row.remote == own && is_connected
    };
    Ok(tcp::table(peer)?.iter().find(is_it).map(|row| row.process))
}

/// An address of version 4 that is written as one of version 6 is in the table of version 4.
fn plain(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V6(ip) => {
            let ip = ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4);
            SocketAddr::new(ip, address.port())
        }
        IpAddr::V4(_) => address,
    }
}

pub(super) fn is_version_unknown(error: &io::Error) -> bool {
    error.raw_os_error() == Some(WSAEAFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use super::{Peer, holder, look_up};

    #[test]
    fn a_caller_is_known_by_the_process_that_owns_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let caller = TcpStream::connect(own).unwrap();
        let (_stream, peer) = listener.accept().unwrap();
        assert_eq!(look_up(peer, own), Peer::SameUser);
        assert_eq!(look_up(SocketAddr::new(own.ip(), 1), own), Peer::Other);
        // One that listens is not one that is connected.
        assert_eq!(look_up(own, peer), Peer::SameUser, "the other end is this process's as well");
        let own_process = std::process::id();
        assert_eq!(holder(peer, own, own_process).map(|one| one.process), Some(own_process));
        assert_eq!(holder(peer, own, u32::MAX), None);
        drop(caller);
    }
}
