//! A process for good: a handle means it and no other one that has its number later.

use std::io;
use std::os::windows::io::OwnedHandle;
use std::time::{Duration, Instant};

use windows_sys::Win32::System::Threading::{
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, PROCESS_TERMINATE,
};

use crate::pipe::Source;
use crate::process::kin;
use crate::win32::processes;

/// How long the system has to end a process that was ended.
const TO_GO: Duration = Duration::from_secs(5);

/// A process, for good. It can be waited for: something comes when it has ended.
pub struct ProcessHandle {
    pid: u32,
    handle: OwnedHandle,
}

impl ProcessHandle {
    /// The process that has a number now.
    pub fn open(pid: u32) -> io::Result<Self> {
        let access = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE;
        Ok(Self { pid, handle: processes::open(pid, access)? })
    }

    /// The process that has a number, if it is the one that was started then.
    pub fn open_started(pid: u32, started: u64) -> Option<Self> {
        let handle = Self::open(pid).ok()?;
        (processes::times(&handle.handle).ok()?.0 == started).then_some(handle)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        processes::has_ended_within(&self.handle, 0)
    }

    /// A process can be told nothing from outside.
    pub fn hang_up(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether it started this process.
    pub fn is_parent(&self) -> bool {
        kin::parent() == Some(self.pid)
    }
}

impl Source for ProcessHandle {}

/// Ends processes, by whatever stands for them. Gives back those that stay, and those whose process is not known.
pub fn end_all<T>(mut all: Vec<T>, process: impl Fn(&T) -> Option<&ProcessHandle>) -> Vec<T> {
    for process in all.iter().filter_map(&process) {
        let _ = processes::end(&process.handle);
    }
    let start = Instant::now();
    all.retain(|one| {
        let left = TO_GO.saturating_sub(start.elapsed());
        let left = u32::try_from(left.as_millis()).unwrap_or_default();
        process(one).is_none_or(|process| !processes::has_ended_within(&process.handle, left))
    });
    all
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::{ProcessHandle, end_all};
    use crate::process::facts;

    #[test]
    fn a_number_means_the_process_that_was_started_then_and_it_is_ended() {
        let mut command = Command::new("cmd");
        let mut child = command
            .args(["/c", "pause"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let started = facts(child.id()).unwrap().started;
        assert!(ProcessHandle::open_started(child.id(), started + 1).is_none());
        let handle = ProcessHandle::open_started(child.id(), started).unwrap();
        assert!(!handle.has_ended() && !handle.is_parent());
        let left = end_all(vec![Some(handle), None], Option::as_ref);
        assert!(matches!(left[..], [None]));
        assert!(!child.wait().unwrap().success());
        assert!(ProcessHandle::open(0).is_err());
    }
}
