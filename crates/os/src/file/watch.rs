//! Being told that something happens to names in a folder.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

/// A folder that is watched, and can be waited for: something comes when a name in it goes or is
/// another file's, or the folder itself goes. Folders further up are not watched.
pub struct FolderWatch(OwnedFd);

impl FolderWatch {
    /// From now on. The system may have no watch to give.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let gone = WatchFlags::DELETE | WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
        let folder_gone = WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        inotify::add_watch(&events, folder, gone | folder_gone | WatchFlags::ONLYDIR)?;
        Ok(Self(events))
    }

    /// Forgets what came.
    pub fn drain(&self) {
        let mut events = [0; 4096];
        while rustix::io::read(&self.0, &mut events).is_ok_and(|read| read > 0) {}
    }
}

impl AsFd for FolderWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::FolderWatch;
    use crate::pipe::{Interest, Wait};

    #[test]
    fn a_name_that_goes_or_is_replaced_is_told_and_one_that_comes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").unwrap();
        let watch = FolderWatch::of(folder.path()).unwrap();
        let tells = || {
            let mut wait = Wait::new();
            wait.add(&watch, Interest::Read);
            let told = wait.within(Some(Duration::ZERO)).unwrap()[0].is_any();
            watch.drain();
            told
        };
        fs::write(at("other"), "").unwrap();
        assert!(!tells());
        fs::rename(at("other"), at("file")).unwrap();
        assert!(tells() && !tells());
        fs::remove_file(at("file")).unwrap();
        assert!(tells());
        assert!(FolderWatch::of(&at("file")).is_err());
    }
}
