//! Who asks: the other end of a connection.

use std::net::SocketAddrV4;

use azvault_os::tcp_owner::{Holder, Peer, holder, look_up};

/// A caller, as long as its connection is open.
pub struct Caller {
    pub(crate) peer: SocketAddrV4,
    pub(crate) own: SocketAddrV4,
    pub(crate) network: Network,
}

/// Who else is in the network of an endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// Every user of this machine.
    Shared,
    /// The command of the endpoint alone. The kernel, asked here, does not know the sockets there.
    Private,
}

impl Caller {
    /// Whose it is.
    pub(crate) fn user(&self) -> Peer {
        match self.network {
            Network::Shared => look_up(self.peer.into(), self.own.into()),
            Network::Private => Peer::SameUser,
        }
    }

    /// Its process, if that is `root` or descends from it.
    pub fn process(&self, root: u32) -> Option<Holder> {
        let is_known = self.network == Network::Shared;
        is_known.then(|| holder(self.peer.into(), self.own.into(), root))?
    }
}
