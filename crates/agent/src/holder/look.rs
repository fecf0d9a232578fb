//! Finding holders through the kernel, and ending them.

use std::io::{self, Read};
use std::time::{Duration, Instant};

pub use azvault_os::pipe::ANNOUNCED_IN as SOCKETS;
use azvault_os::pipe::{Caller, Reached, announced, reach};
use azvault_os::process::{ProcessHandle, end_all};

use super::name::{Kind, Parsed};
use super::report::Report;

/// How long a holder has to say how it is: it needs microseconds, or hangs.
const PATIENCE: Duration = Duration::from_secs(2);

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
    pub process: Option<ProcessHandle>,
    name: String,
}

/// All holders of this user in this network namespace.
pub fn look(whose: Whose<'_>) -> io::Result<Vec<Holder>> {
    let names = announced()?;
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
    end_all(holders, |holder| holder.process.as_ref())
}

impl Holder {
    /// How it is; `None` if it does not say so in time, as one that is stopped, or never does, as a
    /// renewal.
    pub fn report(&self) -> Option<Report> {
        let Reached { mut stream, .. } = reach(&self.name).ok()??;
        let start = Instant::now();
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let left = PATIENCE.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
            stream.set_patience(left).ok()?;
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
        process.hang_up()
    }

    /// Whether it has ended by now.
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_some_and(ProcessHandle::has_ended)
    }

    /// Its number, where it is known.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(ProcessHandle::pid)
    }
}

/// The holder that listens there; `None` if it is another user's, or gone.
fn holder(name: &str) -> Option<Holder> {
    let kind = Parsed::of(name)?.kind;
    let unknown = || Holder { kind, process: None, name: name.to_owned() };
    let before = match whose(name) {
        Ok(Some(Caller::SameUser { pid })) => pid,
        Ok(Some(Caller::Other) | None) => return None,
        // It is there, and its callers are too many to say whose it is.
        Err(_) => return Some(unknown()),
    };
    let process = ProcessHandle::open(before).ok();
    // The same process still listens: its number was its own when the handle was opened, and the
    // handle means it for good.
    match whose(name) {
        Ok(Some(Caller::SameUser { pid })) if pid == before => {}
        Ok(_) => return None,
        Err(_) => return Some(unknown()),
    }
    Some(Holder { kind, process, name: name.to_owned() })
}

/// Who listens there; `None` where nobody does.
fn whose(name: &str) -> io::Result<Option<Caller>> {
    Ok(reach(name)?.map(|reached| reached.caller))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use rustix::net::{
        AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with,
    };

    use super::{Whose, look};
    use crate::holder::{Beacon, HeldKeys, Kind, Report, name};

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
        let waiting = super::whose(&name).unwrap();
        assert!(waiting.is_some());
        let found = look(Whose::Vault(&vault)).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].process.is_none());
        assert!(found[0].hang_up().is_err());
        assert_eq!(super::end(found).len(), 1);
        assert!(full.as_fd().try_clone_to_owned().is_ok());
    }
}
