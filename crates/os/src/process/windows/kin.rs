//! Which process started which, by the system's word. A parent that has ended may have left its number to another
//! process: one that was started later than its child is none.

use std::ffi::OsString;

use windows_sys::Win32::System::Threading::PROCESS_QUERY_LIMITED_INFORMATION;

use crate::win32::processes::{self, ProcessEntry};

/// More ancestors than this has no process that a person started.
const MAX_ANCESTORS: usize = 128;

/// What the system says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessFacts {
    /// The process that started it; 0 where that one has ended.
    pub parent: u32,
    /// Its terminal session: there are none.
    pub terminal: u32,
    /// When it was started, in units of 100 nanoseconds since 1601. With the process id it names a process for good.
    pub started: u64,
}

/// What the system says of a process; `None` if there is none, or none of this user.
pub fn facts(pid: u32) -> Option<ProcessFacts> {
    facts_in(&processes::list().ok()?, pid)
}

fn facts_in(all: &[ProcessEntry], pid: u32) -> Option<ProcessFacts> {
    let started = started(pid)?;
    let parent = all.iter().find(|one| one.pid == pid)?.parent;
    let is_older = self::started(parent).is_some_and(|parent| parent <= started);
    Some(ProcessFacts { parent: if is_older { parent } else { 0 }, terminal: 0, started })
}

fn started(pid: u32) -> Option<u64> {
    Some(times(pid)?.0)
}

fn times(pid: u32) -> Option<(u64, u64)> {
    processes::times(&processes::open(pid, PROCESS_QUERY_LIMITED_INFORMATION).ok()?).ok()
}

/// Whether `pid` descends from `ancestor`, or is it.
pub fn descends(pid: u32, ancestor: u32) -> bool {
    let Ok(all) = processes::list() else { return false };
    let mut current = pid;
    for _ in 0..MAX_ANCESTORS {
        if current == ancestor {
            return true;
        }
        match facts_in(&all, current) {
            Some(process) if process.parent > 0 => current = process.parent,
            _ => return false,
        }
    }
    false
}

/// The process that started this one; `None` where it has ended.
pub fn parent() -> Option<u32> {
    facts(std::process::id()).map(|own| own.parent).filter(|parent| *parent != 0)
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
    let name = processes::list().ok()?.into_iter().find(|one| one.pid == pid)?.name;
    let bare = name.len().checked_sub(4).filter(|at| name.is_char_boundary(*at));
    let is_program = bare.is_some_and(|at| name[at..].eq_ignore_ascii_case(".exe"));
    Some(if is_program { name[..name.len() - 4].to_owned() } else { name })
}

/// How long a process has computed, in units of 100 nanoseconds; `None` if there is none. Only that it grows says
/// something.
pub fn computed(pid: u32) -> Option<u64> {
    Some(times(pid)?.1)
}

/// What a process was started with stands in its memory, which is not looked into.
pub fn arguments(_pid: u32) -> Option<Vec<OsString>> {
    None
}

#[cfg(test)]
mod tests {
    use super::{computed, descends, facts, parent};

    #[test]
    fn a_process_descends_from_its_parents_and_from_nobody_else() {
        let own = std::process::id();
        let before = computed(own).unwrap();
        let mut rounds = 0_u64;
        while computed(own) == Some(before) {
            rounds = std::hint::black_box(rounds + 1);
        }
        assert!(descends(own, own));
        assert!(!descends(u32::MAX, own));
        assert_eq!(facts(own).unwrap(), facts(own).unwrap());
        if let Some(parent) = parent() {
            assert!(descends(own, parent) && !descends(parent, own));
        }
    }
}
