//! The process at the other end of a connection, for good: another one that has its number later is not
//! taken for it.

use nix::errno::Errno;
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerPidfd;

use super::caller::Caller;
use super::socket::Stream;
use crate::process::{ProcessHandle, facts};

/// A process of this user at the other end of a connection.
pub struct Peer {
    pid: u32,
    known: Known,
}

enum Known {
    /// By the kernel's handle of the process that connected, from Linux 6.5 on.
    Handle(ProcessHandle),
    /// By its start, as the kernel said it when the connection was taken.
    Start(u64),
    /// It is in another container, and has no number here.
    Unnumbered,
}

impl Peer {
    /// Who connected; `None` for another user's process, and for one that has ended already.
    pub fn of(stream: &Stream) -> Option<Self> {
        let Caller::SameUser { pid } = stream.caller() else { return None };
        if pid == 0 {
            return Some(Self { pid, known: Known::Unnumbered });
        }
        let known = match getsockopt(stream, PeerPidfd) {
            Ok(descriptor) => Known::Handle(ProcessHandle::of(pid, descriptor)),
            Err(Errno::ENOPROTOOPT) => Known::Start(facts(pid)?.started),
            Err(_) => return None,
        };
        let peer = Self { pid, known };
        peer.is_there().then_some(peer)
    }

    /// Its number, 0 where it is in another container. Whether it is its number still says
    /// [`Peer::is_there`].
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it still runs. What was asked about its number in between, with a yes before and after, was
    /// about this process.
    pub fn is_there(&self) -> bool {
        match &self.known {
            Known::Handle(process) => !process.has_ended(),
            Known::Start(started) => facts(self.pid).is_some_and(|now| now.started == *started),
            Known::Unnumbered => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, Peer};
    use crate::pipe::Stream;
    use crate::process::facts;

    #[test]
    fn a_peer_is_the_process_that_connected_and_no_other_with_its_number() {
        let (one, _other) = Stream::pair().unwrap();
        let peer = Peer::of(&one).unwrap();
        assert_eq!(peer.pid(), std::process::id());
        assert!(peer.is_there());
        let started = facts(std::process::id()).unwrap().started;
        for (known, is_there) in [
            (Known::Start(started), true),
            (Known::Start(started + 1), false),
            (Known::Unnumbered, true),
        ] {
            assert_eq!(Peer { pid: std::process::id(), known }.is_there(), is_there);
        }
        assert!(!Peer { pid: u32::MAX, known: Known::Start(started) }.is_there());
    }
}
