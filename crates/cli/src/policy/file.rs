//! Reading the file of a policy: what others could have written, or could take away, is none.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::{Finding, Owner};
use crate::descriptor;

/// Largest file.
const MOST: usize = 64 * 1024;

/// Its text; `None` if there is no such file.
pub(super) fn read(path: &Path, owner: Owner) -> Result<Option<String>, Finding> {
    let finding = |what: &str, next: &str| Finding {
        file: path.to_owned(),
        line: None,
        what: what.to_owned(),
        next: next.to_owned(),
    };
    let unreadable = |e: io::Error| finding(&e.to_string(), "make it a file that you can read");
    let file = match open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound && owner != Owner::Nobody && is_absent(path) => {
            return Ok(None);
        }
        Err(e) => return Err(unreadable(e)),
    };
    let facts = file.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        return Err(finding("it is no regular file", "put a file there, or remove it"));
    }
    if !is_of(owner, facts.uid()) {
        return Err(finding("it belongs to another user", whose(owner)));
    }
    if owner != Owner::Nobody && facts.mode() & 0o022 != 0 {
        return Err(finding("others can write it", "chmod go-w it"));
    }
    // Whoever can write the folder of the system's file can take it away.
    if let (Owner::System, Some(folder)) = (owner, path.parent()) {
        let folder = folder.metadata().map_err(unreadable)?;
        if folder.uid() != 0 || folder.mode() & 0o022 != 0 {
            return Err(finding(
                "others than root can write its folder",
                "chown root and chmod go-w the folder",
            ));
        }
    }
    let bytes = descriptor::read_to_end(file, MOST).map_err(|e| unreadable(e.into()))?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| finding("it is not UTF-8", "save it as UTF-8 text"))
}

/// Whether there is neither a file nor a link to one that is lost, be it the folder's.
fn is_absent(path: &Path) -> bool {
    let is_lost = |path: &Path| path.symlink_metadata().is_ok() && path.metadata().is_err();
    !is_lost(path) && !path.parent().is_some_and(is_lost)
}

/// Nobody waits for the other end of a FIFO.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

fn is_of(owner: Owner, uid: u32) -> bool {
    match owner {
        Owner::System => uid == 0,
        Owner::User => uid == 0 || uid == rustix::process::geteuid().as_raw(),
        Owner::Nobody => true,
    }
}

fn whose(owner: Owner) -> &'static str {
    match owner {
        Owner::System => "chown root it, after a look at it",
        Owner::User | Owner::Nobody => "chown it to yourself, after a look at it",
    }
}
