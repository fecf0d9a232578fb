//! Who is on the other end of a connection, by the kernel's word.

use std::fs;
use std::os::unix::net::UnixStream;

use rustix::process::{Pid, geteuid};

/// More ancestors than this has no process that a person started.
const MOST_ANCESTORS: usize = 128;

/// What the kernel says of a process (proc(5), `/proc/PID/stat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) parent: u32,
    /// Session id: processes of one terminal share it.
    pub(crate) sid: u32,
    /// Clock ticks after boot. With the process id it names a process for good.
    pub(crate) started: u64,
}

/// The process id of the other end, if it runs as this user. Root is another user too.
pub(crate) fn of_same_user(stream: &UnixStream) -> Option<u32> {
    let peer = rustix::net::sockopt::socket_peercred(stream).ok()?;
    (peer.uid == geteuid()).then(|| number(peer.pid))
}

pub(crate) fn number(pid: Pid) -> u32 {
    pid.as_raw_nonzero().get().unsigned_abs()
}

/// What the kernel says of a process; `None` if there is none.
pub(crate) fn process(pid: u32) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Whether `pid` descends from `ancestor`, or is it.
pub(crate) fn descends(pid: u32, ancestor: u32) -> bool {
    let mut current = pid;
    for _ in 0..MOST_ANCESTORS {
        if current == ancestor {
            return true;
        }
        match process(current) {
            Some(process) if process.parent > 0 => current = process.parent,
            _ => return false,
        }
    }
    false
}

/// The name of the program stands in brackets and may hold brackets and blanks itself.
fn parse(stat: &str) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Field 3 of proc(5) is the first behind the name.
    let field = |number: usize| fields.get(number - 3);
    Some(Process {
        parent: field(4)?.parse().ok()?,
        sid: field(6)?.parse().ok()?,
        started: field(22)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Process, descends, parse, process};

    #[test]
    fn a_name_with_brackets_and_blanks_is_no_field() {
        let stat = "42 (a) R 1 (b)) S 7 42 9 34816 42 4194304 1 0 0 0 1 2 3 4 20 0 1 0 555 9";
        assert_eq!(parse(stat), Some(Process { parent: 7, sid: 9, started: 555 }));
        for text in ["", "1 (a", "1 (a) S 1 2", "1 (a) S x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_process_descends_from_its_parents_and_from_nobody_else() {
        let own = std::process::id();
        let parent = process(own).unwrap().parent;
        assert!(descends(own, own));
        assert!(descends(own, parent));
        assert!(!descends(parent, own));
        assert!(!descends(u32::MAX, own));
    }
}
