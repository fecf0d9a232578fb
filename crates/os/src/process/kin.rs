//! Which process started which, by the kernel's word.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// More ancestors than this has no process that a person started.
const MAX_ANCESTORS: usize = 128;

/// What the kernel says of a process (proc(5), `/proc/PID/stat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessFacts {
    /// The process that started it, or that it was given to.
    pub parent: u32,
    /// Its terminal session: processes of one terminal share it.
    pub terminal: u32,
    /// When it was started, in ticks after boot. With the process id it names a process for good.
    pub started: u64,
}

/// What the kernel says of a process; `None` if there is none.
pub fn facts(pid: u32) -> Option<ProcessFacts> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Whether `pid` descends from `ancestor`, or is it.
pub fn descends(pid: u32, ancestor: u32) -> bool {
    let mut current = pid;
    for _ in 0..MAX_ANCESTORS {
        if current == ancestor {
            return true;
        }
        match facts(current) {
            Some(process) if process.parent > 0 => current = process.parent,
            _ => return false,
        }
    }
    false
}

/// The process that started this one; `None` where it is in another container.
pub fn parent() -> Option<u32> {
    Some(rustix::process::getppid()?.as_raw_nonzero().get().unsigned_abs())
}

/// The name of the program that started this one: a shell, where somebody types.
pub fn parent_name() -> Option<String> {
    name_of(parent()?)
}

/// The name of the program that started a process.
pub fn parent_name_of(pid: u32) -> Option<String> {
    name_of(facts(pid)?.parent)
}

fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// How long a process has computed, in ticks; `None` if there is none. Only that it grows says something.
pub fn computed(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    // Fields 14 and 15 of proc(5): in the program, and in the kernel for it.
    let mut times = rest.split_ascii_whitespace().skip(11);
    let mut next = || times.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// What a process was started with, its own name first.
pub fn arguments(pid: u32) -> Option<Vec<OsString>> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let line = line.strip_suffix(b"\0").unwrap_or(&line);
    Some(line.split(|byte| *byte == 0).map(|word| OsStr::from_bytes(word).to_owned()).collect())
}

/// The name of the program stands in brackets and may hold brackets and blanks itself.
fn parse(stat: &str) -> Option<ProcessFacts> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Field 3 of proc(5) is the first behind the name.
    let field = |number: usize| fields.get(number - 3);
    Some(ProcessFacts {
        parent: field(4)?.parse().ok()?,
        terminal: field(6)?.parse().ok()?,
        started: field(22)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{ProcessFacts, arguments, computed, descends, facts, parent, parent_name, parse};

    #[test]
    fn a_name_with_brackets_and_blanks_is_no_field() {
        let stat = "42 (a) R 1 (b)) S 7 42 9 34816 42 4194304 1 0 0 0 1 2 3 4 20 0 1 0 555 9";
        assert_eq!(parse(stat), Some(ProcessFacts { parent: 7, terminal: 9, started: 555 }));
        for text in ["", "1 (a", "1 (a) S 1 2", "1 (a) S x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_process_descends_from_its_parents_and_from_nobody_else() {
        let own = std::process::id();
        let parent = facts(own).unwrap().parent;
        let before = computed(own).unwrap();
        while computed(own) == Some(before) {
            std::hint::black_box(arguments(own));
        }
        assert!(descends(own, own));
        assert!(descends(own, parent));
        assert!(!descends(parent, own));
        assert!(!descends(u32::MAX, own));
    }

    #[test]
    fn a_process_says_what_it_was_started_with_and_by_whom() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        // Just after it was started it may have none yet.
        let said = loop {
            match arguments(child.id()) {
                Some(said) if said == [""] => std::thread::yield_now(),
                said => break said,
            }
        };
        assert_eq!(facts(child.id()).unwrap().parent, std::process::id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(said.unwrap(), ["sleep", "60"]);
        assert_eq!(arguments(u32::MAX), None);
        assert_eq!(facts(std::process::id()).map(|own| own.parent), parent());
        assert!(parent_name().is_some_and(|name| !name.is_empty() && !name.ends_with('\n')));
    }
}
