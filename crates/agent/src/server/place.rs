//! The place of the agent's socket, and whether the socket is still there.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

/// A socket that was bound at a path. Once it is gone or another file is in its place, no command
/// finds this agent there, and what it holds would be held for nobody.
pub(super) struct Place<'a> {
    path: &'a Path,
    inode: (u64, u64),
    /// Wakes the loop when something happens in the folder. The kernel may have none to give: then
    /// the loop's own turn notices, and so it does where a folder further up is moved.
    changes: Option<OwnedFd>,
}

impl<'a> Place<'a> {
    /// Of the socket that lies there now.
    pub(super) fn of(path: &'a Path) -> io::Result<Self> {
        let changes = path.parent().and_then(|folder| changes(folder).ok());
        Ok(Self { path, inode: inode(path)?, changes })
    }

    /// Whether the socket is where it was bound.
    pub(super) fn is_kept(&self) -> bool {
        inode(self.path).is_ok_and(|found| found == self.inode)
    }

    /// Forgets what woke the loop.
    pub(super) fn drain(&self) {
        let mut events = [0; 4096];
        if let Some(changes) = &self.changes {
            while rustix::io::read(changes, &mut events).is_ok_and(|read| read > 0) {}
        }
    }

    /// Removes the socket, if it is still this agent's.
    pub(super) fn clear(self) {
        if self.is_kept() {
            let _ = std::fs::remove_file(self.path);
        }
    }

    pub(super) fn changes(&self) -> Option<BorrowedFd<'_>> {
        self.changes.as_ref().map(AsFd::as_fd)
    }
}

fn inode(path: &Path) -> io::Result<(u64, u64)> {
    let facts = path.symlink_metadata()?;
    Ok((facts.dev(), facts.ino()))
}

fn changes(folder: &Path) -> io::Result<OwnedFd> {
    let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let gone = WatchFlags::DELETE | WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
    let folder_gone = WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
    inotify::add_watch(&events, folder, gone | folder_gone | WatchFlags::ONLYDIR)?;
    Ok(events)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::Place;

    fn is_woken(place: &Place<'_>) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let changes = place.changes().unwrap();
        poll(&mut [PollFd::new(&changes, PollFlags::IN)], Some(&now)).unwrap() > 0
    }

    #[test]
    fn a_socket_that_is_removed_moved_or_replaced_is_noticed_and_not_removed() {
        let replace = |path: &std::path::Path| {
            fs::rename(path, path.with_extension("old")).unwrap();
            fs::write(path, "another").unwrap();
        };
        type Change<'a> = &'a dyn Fn(&std::path::Path);
        let cases: [(&str, Change<'_>); 4] = [
            ("removed", &|path| fs::remove_file(path).unwrap()),
            ("folder removed", &|path| fs::remove_dir_all(path.parent().unwrap()).unwrap()),
            ("folder moved", &|path| {
                let folder = path.parent().unwrap();
                fs::rename(folder, folder.with_extension("old")).unwrap();
            }),
            ("replaced", &replace),
        ];
        for (what, change) in cases {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("run");
            fs::create_dir(&folder).unwrap();
            let path = folder.join("a.sock");
            let _listener = UnixListener::bind(&path).unwrap();
            let place = Place::of(&path).unwrap();
            assert!(place.is_kept() && !is_woken(&place), "{what}");
            fs::write(folder.join("other"), "").unwrap();
            assert!(place.is_kept(), "{what}");
            change(&path);
            assert!(is_woken(&place), "{what}");
            place.drain();
            assert!(!is_woken(&place), "{what}");
            assert!(!place.is_kept(), "{what}");
            place.clear();
            assert_eq!(path.exists(), what == "replaced");
        }
    }

    #[test]
    fn a_socket_that_was_kept_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        Place::of(&path).unwrap().clear();
        assert!(!path.exists());
    }
}
