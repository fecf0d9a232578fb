//! The file by which a vault has one agent, and by which one in another network namespace is found.
//!
//! It lies in the runtime folder, says which process it is of, and the kernel keeps it locked as long
//! as that process lives. Nobody else can be taken for it: the number alone may be another's by now,
//! the number with the time of its start under a lock that is held may not. [`crate::holder`] finds
//! processes without any file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, geteuid, pidfd_open, pidfd_send_signal};

use crate::peer;

/// Ending of the names of these files.
const LOCK: &str = "lock";

/// How long a process that is asked to end has to wipe what it holds. Then it is made to.
const TO_WIPE: Duration = Duration::from_secs(1);

/// How long the kernel has to end one that was killed.
const TO_GO: Duration = Duration::from_secs(5);

/// How often, 10 milliseconds apart, a file is read whose process is just writing it.
const LOOKS: usize = 50;

/// That this process is there, until it ends or drops this.
pub struct Presence {
    _locked: File,
}

impl Presence {
    /// Announces this process; `None` if another one has the file.
    pub fn announce(path: &Path) -> io::Result<Option<Self>> {
        let mut file = opened(File::options().write(true).create(true).truncate(false), path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
        let pid = std::process::id();
        let own = peer::process(pid).ok_or(io::ErrorKind::NotFound)?;
        file.set_len(0)?;
        file.write_all(format!("{pid} {}\n", own.started).as_bytes())?;
        Ok(Some(Self { _locked: file }))
    }
}

/// A process that is there.
pub struct Present {
    /// Its file.
    pub file: PathBuf,
    /// `None` if its file does not say which it is.
    pub process: Option<Process>,
}

/// Which process, for good: the descriptor is of no other.
pub struct Process {
    /// Its number.
    pub pid: u32,
    pub(crate) descriptor: OwnedFd,
}

/// All that are there; a folder that is not there has none.
pub fn present(folder: &Path) -> io::Result<Vec<Present>> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == LOCK)
            && let Some(process) = look(&file)
        {
            found.push(Present { file, process });
        }
    }
    Ok(found)
}

/// Ends them: each is asked to, and made to when it does not go. Gives back those that stay.
pub fn end(present: Vec<Present>) -> Vec<Present> {
    end_all(present, |one| one.process.as_ref())
}

/// The same of whatever stands for a process.
pub(crate) fn end_all<T>(all: Vec<T>, process: impl Fn(&T) -> Option<&Process>) -> Vec<T> {
    signal(&all, &process, Signal::TERM);
    let left = wait(all, &process, TO_WIPE);
    signal(&left, &process, Signal::KILL);
    wait(left, &process, TO_GO)
}

/// Who has that file; `None` if nobody does, `Some(None)` if it cannot be told.
fn look(path: &Path) -> Option<Option<Process>> {
    for _ in 0..LOOKS {
        let mut file = opened(File::options().read(true), path).ok()?;
        let facts = file.metadata().ok()?;
        if !facts.is_file() || facts.uid() != geteuid().as_raw() {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let process = named(&text);
        // Looked at last: who holds the lock now has held it since before its number was read.
        if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
            return None;
        }
        if process.is_some() {
            return Some(process);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(None)
}

/// The process of that number, if it is the one that started then.
fn named(text: &str) -> Option<Process> {
    let (pid, started) = text.trim_end().split_once(' ')?;
    let (pid, started): (u32, u64) = (pid.parse().ok()?, started.parse().ok()?);
    let raw = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let descriptor = pidfd_open(raw, PidfdFlags::empty()).ok()?;
    // After the descriptor was opened: from here on the number cannot mean somebody else.
    (peer::process(pid)?.started == started).then_some(Process { pid, descriptor })
}

fn opened(options: &mut std::fs::OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(i32::try_from(flags.bits()).unwrap_or(0)).open(path)
}

fn signal<T>(all: &[T], process: impl Fn(&T) -> Option<&Process>, signal: Signal) {
    for process in all.iter().filter_map(process) {
        let _ = pidfd_send_signal(&process.descriptor, signal);
    }
}

/// Those that have not ended by then.
fn wait<T>(
    mut all: Vec<T>,
    process: impl Fn(&T) -> Option<&Process>,
    patience: Duration,
) -> Vec<T> {
    let start = Instant::now();
    loop {
        let left = patience.saturating_sub(start.elapsed());
        all.retain(|one| process(one).is_none_or(|process| !has_ended(process)));
        let Some(next) = all.iter().find_map(&process) else { return all };
        if left.is_zero() {
            return all;
        }
        let timeout = Timespec::try_from(left).ok();
        let _ = poll(&mut [PollFd::new(&next.descriptor, PollFlags::IN)], timeout.as_ref());
    }
}

pub(crate) fn has_ended(process: &Process) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let ready = poll(&mut [PollFd::new(&process.descriptor, PollFlags::IN)], Some(&now));
    ready.is_ok_and(|ready| ready > 0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::{Child, Command, Stdio};

    use super::{Presence, end, present};
    use crate::peer;

    /// A process that ends with this one at the latest.
    fn stranger() -> Child {
        Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
    }

    fn is_running(child: &mut Child) -> bool {
        child.try_wait().unwrap().is_none()
    }

    #[test]
    fn a_number_that_somebody_else_has_by_now_ends_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let mut stranger = stranger();
        let pid = stranger.id();
        let started = peer::process(pid).unwrap().started;
        // Nobody holds the lock of the file: what it says is of a process that has ended.
        fs::write(folder.path().join("a.lock"), format!("{pid} {started}\n")).unwrap();
        assert!(present(folder.path()).unwrap().is_empty());
        // Somebody holds it, and the number in it is of a process that started at another time.
        let path = folder.path().join("b.lock");
        let held = Presence::announce(&path).unwrap().unwrap();
        assert!(Presence::announce(&path).unwrap().is_none());
        fs::write(&path, format!("{pid} {}\n", started + 1)).unwrap();
        let found = present(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].process.is_none());
        // It is given back as one that stays, and nobody got a signal.
        assert_eq!(end(found).len(), 1);
        assert!(is_running(&mut stranger));
        // With the right time it is meant, and goes.
        fs::write(&path, format!("{pid} {started}\n")).unwrap();
        let found = present(folder.path()).unwrap();
        assert_eq!(found[0].process.as_ref().unwrap().pid, pid);
        assert!(end(found).is_empty());
        assert!(!is_running(&mut stranger));
        drop(held);
        assert!(present(folder.path()).unwrap().is_empty());
        assert!(present(&folder.path().join("nowhere")).unwrap().is_empty());
    }
}
