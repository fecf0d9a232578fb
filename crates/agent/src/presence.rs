//! The file by which a vault has one agent, and by which one in another network namespace is found.
//!
//! It lies in the runtime folder, says which process it is of, and the kernel keeps it locked as long
//! as that process lives. Nobody else can be taken for it: the number alone may be another's by now,
//! the number with the time of its start under a lock that is held may not. [`crate::holder`] finds
//! processes without any file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_os::file::{Facts, open_or_create_private, open_unfollowed};
use azvault_os::lock::{Share, Tried, attempt, within};
use azvault_os::process::{self, ProcessHandle, end_all};

/// Ending of the names of these files.
const LOCK: &str = "lock";

/// How often, 10 milliseconds apart, a file is read whose process is just writing it.
const LOOKS: usize = 50;

/// That this process is there, until it ends or drops this.
pub struct Presence {
    _locked: File,
}

impl Presence {
    /// Announces this process; `None` if another one has the file.
    pub fn announce(path: &Path) -> io::Result<Option<Self>> {
        Self::announce_within(path, Duration::ZERO)
    }

    /// The same, having waited so long for another one to go.
    pub fn announce_within(path: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let mut file = open_or_create_private(path)?;
        match within(&file, Share::Nothing, patience)? {
            Tried::Held => {}
            Tried::Busy => return Ok(None),
            Tried::Unsupported(error) => return Err(error),
        }
        let pid = std::process::id();
        let own = process::facts(pid).ok_or(io::ErrorKind::NotFound)?;
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
    pub process: Option<ProcessHandle>,
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

/// Who has that file; `None` if nobody does, `Some(None)` if it cannot be told.
fn look(path: &Path) -> Option<Option<ProcessHandle>> {
    for _ in 0..LOOKS {
        let mut file = open_unfollowed(path).ok()?;
        let facts = Facts::of_open(&file).ok()?;
        if !facts.is_file() || !facts.is_own() {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let process = named(&text);
        // Looked at last: who holds the lock now has held it since before its number was read.
        if attempt(&file, Share::WithOthers).is_ok_and(|tried| tried.is_held()) {
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
fn named(text: &str) -> Option<ProcessHandle> {
    let (pid, started) = text.trim_end().split_once(' ')?;
    ProcessHandle::open_started(pid.parse().ok()?, started.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::{Child, Command, Stdio};

    use azvault_os::process;

    use super::{Presence, end, present};

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
        let started = process::facts(pid).unwrap().started;
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
        assert_eq!(found[0].process.as_ref().unwrap().pid(), pid);
        assert!(end(found).is_empty());
        assert!(!is_running(&mut stranger));
        drop(held);
        assert!(present(folder.path()).unwrap().is_empty());
        assert!(present(&folder.path().join("nowhere")).unwrap().is_empty());
    }
}
