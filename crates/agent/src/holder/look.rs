//! Finding holders through the kernel, and ending them.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
use rustix::process::{Pid, PidfdFlags, Signal, geteuid, pidfd_open, pidfd_send_signal};

use super::name::{Kind, Parsed};
use super::report::Report;
use crate::presence::{Process, has_ended};

/// Where the kernel lists the sockets of this network namespace.
pub const SOCKETS: &str = "/proc/net/unix";

/// The flag of a socket that listens (`__SO_ACCEPTCON`, proc_net_unix(5)).
const LISTENS: u64 = 0x1_0000;

/// How long a holder has to say how it is: it needs microseconds, or hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often, 10 milliseconds apart, a holder is tried whose callers are too many at the moment.
const TRIES: usize = 50;

/// Whose holders are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those of a vault, by its id.
    Vault(&'a str),
    /// Those of all vaults.
    Anyone,
}

/// A process of this user that was found.
pub struct Holder {
    /// What it is, by the name of its socket.
    pub kind: Kind,
    /// `None` where the kernel does not say which process it is: it runs in another pid namespace, or
    /// could not be reached.
    pub process: Option<Process>,
    name: String,
}

/// All holders of this user in this network namespace.
pub fn look(whose: Whose<'_>) -> io::Result<Vec<Holder>> {
    let list = std::fs::read(SOCKETS)?;
    let names = listening(&list);
    let is_meant = |name: &&String| {
        Parsed::of(name).is_some_and(|parsed| match whose {
            Whose::Vault(vault) => parsed.is_of(vault),
            Whose::Anyone => true,
        })
    };
    Ok(names.iter().filter(is_meant).filter_map(|name| holder(name)).collect())
}

/// Ends processes: each is asked to, and made to when it does not go. Gives back those that stay.
pub fn end(holders: Vec<Holder>) -> Vec<Holder> {
    crate::presence::end_all(holders, |holder| holder.process.as_ref())
}

impl Holder {
    /// How it is; `None` if it does not say so in time, as one that is stopped, or never does, as a
    /// renewal.
    pub fn report(&self) -> Option<Report> {
        let (_, stream) = connected(&self.name).ok()??;
        let start = Instant::now();
        let mut stream = UnixStream::from(stream);
        stream.set_nonblocking(false).ok()?;
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let left = PATIENCE.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
            stream.set_read_timeout(Some(left)).ok()?;
            let mut part = [0; 256];
            match stream.read(&mut part) {
                Ok(read) if read > 0 && line.len() < part.len() => {
                    line.extend_from_slice(&part[..read]);
                }
                _ => return None,
            }
        }
        Report::parse(std::str::from_utf8(&line).ok()?)
    }

    /// Asks it to wipe its keys: agents and endpoints do so on a hang-up.
    pub fn hang_up(&self) -> io::Result<()> {
        let process = self.process.as_ref().ok_or(io::ErrorKind::NotFound)?;
        Ok(pidfd_send_signal(&process.descriptor, Signal::HUP)?)
    }

    /// Whether it has ended by now.
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_some_and(has_ended)
    }

    /// Its number, where it is known.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.pid)
    }
}

/// The holder that listens there; `None` if it is another user's, or gone.
fn holder(name: &str) -> Option<Holder> {
    let kind = Parsed::of(name)?.kind;
    let unknown = || Holder { kind, process: None, name: name.to_owned() };
    let before = match connected(name) {
        Ok(Some((pid, _))) => pid?,
        Ok(None) => return None,
        // It is there, and its callers are too many to say whose it is.
        Err(_) => return Some(unknown()),
    };
    let process = pidfd(before);
    // The same process still listens: its number was its own when the descriptor was opened, and the
    // descriptor means it for good.
    match connected(name) {
        Ok(Some((Some(after), _))) if after == before => {}
        Ok(_) => return None,
        Err(_) => return Some(unknown()),
    }
    let process = process.map(|descriptor| Process { pid: before, descriptor });
    Some(Holder { kind, process, name: name.to_owned() })
}

fn pidfd(pid: u32) -> Option<OwnedFd> {
    let raw = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(raw, PidfdFlags::empty()).ok()
}

/// A connection, and the process that listens where it is of this user (`0` in another pid
/// namespace); `None` where nobody does.
fn connected(name: &str) -> io::Result<Option<(Option<u32>, OwnedFd)>> {
    let address = SocketAddrUnix::new_abstract_name(name.as_bytes())?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    for _ in 0..TRIES {
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        match connect(&socket, &address) {
            Ok(()) => {
                let peer = rustix::net::sockopt::socket_peercred(&socket)?;
                let own = peer.uid == geteuid();
                return Ok(Some((own.then(|| crate::peer::number(peer.pid)), socket)));
            }
            Err(Errno::CONNREFUSED | Errno::NOENT) => return Ok(None),
            Err(Errno::AGAIN) => std::thread::sleep(Duration::from_millis(10)),
            Err(e) => return Err(e.into()),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
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
    use std::os::fd::AsFd;

    use rustix::net::{
        AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with,
    };

    use super::{Whose, listening, look};
    use crate::holder::{Beacon, HeldKeys, Kind, Report, name};

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
    fn a_holder_is_found_by_its_vault_and_says_how_it_is_as_long_as_it_lives() {
        let vault = name::new(Kind::Agent, "");
        let mine = || look(Whose::Vault(&vault)).unwrap();
        assert!(mine().is_empty());
        let beacon = Beacon::raise(Kind::Endpoint, &vault).unwrap();
        let keys = Some(HeldKeys { idle_limit: 1, idle: 2, expires: 3 });
        let report = Report { keys, leader: Some(4) };
        let found = mine();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].pid()), (Kind::Endpoint, Some(std::process::id())));
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| found[0].report());
            while !asked.is_finished() {
                beacon.tell(&report);
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            assert_eq!(asked.join().unwrap(), Some(report));
        });
        assert!(look(Whose::Anyone).unwrap().iter().any(|one| one.pid() == found[0].pid()));
        assert!(look(Whose::Vault("another")).unwrap().is_empty());
        drop(beacon);
        assert!(mine().is_empty());
    }

    #[test]
    fn one_that_never_answers_is_found_and_is_not_waited_for_long() {
        let vault = name::new(Kind::Agent, "");
        let _beacon = Beacon::raise(Kind::Agent, &vault).unwrap();
        let found = look(Whose::Vault(&vault)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].report(), None);
        assert!(!found[0].has_ended());
    }

    #[test]
    fn one_whose_callers_are_too_many_is_found_and_nobody_is_taken_for_it() {
        let vault = name::new(Kind::Agent, "");
        let flags = SocketFlags::CLOEXEC;
        let full = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap();
        let name = name::new(Kind::Agent, &vault);
        bind(&full, &SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap()).unwrap();
        listen(&full, 0).unwrap();
        let waiting = super::connected(&name).unwrap();
        assert!(waiting.is_some());
        let found = look(Whose::Vault(&vault)).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].process.is_none());
        assert!(found[0].hang_up().is_err());
        assert_eq!(super::end(found).len(), 1);
        assert!(full.as_fd().try_clone_to_owned().is_ok());
    }
}
