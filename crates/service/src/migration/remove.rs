//! Removing the originals, after the proof.
//!
//! Removing is not erasing: the blocks of the file may live on in the disk's spare area, in
//! snapshots, backups and copies. What helps is to change the credentials, so that is what the
//! user is told.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use azvault_importer::open::{self, OpenError, Opened};
use azvault_os::file::{Facts, Folder, Owner, create_new_private, open_unfollowed};
use azvault_os::lock::{Share, Tried, attempt};
use azvault_vault::{FollowedLink, ImportedFile, Made};

use crate::app::App;
use crate::text::{shown, shown_path};

/// Why a file was left where it is.
pub enum Kept {
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
    ForeignFolder(Owner),
}

impl Kept {
    pub fn text(&self) -> String {
        match self {
            Self::Changed => "changed since it was imported: azvault migrate run".to_owned(),
            Self::Busy => "another program is using it: try again".to_owned(),
            Self::Failed(error) => error.to_string(),
            Self::Unproven(what) => format!("{what} (azvault migrate verify)"),
            Self::PointedTo(file) => {
                format!("{} points to it, and is still there", shown_path(file))
            }
            Self::Variable(name) => format!("the variable {} says its path", shown(name)),
            Self::ForeignFolder(owner) => {
                format!("its folder belongs to another user ({owner})")
            }
        }
    }
}

/// Removes one original, if it is still what was imported: same file, size and time, and
/// the same bytes. `false` if nothing was there.
pub fn remove(file: &ImportedFile) -> Result<Removal, Kept> {
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
    let folder = Folder::open(folder).map_err(Kept::Failed)?;
    // Looked at once more, by name and without following, now that nobody else may write it.
    let now = folder.facts_of(name).map_err(Kept::Failed)?;
    let same = now.identity() == file.identity
        && now.size() == file.size
        && now.modified_ns() == file.modified_ns;
    if !same {
        return Err(Kept::Changed);
    }
    folder.remove_file(name).map_err(Kept::Failed)?;
    folder.sync().map_err(Kept::Failed)?;
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
    let is_own = Facts::of_name(&link.path)?.is_own();
    if is_own && link.path.read_link()? == link.to && !link.path.exists() {
        std::fs::remove_file(&link.path)?;
    }
    Ok(())
}

/// What came of removing a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Done,
    WasGone,
}

/// Says of files that others can read.
pub fn say_lax_modes(app: &App, files: &[&ImportedFile]) {
    for file in files.iter().filter(|file| !file.permissions.is_private()) {
        let path = shown_path(&file.path);
        app.console.warning(format!("{path} had mode {}: others could read it", file.permissions));
    }
}

fn is_the_original(file: &ImportedFile, opened: &Opened) -> bool {
    opened.stat.identity == file.identity
        && opened.stat.size == file.size
        && opened.stat.modified_ns == file.modified_ns
        && azvault_vault::sha256(&opened.bytes) == file.sha256
}

/// Holds the file against the products while it is removed: the lock that .NET takes on an open
/// file, and the lock file that both MSAL libraries make beside a cache.
fn hold(path: &Path) -> Result<LockedOriginal, Kept> {
    let file = open_unfollowed(path).map_err(Kept::Failed)?;
    hold_alone(&file)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lockfile");
    let lock_file = match create_new_private(Path::new(&name)) {
        Ok(file) => {
            hold_alone(&file)?;
            let made = Made::of(Path::new(&name), &file).map_err(Kept::Failed)?;
            Some(LockFile { made, _held: file })
        }
        // One that survived a killed program is nobody's; reading has looked whether it is held.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => None,
        Err(e) => return Err(Kept::Failed(e)),
    };
    Ok(LockedOriginal { _file: file, lock_file })
}

struct LockedOriginal {
    _file: File,
    lock_file: Option<LockFile>,
}

/// It is held as long as the file is, and goes with it: not one that has its name by then.
struct LockFile {
    made: Made,
    _held: File,
}

impl Drop for LockedOriginal {
    fn drop(&mut self) {
        if let Some(lock_file) = &self.lock_file {
            let _ = lock_file.made.undo();
        }
    }
}

fn hold_alone(file: &File) -> Result<(), Kept> {
    match attempt(file, Share::Nothing).map_err(Kept::Failed)? {
        Tried::Held => Ok(()),
        Tried::Busy => Err(Kept::Busy),
        Tried::Unsupported(error) => Err(Kept::Failed(error)),
    }
}
