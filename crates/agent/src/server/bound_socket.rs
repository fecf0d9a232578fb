//! The place of the agent's socket, and whether the socket is still there.

use std::io;
use std::path::Path;

use azvault_os::file::{Facts, FileIdentity, FolderWatch};

/// A socket that was bound at a path. Once it is gone or another file is in its place, no command
/// finds this agent there, and what it holds would be held for nobody.
pub(super) struct BoundSocket<'a> {
    path: &'a Path,
    identity: FileIdentity,
    /// Wakes the loop when something happens in the folder. The kernel may have none to give: then
    /// the loop's own turn notices, and so it does where a folder further up is moved.
    changes: Option<FolderWatch>,
}

impl<'a> BoundSocket<'a> {
    /// Of the socket that lies there now.
    pub(super) fn of(path: &'a Path) -> io::Result<Self> {
        let changes = path.parent().and_then(|folder| FolderWatch::of(folder).ok());
        Ok(Self { path, identity: identity(path)?, changes })
    }

    /// Whether the socket is where it was bound.
    pub(super) fn is_kept(&self) -> bool {
        identity(self.path).is_ok_and(|found| found == self.identity)
    }

    /// Forgets what woke the loop.
    pub(super) fn drain(&self) {
        if let Some(changes) = &self.changes {
            changes.drain();
        }
    }

    /// Removes the socket, if it is still this agent's.
    pub(super) fn clear(self) {
        if self.is_kept() {
            let _ = std::fs::remove_file(self.path);
        }
    }

    pub(super) fn changes(&self) -> Option<&FolderWatch> {
        self.changes.as_ref()
    }
}

fn identity(path: &Path) -> io::Result<FileIdentity> {
    Ok(Facts::of_name(path)?.identity())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;

    use azvault_os::pipe::{Interest, Wait};

    use super::BoundSocket;

    fn is_woken(place: &BoundSocket<'_>) -> bool {
        let mut wait = Wait::new();
        wait.add(place.changes().unwrap(), Interest::Read);
        wait.within(Some(std::time::Duration::ZERO)).unwrap()[0].is_any()
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
            let place = BoundSocket::of(&path).unwrap();
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
        BoundSocket::of(&path).unwrap().clear();
        assert!(!path.exists());
    }
}
