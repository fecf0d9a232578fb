//! Names by which processes are found: the system lists them, says whose process each is of, and
//! forgets them with the process. No folder, variable or file is needed that somebody could remove.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, accept_with, bind, connect, listen,
    socket_with,
};

use super::caller::Caller;
use super::socket::Stream;

/// Where the kernel lists the sockets of this network namespace.
pub const ANNOUNCED_IN: &str = "/proc/net/unix";

/// The flag of a socket that listens (`__SO_ACCEPTCON`, proc_net_unix(5)).
const LISTENS: u64 = 0x1_0000;

/// Callers that the kernel lets wait: a process that is stopped can still be told from others.
const BACKLOG: i32 = 1024;

/// How often, 10 milliseconds apart, a process is tried whose callers are too many at the moment.
const MAX_TRIES: usize = 50;

/// That this process can be found under a name, until it ends or drops this.
pub struct Announcement {
    listener: OwnedFd,
}

impl Announcement {
    /// From now on.
    pub fn raise(name: &str) -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let listener = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        bind(&listener, &SocketAddrUnix::new_abstract_name(name.as_bytes())?)?;
        listen(&listener, BACKLOG)?;
        Ok(Self { listener })
    }

    /// The next caller, if there is one. Nothing of it is waited for.
    pub fn accept(&self) -> Option<Stream> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        accept_with(&self.listener, flags).ok().map(Stream::of)
    }
}

impl AsFd for Announcement {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

/// A process that was found by its name.
pub struct Reached {
    /// Who it is.
    pub caller: Caller,
    /// The connection to it, which waits for nothing.
    pub stream: Stream,
}

/// Connects to the process that has a name; `None` where there is none. An error is of one that is
/// there, and whose callers are too many to say whose it is.
pub fn reach(name: &str) -> io::Result<Option<Reached>> {
    let address = SocketAddrUnix::new_abstract_name(name.as_bytes())?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    for _ in 0..MAX_TRIES {
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        match connect(&socket, &address) {
            Ok(()) => {
                let stream = Stream::of(socket);
                return Ok(Some(Reached { caller: stream.caller(), stream }));
            }
            Err(Errno::CONNREFUSED | Errno::NOENT) => return Ok(None),
            Err(Errno::AGAIN) => std::thread::sleep(Duration::from_millis(10)),
            Err(e) => return Err(e.into()),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// The names under which processes of this network namespace can be found.
pub fn announced() -> io::Result<BTreeSet<String>> {
    Ok(listening(&std::fs::read(ANNOUNCED_IN)?))
}

/// The abstract names at which somebody listens (proc_net_unix(5)).
fn listening(list: &[u8]) -> BTreeSet<String> {
    let name = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let flags = u64::from_str_radix(words.nth(3)?, 16).ok()?;
        // Type, state and inode stand between.
        let name = words.nth(3)?.strip_prefix('@')?;
        (flags & LISTENS != 0).then(|| name.to_owned())
    };
    // A name that is no text is not ours, and names of others may hold anything.
    let lines = list.split(|byte| *byte == b'\n');
    lines.filter_map(|line| std::str::from_utf8(line).ok()).filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rustix::net::{
        AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with,
    };

    use super::{Announcement, announced, listening, reach};
    use crate::pipe::Caller;

    #[test]
    fn of_the_kernels_list_the_abstract_names_are_taken_at_which_somebody_listens() {
        let list = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            ffff: 00000002 00000000 00010000 0001 01 21 @azvault.agent.a\n\
            ffff: 00000003 00000000 00000000 0001 03 22 @azvault.agent.b\n\
            ffff: 00000002 00000000 00010000 0001 01 23 /run/azvault.agent.c\n\
            ffff: 00000002 00000000 00010000 0001 01 24\n\
            ffff: 00000002 00000000 zzzz 0001 01 25 @azvault.agent.d\n\
            @azvault.agent.e\n";
        assert_eq!(listening(list.as_bytes()), BTreeSet::from(["azvault.agent.a".to_owned()]));
    }

    #[test]
    fn a_process_is_found_by_its_name_as_long_as_it_keeps_it() {
        let name = format!("azvault-os.test.{}", std::process::id());
        assert!(!announced().unwrap().contains(&name));
        assert!(reach(&name).unwrap().is_none());
        let announcement = Announcement::raise(&name).unwrap();
        assert!(Announcement::raise(&name).is_err(), "another process has it");
        assert!(announced().unwrap().contains(&name));
        assert!(announcement.accept().is_none());
        let reached = reach(&name).unwrap().unwrap();
        let own = Caller::SameUser { pid: std::process::id() };
        assert_eq!(reached.caller, own);
        assert_eq!(announcement.accept().unwrap().caller(), own);
        drop(announcement);
        assert!(!announced().unwrap().contains(&name));
    }

    #[test]
    fn one_whose_callers_are_too_many_is_an_error_and_not_absent() {
        let name = format!("azvault-os.full.{}", std::process::id());
        let flags = SocketFlags::CLOEXEC;
        let full = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap();
        bind(&full, &SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap()).unwrap();
        listen(&full, 0).unwrap();
        let _waiting = reach(&name).unwrap().unwrap();
        assert!(reach(&name).is_err());
    }
}
