//! Holding a file against others: the lock goes with the handle, however its process ends.

#[cfg_attr(unix, path = "lock/unix.rs")]
#[cfg_attr(windows, path = "lock/windows.rs")]
mod system;

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

/// How long after each other a file is tried that somebody else holds.
const APART: Duration = Duration::from_millis(5);

/// Whether others may hold the file at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Nobody else.
    Nothing,
    /// Those who share it as well.
    WithOthers,
}

/// What came of trying to hold a file.
#[derive(Debug)]
pub enum Tried {
    /// It is held from now on.
    Held,
    /// Another process holds it.
    Busy,
    /// The file system knows no locks.
    Unsupported(io::Error),
}

impl Tried {
    /// Whether it is held from now on.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Held)
    }

    /// For a file that must be held: what there is none of is an error.
    pub fn required(self) -> io::Result<()> {
        match self {
            Self::Held => Ok(()),
            Self::Busy => Err(io::ErrorKind::WouldBlock.into()),
            Self::Unsupported(error) => Err(error),
        }
    }
}

/// Holds a file, having waited for others as long as they take.
pub fn wait(file: &File, share: Share) -> io::Result<()> {
    system::wait(file, share)
}

/// Holds a file, having waited for others no longer than that.
pub fn within(file: &File, share: Share, patience: Duration) -> io::Result<Tried> {
    trying(patience, || attempt(file, share))
}

/// The system has no call that waits for a lock and for the time as well.
pub(crate) fn trying(
    patience: Duration,
    mut attempt: impl FnMut() -> io::Result<Tried>,
) -> io::Result<Tried> {
    let start = Instant::now();
    loop {
        match attempt()? {
            Tried::Busy if start.elapsed() < patience => std::thread::sleep(APART),
            tried => return Ok(tried),
        }
    }
}

/// Holds a file if nobody else does, and waits for nobody.
pub fn attempt(file: &File, share: Share) -> io::Result<Tried> {
    system::attempt(file, share)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use std::time::Duration;

    use super::{Share, Tried, attempt, wait, within};

    #[test]
    fn a_file_is_held_by_one_or_shared_by_many_until_its_handle_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let path = &path;
        let opened = || File::open(path).unwrap();
        let (first, second) = (opened(), opened());
        assert!(attempt(&first, Share::WithOthers).unwrap().is_held());
        assert!(attempt(&second, Share::WithOthers).unwrap().is_held());
        let third = opened();
        assert!(matches!(attempt(&third, Share::Nothing).unwrap(), Tried::Busy));
        let refused = attempt(&third, Share::Nothing).unwrap().required().unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
        drop((first, second));
        wait(&third, Share::Nothing).unwrap();
        assert!(matches!(attempt(&opened(), Share::WithOthers).unwrap(), Tried::Busy));
        let soon = Duration::from_millis(20);
        assert!(matches!(within(&opened(), Share::Nothing, soon).unwrap(), Tried::Busy));
        std::thread::scope(|scope| {
            let long = Duration::from_secs(60);
            scope.spawn(move || {
                assert!(within(&opened(), Share::WithOthers, long).unwrap().is_held());
            });
            let waits = scope.spawn(move || wait(&opened(), Share::WithOthers).unwrap());
            std::thread::sleep(Duration::from_millis(20));
            assert!(!waits.is_finished());
            drop(third);
        });
    }
}
