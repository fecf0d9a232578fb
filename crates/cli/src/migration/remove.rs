//! Removing the originals, after the proof.
//!
//! Removing is not erasing: the blocks of the file may live on in the disk's spare area, in
//! snapshots, backups and copies. What helps is to change the credentials, so that is what the
//! user is told.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use azvault_importer::open::{self, OpenError, Opened};
use azvault_vault::{FollowedLink, ImportedFile, Made};
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::app::App;
use crate::ui::{shown, shown_path};

/// Why a file was left where it is.
pub(crate) enum Kept {
    /// It is not the file that was imported any more.
    Changed,
    /// A product has it locked.
    Busy,
    /// The system refused.
    Failed(std::io::Error),
    /// Something in it is not in the vault: what.
    Unproven(String),
    /// A file that points to it stays.
    PointedTo(PathBuf),
    /// A variable of the environment says its path.
    Variable(String),
    /// Its folder is another user's.
    ForeignFolder(u32),
}

impl Kept {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Changed => "changed since it was imported: azvault migrate run".to_owned(),
            Self::Busy => "another program is using it: try again".to_owned(),
            Self::Failed(error) => error.to_string(),
            Self::Unproven(what) => format!("{what} (azvault migrate verify)"),
            Self::PointedTo(file) => {
                format!("{} points to it, and is still there", shown_path(file))
            }
            Self::Variable(name) => format!("the variable {} says its path", shown(name)),
            Self::ForeignFolder(uid) => {
                format!("its folder belongs to another user (uid {uid})")
            }
        }
    }
}

/// Removes one original, if it is still what was imported: same device, inode, size and time, and
/// the same bytes. `false` if nothing was there.
pub(crate) fn remove(file: &ImportedFile) -> Result<Removal, Kept> {
    let opened = match open::read_once(&file.path) {
        Ok(opened) => opened,
        Err(OpenError::NotFound) => return Ok(Removal::WasGone),
        Err(OpenError::Busy) => return Err(Kept::Busy),
        Err(OpenError::Io(error)) => return Err(Kept::Failed(error)),
        Err(_) => return Err(Kept::Changed),
    };
    if !is_the_original(file, &opened) {
        return Err(Kept::Changed);
    }
    let (Some(folder), Some(name)) = (file.path.parent(), file.path.file_name()) else {
        return Err(Kept::Changed);
    };
    let held = hold(&file.path)?;
    let folder_handle = File::open(folder).map_err(Kept::Failed)?;
    // Looked at once more, by name and without following, now that nobody else may write it.
    let now = rustix::fs::statat(&folder_handle, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
        .map_err(failed)?;
    let modified_ns = i128::from(now.st_mtime) * 1_000_000_000 + i128::from(now.st_mtime_nsec);
    let same = now.st_dev == file.device
        && now.st_ino == file.inode
        && u64::try_from(now.st_size) == Ok(file.size)
        && modified_ns == file.modified_ns;
    if !same {
        return Err(Kept::Changed);
    }
    rustix::fs::unlinkat(&folder_handle, name, rustix::fs::AtFlags::empty()).map_err(failed)?;
    folder_handle.sync_all().map_err(Kept::Failed)?;
    drop(held);
    Ok(Removal::Done)
}

/// Removes the links that led to a file that is gone: each as it was followed, and of this user.
pub(crate) fn remove_links(file: &ImportedFile) {
    for link in &file.links {
        let _ = remove_link(link);
    }
}

fn remove_link(link: &FollowedLink) -> std::io::Result<()> {
    let is_own = link.path.symlink_metadata()?.uid() == rustix::process::geteuid().as_raw();
    if is_own && link.path.read_link()? == link.to && !link.path.exists() {
        std::fs::remove_file(&link.path)?;
    }
    Ok(())
}

/// What came of removing a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    Done,
    WasGone,
}

/// Says of files that others can read.
pub(crate) fn say_lax_modes(app: &App, files: &[&ImportedFile]) {
    for file in files.iter().filter(|file| file.mode & 0o077 != 0) {
        let path = shown_path(&file.path);
        let mode = file.mode & 0o7777;
        app.ui.warning(format!("{path} had mode {mode:04o}: others could read it"));
    }
}

fn is_the_original(file: &ImportedFile, opened: &Opened) -> bool {
    opened.stat.device == file.device
        && opened.stat.inode == file.inode
        && opened.stat.size == file.size
        && opened.stat.modified_ns == file.modified_ns
        && azvault_vault::sha256(&opened.bytes) == file.sha256
}

/// Holds the file against the products while it is removed: the lock that .NET takes on an open
/// file, and the lock file that both MSAL libraries make beside a cache.
fn hold(path: &Path) -> Result<Held, Kept> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(failed)?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(busy)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lockfile");
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let lock_file = match rustix::fs::open(&name, flags, Mode::RUSR | Mode::WUSR) {
        Ok(descriptor) => {
            rustix::fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive)
                .map_err(busy)?;
            let file = File::from(descriptor);
            let made = Made::of(Path::new(&name), &file).map_err(Kept::Failed)?;
            Some(LockFile { made, _held: file })
        }
        // One that survived a killed program is nobody's; reading has looked whether it is held.
        Err(rustix::io::Errno::EXIST) => None,
        Err(e) => return Err(failed(e)),
    };
    Ok(Held { _file: file, lock_file })
}

struct Held {
    _file: rustix::fd::OwnedFd,
    lock_file: Option<LockFile>,
}

/// It is held as long as the file is, and goes with it: not one that has its name by then.
struct LockFile {
    made: Made,
    _held: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(lock_file) = &self.lock_file {
            let _ = lock_file.made.undo();
        }
    }
}

fn failed(error: rustix::io::Errno) -> Kept {
    Kept::Failed(error.into())
}

fn busy(error: rustix::io::Errno) -> Kept {
    if error == rustix::io::Errno::WOULDBLOCK { Kept::Busy } else { failed(error) }
}
