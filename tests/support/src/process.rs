//! Processes: whether one runs, and how one is waited for.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Somebody else than whoever runs the tests.
pub const NOBODY: u32 = 65534;

/// How long what should be so within a second is waited for, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    // One that is gone already needs no signal.
    let _ = kill_process(process, signal);
}

/// Whether a process runs; one that has ended and was not waited for does not.
pub fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Waits until something is so, and fails if it never is.
#[track_caller]
pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
