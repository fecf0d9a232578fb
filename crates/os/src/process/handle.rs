//! A process for good: a handle means it and no other one that has its number later.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::kin;

/// How long a process that is asked to end has to wipe what it holds. Then it is made to.
const TO_WIPE: Duration = Duration::from_secs(1);

/// How long the kernel has to end one that was killed.
const TO_GO: Duration = Duration::from_secs(5);

/// A process, for good. It can be waited for: something comes when it has ended.
pub struct ProcessHandle {
    pid: u32,
    descriptor: OwnedFd,
}

impl ProcessHandle {
    /// The process that has a number now.
    pub fn open(pid: u32) -> io::Result<Self> {
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let raw = raw.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { pid, descriptor: pidfd_open(raw, PidfdFlags::empty())? })
    }

    /// The process that a descriptor of the kernel means, which has that number.
    pub(crate) fn of(pid: u32, descriptor: OwnedFd) -> Self {
        Self { pid, descriptor }
    }

    /// The process that has a number, if it is the one that was started then.
    pub fn open_started(pid: u32, started: u64) -> Option<Self> {
        let handle = Self::open(pid).ok()?;
        // After it was opened: from here on the number cannot mean another one.
        (kin::facts(pid)?.started == started).then_some(handle)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(&self.descriptor, PollFlags::IN)], Some(&now));
        ready.is_ok_and(|ready| ready > 0)
    }

    /// Tells it that whoever it was started for has hung up.
    pub fn hang_up(&self) -> io::Result<()> {
        Ok(pidfd_send_signal(&self.descriptor, Signal::HUP)?)
    }

    /// Whether it started this process.
    pub fn is_parent(&self) -> bool {
        kin::parent() == Some(self.pid)
    }
}

impl AsFd for ProcessHandle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// Ends processes, by whatever stands for them: each is asked to, and made to when it does not go.
/// Gives back those that stay, and those whose process is not known.
pub fn end_all<T>(all: Vec<T>, process: impl Fn(&T) -> Option<&ProcessHandle>) -> Vec<T> {
    signal(&all, &process, Signal::TERM);
    let left = wait(all, &process, TO_WIPE);
    signal(&left, &process, Signal::KILL);
    wait(left, &process, TO_GO)
}

fn signal<T>(all: &[T], process: impl Fn(&T) -> Option<&ProcessHandle>, signal: Signal) {
    for process in all.iter().filter_map(process) {
        let _ = pidfd_send_signal(&process.descriptor, signal);
    }
}

/// Those that have not ended by then.
fn wait<T>(
    mut all: Vec<T>,
    process: impl Fn(&T) -> Option<&ProcessHandle>,
    patience: Duration,
) -> Vec<T> {
    let start = Instant::now();
    loop {
        let left = patience.saturating_sub(start.elapsed());
        all.retain(|one| process(one).is_none_or(|process| !process.has_ended()));
        let Some(next) = all.iter().find_map(&process) else { return all };
        if left.is_zero() {
            return all;
        }
        let timeout = Timespec::try_from(left).ok();
        let _ = poll(&mut [PollFd::new(&next.descriptor, PollFlags::IN)], timeout.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::{ProcessHandle, end_all};
    use crate::process::facts;

    fn child(script: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().unwrap()
    }

    #[test]
    fn processes_are_ended_whether_they_go_by_themselves_or_not() {
        let mut willing = child("exec cat");
        let mut deaf = child("trap '' TERM; echo; exec cat");
        // Until it does not hear any more.
        std::io::Read::read_exact(deaf.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        let handles = [&willing, &deaf].map(|child| ProcessHandle::open(child.id()).unwrap());
        assert!(handles.iter().all(|handle| !handle.has_ended() && !handle.is_parent()));
        let all: Vec<_> = handles.into_iter().map(Some).chain([None]).collect();
        let left = end_all(all, Option::as_ref);
        assert!(matches!(left[..], [None]));
        for child in [&mut willing, &mut deaf] {
            assert!(child.try_wait().unwrap().is_some_and(|status| !status.success()));
        }
    }

    fn hanging_up_is_ignored() -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
        u64::from_str_radix(ignored.trim(), 16).unwrap() & 1 == 1
    }

    #[test]
    fn a_number_means_the_process_that_was_started_then() {
        let mut child = child("exec cat");
        let started = facts(child.id()).unwrap().started;
        assert!(ProcessHandle::open_started(child.id(), started + 1).is_none());
        let handle = ProcessHandle::open_started(child.id(), started).unwrap();
        assert_eq!(handle.pid(), child.id());
        handle.hang_up().unwrap();
        let end = child.wait().unwrap();
        // A program that was started by nohup, and all that it starts, hears nothing of it.
        assert!(!end.success() || hanging_up_is_ignored());
        assert!(handle.has_ended());
        assert!(ProcessHandle::open(0).is_err());
        let parent = ProcessHandle::open(crate::process::parent().unwrap()).unwrap();
        assert!(parent.is_parent());
    }
}
