//! Processes: whether one runs, and how one is waited for.

use std::fs;
use std::sync::Once;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, setsid};

/// Somebody else than whoever runs the tests.
pub const NOBODY: u32 = 65534;

/// How long what should be so within a second is waited for, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Sees to it that what the tests start is in a session of the kernel whose leader can be seen. A job that goes
/// on when its leader has ended, or whose leader is outside of its container (its number is 0), is no terminal
/// to the agent, and CI may be either.
pub(crate) fn have_a_terminal() {
    static LOOKED: Once = Once::new();
    LOOKED.call_once(|| {
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let leader = stat.rsplit(')').next().unwrap().split_whitespace().nth(3).unwrap();
        if fs::read(format!("/proc/{leader}/stat")).is_err() {
            setsid().expect("the tests are started by a program that waits for them");
        }
    });
}

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
