//! A socket with a name in a folder: its callers, and who answers there.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::geteuid;

use super::caller::Caller;
use crate::file::make_private;

/// Listens at a place, without waiting for callers.
pub struct Listener(UnixListener);

impl Listener {
    /// At a place where nothing is, in a folder that is this user's alone: nobody can come before the
    /// socket is, too.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        make_private(path)?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    /// The next caller, if there is one.
    pub fn accept(&self) -> io::Result<Stream> {
        let (stream, _) = self.0.accept()?;
        stream.set_nonblocking(true)?;
        Ok(Stream(stream))
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// One connection.
pub struct Stream(UnixStream);

impl Stream {
    /// Connects to who listens at a place.
    pub fn connect(path: &Path) -> io::Result<Self> {
        Ok(Self(UnixStream::connect(path)?))
    }

    /// The two ends of a connection without a name: only who is handed an end can use it.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (one, other) = UnixStream::pair()?;
        Ok((Self(one), Self(other)))
    }

    /// As the standard input of a program that is started.
    pub fn into_input(self) -> Stdio {
        Stdio::from(OwnedFd::from(self.0))
    }

    /// The connection that this process was started with as its standard input, from which nothing
    /// else is read from then on. Another kind of input is an error.
    pub fn of_input() -> io::Result<Self> {
        let input = rustix::stdio::stdin();
        // What is no socket has no peer.
        rustix::net::sockopt::socket_peercred(input)?;
        let own = rustix::io::fcntl_dupfd_cloexec(input, 3)?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        Ok(Self(UnixStream::from(own)))
    }

    /// The same, of which nothing is waited for.
    pub fn without_waiting(self) -> io::Result<Self> {
        self.0.set_nonblocking(true)?;
        Ok(self)
    }

    /// Another handle of the same connection.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    pub(super) fn of(connected: OwnedFd) -> Self {
        Self(UnixStream::from(connected))
    }

    /// Who is at the other end, by the kernel's word.
    pub fn caller(&self) -> Caller {
        match rustix::net::sockopt::socket_peercred(&self.0) {
            Ok(peer) if peer.uid == geteuid() => {
                Caller::SameUser { pid: peer.pid.as_raw_nonzero().get().unsigned_abs() }
            }
            _ => Caller::Other,
        }
    }

    /// Waits so long for each read and write.
    pub fn set_patience(&self, patience: Duration) -> io::Result<()> {
        self.0.set_nonblocking(false)?;
        self.0.set_read_timeout(Some(patience))?;
        self.0.set_write_timeout(Some(patience))
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Whether anything takes connections at a place.
pub fn answers(path: &Path) -> io::Result<()> {
    UnixStream::connect(path).map(drop)
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::time::Duration;

    use super::{Caller, Listener, Stream, answers};
    use crate::file::Facts;

    #[test]
    fn a_pair_has_no_name_and_is_handed_on_as_the_input_of_a_program() {
        let (mut own, other) = Stream::pair().unwrap();
        let mut command = std::process::Command::new("cat");
        command.stdin(other.into_input()).stdout(std::process::Stdio::piped());
        let mut cat = command.spawn().unwrap();
        drop(command);
        own.write_all(b"text").unwrap();
        let mut bytes = [0; 4];
        cat.stdout.take().unwrap().read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"text");
        drop(own);
        assert!(cat.wait().unwrap().success(), "the last end is gone with this one");
    }

    #[test]
    fn both_ends_know_whose_process_the_other_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        assert_eq!(answers(&path).unwrap_err().kind(), ErrorKind::NotFound);
        let listener = Listener::bind(&path).unwrap();
        assert!(Facts::of_name(&path).unwrap().is_private());
        assert_eq!(listener.accept().err().unwrap().kind(), ErrorKind::WouldBlock);
        let mut caller = Stream::connect(&path).unwrap();
        let mut accepted = listener.accept().unwrap();
        let own = Caller::SameUser { pid: std::process::id() };
        assert_eq!((caller.caller(), accepted.caller()), (own, own));
        assert_eq!(accepted.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
        caller.write_all(b"text").unwrap();
        caller.flush().unwrap();
        let mut bytes = [0; 4];
        accepted.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"text");
        caller.set_patience(Duration::from_millis(20)).unwrap();
        assert_eq!(caller.read(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(Listener::bind(&path).is_err(), "nothing is replaced");
        answers(&path).unwrap();
        drop(listener);
        assert_eq!(answers(&path).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
}
