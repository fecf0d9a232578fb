//! Reading the file of a policy: what others could have written, or could take away, is none.

use std::io::{self, ErrorKind};
use std::path::Path;

use azvault_os::file::{self, Facts, open_without_waiting};

use super::finding::Finding;
use crate::descriptor;

/// Whose file it is: whom it may belong to follows from that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Root.
    System,
    /// This user, or root.
    User,
    /// Anybody: it is looked at, and does not hold.
    Nobody,
}

/// Largest file.
const MAX_SIZE: usize = 64 * 1024;

/// Its text; `None` if there is no such file.
pub(super) fn read(path: &Path, owner: Owner) -> Result<Option<String>, Finding> {
    let finding = |what: &str, next: &str| Finding {
        file: path.to_owned(),
        line: None,
        what: what.to_owned(),
        next: next.to_owned(),
    };
    let unreadable = |e: io::Error| finding(&e.to_string(), "make it a file that you can read");
    let file = match open_without_waiting(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound && owner != Owner::Nobody && is_absent(path) => {
            return Ok(None);
        }
        Err(e) => return Err(unreadable(e)),
    };
    let facts = Facts::of_open(&file).map_err(unreadable)?;
    if !facts.is_file() {
        return Err(finding("it is no regular file", "put a file there, or remove it"));
    }
    if !is_of(owner, facts.owner()) {
        return Err(finding("it belongs to another user", whose(owner)));
    }
    if owner != Owner::Nobody && facts.permissions().writers().is_some() {
        return Err(finding("others can write it", "chmod go-w it"));
    }
    // Whoever can write the folder of the system's file can take it away.
    if let (Owner::System, Some(folder)) = (owner, path.parent()) {
        let folder = Facts::followed(folder).map_err(unreadable)?;
        if !folder.owner().is_system() || folder.permissions().writers().is_some() {
            return Err(finding(
                "others than root can write its folder",
                "chown root and chmod go-w the folder",
            ));
        }
    }
    let bytes = descriptor::read_to_end(file, MAX_SIZE).map_err(unreadable)?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| finding("it is not UTF-8", "save it as UTF-8 text"))
}

/// Whether there is neither a file nor a link to one that is lost, be it the folder's.
fn is_absent(path: &Path) -> bool {
    let is_lost = |path: &Path| path.symlink_metadata().is_ok() && path.metadata().is_err();
    !is_lost(path) && !path.parent().is_some_and(is_lost)
}

fn is_of(owner: Owner, found: file::Owner) -> bool {
    match owner {
        Owner::System => found.is_system(),
        Owner::User => found.is_system() || found.is_own(),
        Owner::Nobody => true,
    }
}

fn whose(owner: Owner) -> &'static str {
    match owner {
        Owner::System => "chown root it, after a look at it",
        Owner::User | Owner::Nobody => "chown it to yourself, after a look at it",
    }
}
