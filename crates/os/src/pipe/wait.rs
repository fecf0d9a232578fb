//! Waiting for any of several things.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto};

use super::interest::Interest;

/// What can be waited for: a connection, a listener, a process, a bell.
pub trait Source: AsFd {}

impl<T: AsFd + ?Sized> Source for T {}

/// What became of one thing that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready(PollFlags);

impl Ready {
    /// That something can be read, as it may be of a connection that is new.
    pub const TO_READ: Self = Self(PollFlags::IN);

    /// That something can be written.
    pub const TO_WRITE: Self = Self(PollFlags::OUT);

    /// Whether anything happened.
    pub fn is_any(self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the other end has hung up.
    pub fn has_hung_up(self) -> bool {
        self.0.contains(PollFlags::HUP)
    }

    /// Whether nothing more can come of it.
    pub fn is_over(self) -> bool {
        self.0.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
    }
}

/// Things that are waited for, in the order in which they were added.
#[derive(Default)]
pub struct Wait<'a>(Vec<PollFd<'a>>);

impl<'a> Wait<'a> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One thing more.
    pub fn add(&mut self, source: &'a impl Source, interest: Interest) {
        let flags = match interest {
            Interest::Read => PollFlags::IN,
            Interest::Write => PollFlags::OUT,
            Interest::Nothing => PollFlags::empty(),
        };
        self.0.push(PollFd::new(source, flags));
    }

    /// Waits until something happened to one of them, or for so long; says what became of each. A
    /// signal ends it early, with nothing.
    pub fn within(mut self, patience: Option<Duration>) -> io::Result<Vec<Ready>> {
        let longest = Timespec { tv_sec: 1, tv_nsec: 0 };
        let patience = patience.map(|patience| Timespec::try_from(patience).unwrap_or(longest));
        match poll(&mut self.0, patience.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        Ok(self.0.iter().map(|one| Ready(one.revents())).collect())
    }
}

/// What one thread rings and another one waits for.
pub struct Bell(OwnedFd);

impl Bell {
    /// One that was not rung.
    pub fn new() -> io::Result<Self> {
        Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    /// Wakes who waits, now or next.
    pub fn ring(&self) {
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    /// Forgets that it was rung.
    pub fn clear(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&self.0, &mut count);
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Listens on a free port of 127.0.0.1, without waiting in `accept`. The system lets so many callers
/// wait for a place.
pub fn listen_on_loopback(callers: i32) -> io::Result<TcpListener> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let tcp = Some(ipproto::TCP);
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, tcp)?;
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&socket, callers)?;
    Ok(TcpListener::from(socket))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;
    use std::time::Duration;

    use super::{Bell, Interest, Ready, Wait, listen_on_loopback};

    const LONG: Option<Duration> = Some(Duration::from_secs(5));
    const NOT: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn what_happens_first_is_said_of_what_it_happened_to() {
        let (bell, other) = (Bell::new().unwrap(), Bell::new().unwrap());
        let wait = |patience| {
            let mut wait = Wait::new();
            wait.add(&bell, Interest::Read);
            wait.add(&other, Interest::Read);
            let ready = wait.within(patience).unwrap();
            (ready[0].is_any(), ready[1].is_any())
        };
        assert_eq!(wait(NOT), (false, false));
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| wait(LONG));
            other.ring();
            other.ring();
            assert_eq!(waits.join().unwrap(), (false, true));
        });
        other.clear();
        assert_eq!(wait(NOT), (false, false));
        assert!(Ready::TO_READ.is_any() && !Ready::TO_WRITE.is_over());
    }

    #[test]
    fn a_caller_that_comes_writes_and_goes_is_noticed() {
        let listener = listen_on_loopback(8).unwrap();
        assert!(listener.accept().is_err(), "nobody is waited for");
        let own = listener.local_addr().unwrap();
        assert!(own.ip().is_loopback());
        let of = |source: &dyn super::Source, interest, patience| {
            let mut wait = Wait::new();
            wait.add(&source, interest);
            wait.within(patience).unwrap()[0]
        };
        let mut caller = TcpStream::connect(own).unwrap();
        assert!(of(&listener, Interest::Read, LONG).is_any());
        let (stream, _) = listener.accept().unwrap();
        assert!(!of(&stream, Interest::Read, NOT).is_any());
        assert!(of(&stream, Interest::Write, LONG).is_any());
        caller.write_all(b"text").unwrap();
        assert!(of(&stream, Interest::Read, LONG).is_any());
        drop(caller);
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let gone = of(&stream, Interest::Nothing, LONG);
        assert!(gone.has_hung_up() && gone.is_over());
    }
}
