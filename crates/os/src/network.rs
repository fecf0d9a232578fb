//! A network that a process and what it starts have to themselves.
//!
//! The process gets namespaces of its own (network_namespaces(7), user_namespaces(7)): the same user in them, a
//! loopback interface that has the addresses it asks for, and nothing else. Who listens there, and a program that
//! leads out of it, are in the network of before: it is handed over to them by descriptors.

mod interface;

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::net::{SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
use rustix::thread::UnshareFlags;

/// Callers that the kernel lets wait for a place.
const BACKLOG: i32 = 4096;

/// What programs read to learn who resolves names (resolv.conf(5)).
pub const RESOLVERS: &str = "/etc/resolv.conf";

/// A network, and who listens in it.
pub struct PrivateNetwork {
    user: OwnedFd,
    network: OwnedFd,
    listeners: Vec<TcpListener>,
}

/// Has this process, which has one thread, and all that it starts from here on be in a network of their own, in
/// which these addresses are this machine's and are listened at; port 0 is any. They read that file for
/// [`RESOLVERS`], if there is one.
pub fn enter(addresses: &[SocketAddrV4], resolvers: Option<&Path>) -> io::Result<PrivateNetwork> {
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    // The kernel gives the files in which the user is named to root in a process that is hardened.
    let before = dumpable_behavior()?;
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    let named = leave().and_then(|()| {
        std::fs::write("/proc/self/setgroups", "deny")?;
        std::fs::write("/proc/self/gid_map", format!("{0} {0} 1", group.as_raw()))?;
        std::fs::write("/proc/self/uid_map", format!("{0} {0} 1", user.as_raw()))
    });
    set_dumpable_behavior(before)?;
    named?;
    if let Some(resolvers) = resolvers {
        rustix::mount::mount_bind(resolvers, RESOLVERS)?;
    }
    interface::raise_loopback()?;
    let others = addresses.iter().map(SocketAddrV4::ip).filter(|ip| !ip.is_loopback());
    others.copied().try_for_each(interface::add_to_loopback)?;
    let listeners = addresses.iter().map(listen).collect::<io::Result<_>>()?;
    let own = |name: &str| File::open(format!("/proc/self/ns/{name}")).map(OwnedFd::from);
    Ok(PrivateNetwork { user: own("user")?, network: own("net")?, listeners })
}

#[expect(
    deprecated,
    reason = "the call is unsafe for tables of descriptors alone, which stay shared"
)]
fn leave() -> io::Result<()> {
    Ok(rustix::thread::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNET | UnshareFlags::NEWNS)?)
}

/// Without waiting in `accept`.
fn listen(address: &SocketAddrV4) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// This end of a pipe to a process that is started with the other one as its standard output.
pub struct Channel(UnixStream);

/// Both ends.
pub fn channel() -> io::Result<(Channel, Stdio)> {
    let (own, other) = UnixStream::pair()?;
    Ok((Channel(own), Stdio::from(OwnedFd::from(other))))
}

impl Channel {
    /// Hands over the network.
    pub fn hand_over(&self, network: PrivateNetwork) -> io::Result<()> {
        let PrivateNetwork { user, network, listeners } = network;
        let mut all = vec![user, network];
        all.extend(listeners.into_iter().map(OwnedFd::from));
        let borrowed: Vec<_> = all.iter().map(std::os::fd::AsFd::as_fd).collect();
        let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED))];
        let mut control = SendAncillaryBuffer::new(&mut room);
        if !control.push(SendAncillaryMessage::ScmRights(&borrowed)) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let said = [IoSlice::new(b".")];
        rustix::net::sendmsg(&self.0, &said, &mut control, SendFlags::NOSIGNAL)?;
        Ok(())
    }
}

impl Read for Channel {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }
}

/// Two namespaces, and listeners.
const MAX_HANDED: usize = 8;

/// In the process that was started: what was handed over to its standard output.
pub fn handed_over() -> io::Result<PrivateNetwork> {
    let mut byte = [0];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED))];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let mut said = [IoSliceMut::new(&mut byte)];
    let from = rustix::stdio::stdout();
    rustix::net::recvmsg(from, &mut said, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut all = control.drain().flat_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => descriptors.collect(),
        _ => Vec::new(),
    });
    let none = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (user, network) = (all.next().ok_or_else(none)?, all.next().ok_or_else(none)?);
    Ok(PrivateNetwork { user, network, listeners: all.map(TcpListener::from).collect() })
}

impl PrivateNetwork {
    /// Who listens, in the order of the addresses.
    pub fn take_listeners(&mut self) -> Vec<TcpListener> {
        std::mem::take(&mut self.listeners)
    }

    /// A program, under a name that it goes by, which finds the network at `/proc/self/fd/0` and its user at
    /// `/proc/self/fd/1`: other descriptors it may close, and this process lets nobody look into it.
    pub fn program(&self, path: &Path, name: &str) -> io::Result<Command> {
        let mut command = Command::new(path);
        let (network, user) = (self.network.try_clone()?, self.user.try_clone()?);
        command.arg0(name).stdin(Stdio::from(network)).stdout(Stdio::from(user));
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
    use std::process::{Command, Stdio};

    use super::{channel, enter, handed_over};

    const AT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80);

    /// This test once more, in a process of its own with one thread.
    #[test]
    #[ignore = "run by the test below"]
    fn inside() {
        let free = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
        let user = rustix::process::getuid();
        let mut network = match enter(&[free, AT], None) {
            Ok(network) => network,
            Err(e) => return println!("not permitted: {e}"),
        };
        assert_eq!(rustix::process::getuid(), user);
        let listeners = network.take_listeners();
        let metadata = TcpStream::connect(AT).unwrap();
        assert_eq!(listeners[1].accept().unwrap().1, metadata.local_addr().unwrap());
        println!("inside");
    }

    #[test]
    fn in_a_network_of_its_own_a_process_has_the_address_that_it_asks_for() {
        let own = std::env::current_exe().unwrap();
        let mut test = Command::new(own);
        let name = "network::tests::inside";
        test.args([name, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"]);
        let ran = test.output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        assert!(ran.status.success(), "{said}");
        assert!(said.contains("inside") || said.contains("not permitted"), "{said}");
    }

    #[test]
    fn without_a_network_nothing_is_handed_over() {
        let (mut own, other) = channel().unwrap();
        let mut child = Command::new("true").stdout(other).stdin(Stdio::null()).spawn().unwrap();
        child.wait().unwrap();
        assert_eq!(own.read(&mut [0]).unwrap(), 0);
        assert!(handed_over().is_err(), "standard output is no such pipe");
    }
}
