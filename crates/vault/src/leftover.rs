//! What a killed command may leave behind: its name, and what proves that it is ours to remove.
//!
//! A leftover has a name that only azvault makes: `.azvault-draft-`, 16 random hexadecimal digits, and
//! 16 digits that follow from those. It is a file of this user with no other name, or a folder that
//! this user alone may enter, and it is locked while someone works on it. Anything that lacks one of
//! these stays, whatever its name begins with.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_os::file::{Facts, Folder, Kind, create_private_folder};
use azvault_os::lock::{self, Share};

use crate::anchor::name::is_name;
use crate::digest::{hex, sha256};
use crate::file::Named;
use crate::random;

const PREFIX: &str = ".azvault-draft-";

/// What a draft's folder may hold: a vault with the journal of SQLite, and its anchors.
const VAULT: &str = "vault.db";
const JOURNAL: &str = "vault.db-journal";
const ANCHORS: &str = "anchors";

/// How often another name is taken for a file that was swept before it could be locked.
const TRIES: usize = 8;

/// How long another process may look at a folder that was just made.
const TO_SWEEP: Duration = Duration::from_secs(5);

/// A new name.
pub(crate) fn name() -> OsString {
    let mut random = [0; 8];
    random::fill(&mut random);
    named_after(&hex(&random))
}

fn named_after(random: &str) -> OsString {
    let mark = sha256(format!("azvault draft {random}").as_bytes());
    format!("{PREFIX}{random}{}", hex(&mark[..8])).into()
}

/// Whether a name is one that [`name`] made.
fn is_ours(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.get(..16));
    random.is_some_and(|random| {
        random.bytes().all(|byte| byte.is_ascii_hexdigit()) && named_after(random) == name
    })
}

/// Removes what killed commands left in a folder. It is a service to the next command, which never
/// fails because of it.
pub fn sweep(folder: &Path) {
    let (Ok(handle), Ok(entries)) = (Folder::open(folder), std::fs::read_dir(folder)) else {
        return;
    };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name())) {
        let _ = remove(&handle, &entry.file_name());
    }
}

fn remove(folder: &Folder, name: &OsStr) -> Result<()> {
    // Looked at before it is opened: to open a device or a FIFO may do something.
    let facts = folder.facts_of(name)?;
    let is_ours = facts.is_own()
        && match facts.kind() {
            Kind::File => facts.names() == 1,
            Kind::Folder => facts.is_private(),
            _ => false,
        };
    if !is_ours {
        return Ok(());
    }
    // The lock is of what was opened: the name must still be as well.
    if facts.is_folder() {
        let mut held = folder.open_folder(name)?;
        held.hold(Share::Nothing, Duration::ZERO)?.required()?;
        if held.facts()?.identity() == facts.identity() {
            clear(&held);
            folder.remove_folder(name)?;
        }
        return Ok(());
    }
    let held = folder.open_unfollowed(name)?;
    lock::attempt(&held, Share::Nothing)?.required()?;
    if Facts::of_open(&held)?.identity() == facts.identity() {
        folder.remove_file(name)?;
    }
    Ok(())
}

/// Empties a draft's folder of what azvault puts there. Anything else keeps the folder.
fn clear(folder: &Folder) {
    for name in [VAULT, JOURNAL] {
        let _ = folder.remove_file(name.as_ref());
    }
    let Ok(names) = folder.names() else { return };
    for name in names {
        if is_ours(&name) {
            let _ = remove(folder, &name);
        } else if name == ANCHORS
            && let Ok(anchors) = folder.open_folder(ANCHORS.as_ref())
        {
            clear_anchors(&anchors);
            let _ = folder.remove_folder(ANCHORS.as_ref());
        }
    }
}

fn clear_anchors(folder: &Folder) {
    let Ok(names) = folder.names() else { return };
    for name in names {
        if is_name(&name) {
            let _ = folder.remove_file(&name);
        } else if is_ours(&name) {
            let _ = remove(folder, &name);
        }
    }
}

/// A new file that has a draft's name, locked: for file systems that know none without a name.
pub(crate) fn new_file(folder: &Folder) -> Result<(OsString, File)> {
    for _ in 0..TRIES {
        let name = name();
        let file = folder.create_file(&name)?;
        lock::wait(&file, Share::Nothing)?;
        if Facts::of_open(&file)?.names() == 1 {
            return Ok((name, file));
        }
    }
    Err(ErrorKind::ResourceBusy.into())
}

/// A folder that is this user's alone and goes with this: for what must have a name while it is made
/// or looked at. A killed command leaves it to the next [`sweep`].
pub struct DraftFolder {
    path: PathBuf,
    /// Locked as long as someone works in it.
    held: Folder,
}

impl DraftFolder {
    /// In another folder, which is swept.
    pub fn within(folder: &Path) -> Result<Self> {
        // SQLite refuses links in the folders of a path.
        let folder = folder.canonicalize()?;
        sweep(&folder);
        for _ in 0..TRIES {
            let path = folder.join(name());
            create_private_folder(&path)?;
            let Ok(mut held) = Folder::open(&path) else { continue };
            // Nobody holds it but to sweep it, and then it is gone.
            held.hold(Share::Nothing, TO_SWEEP)?.required()?;
            let facts = held.facts()?;
            if Named::of(path.clone(), &facts).check().is_ok() {
                return Ok(Self { path, held });
            }
        }
        Err(ErrorKind::ResourceBusy.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a vault that is made or looked at lies in it.
    pub(crate) fn vault(&self) -> PathBuf {
        self.path.join(VAULT)
    }

    /// Where anchors lie that are nobody else's.
    pub fn anchors(&self) -> PathBuf {
        self.path.join(ANCHORS)
    }
}

impl Drop for DraftFolder {
    fn drop(&mut self) {
        clear(&self.held);
        // Only an empty one goes.
        let _ = std::fs::remove_dir(&self.path);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
