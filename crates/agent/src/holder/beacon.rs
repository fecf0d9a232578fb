//! The socket by which a holder is found, on the holder's side.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, accept_with, bind, listen, socket_with,
};

use super::name::{self, Kind};
use super::report::Report;
use crate::peer;

/// Callers that the kernel lets wait: a process that is stopped can still be told from others.
const BACKLOG: i32 = 1024;

/// Callers that are told in one turn, so that a crowd of them keeps nobody else waiting.
const MOST_AT_ONCE: usize = 64;

/// That this process can be found, until it ends or drops this.
pub struct Beacon {
    listener: OwnedFd,
}

impl Beacon {
    /// From now on. A process that cannot be found must not hold a key: an error is one to end by.
    pub fn raise(kind: Kind, vault: &str) -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let listener = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        bind(&listener, &SocketAddrUnix::new_abstract_name(name::new(kind, vault).as_bytes())?)?;
        listen(&listener, BACKLOG)?;
        Ok(Self { listener })
    }

    /// Tells who waits, if it is this user, how this process is.
    pub fn tell(&self, report: &Report) {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        for _ in 0..MOST_AT_ONCE {
            let Ok(caller) = accept_with(&self.listener, flags) else { return };
            let caller = UnixStream::from(caller);
            if peer::of_same_user(&caller).is_some() {
                // One line fits into any socket; who is gone already needs none.
                let _ = rustix::io::write(&caller, report.line().as_bytes());
            }
        }
    }
}

impl AsFd for Beacon {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}
