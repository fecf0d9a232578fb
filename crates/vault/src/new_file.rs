//! Files that are complete and durable before they have their names.
//!
//! Until then they have none: a command that is killed leaves nothing. Where the file system knows no
//! files without a name, and for the moment in which one replaces another, the name is that of a
//! [leftover](crate::leftover).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Result, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, linkat, openat, renameat,
    renameat_with, unlinkat,
};
use rustix::io::Errno;

use crate::file::Named;
use crate::leftover;

/// Whether something may be at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing is there, and what comes there meanwhile stays.
    Nothing,
    /// What is there goes.
    Whatever,
}

/// A file that this process made, known by its inode.
pub struct Made(Named);

impl Made {
    /// One that was made in another way than by [`write_file`], and is open.
    pub fn of(path: &Path, file: &File) -> Result<Self> {
        Ok(Self(Named::of(path.to_owned(), &file.metadata()?)))
    }

    /// Removes it again: not another file that has its name by now.
    pub fn undo(&self) -> Result<()> {
        self.0.remove()
    }
}

/// Writes a file that is its owner's alone. `prepare` sets what it shall have before it is seen.
pub fn write_file(
    path: &Path,
    bytes: &[u8],
    over: Over,
    prepare: &dyn Fn(&File) -> Result<()>,
) -> Result<Made> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    leftover::sweep(folder);
    let folder = File::open(folder)?;
    let fill = |mut file: &File| {
        flock(file, FlockOperation::LockExclusive)?;
        file.write_all(bytes)?;
        prepare(file)?;
        file.sync_all()
    };
    let made = match without_name(&folder) {
        Some(file) => {
            fill(&file)?;
            place_nameless(&file, &folder, name, over)?.then_some(file)
        }
        None => None,
    };
    let made = match made {
        Some(file) => file,
        None => {
            let (draft, file) = leftover::new_file(&folder)?;
            let placed = fill(&file).and_then(|()| place_named(&folder, &draft, name, over));
            if placed.is_err() {
                let _ = unlinkat(&folder, &draft, AtFlags::empty());
            }
            placed?;
            file
        }
    };
    folder.sync_all()?;
    Made::of(path, &made)
}

/// A file that has no name in this folder yet; `None` where the system has none, or no way to name
/// one.
fn without_name(folder: &File) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(openat(folder, ".", flags, Mode::RUSR | Mode::WUSR).ok()?);
    // Without /proc it could get no name.
    Path::new(&by_descriptor(&file)).symlink_metadata().is_ok().then_some(file)
}

fn by_descriptor(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Whether the file has its name now; `false` where the file system gives it none.
fn place_nameless(file: &File, folder: &File, name: &OsStr, over: Over) -> Result<bool> {
    let link =
        |name: &OsStr| linkat(CWD, by_descriptor(file), folder, name, AtFlags::SYMLINK_FOLLOW);
    match link(name) {
        Ok(()) => Ok(true),
        // A link replaces nothing; a rename does.
        Err(Errno::EXIST) if over == Over::Whatever => {
            let draft = leftover::name();
            link(&draft)?;
            let renamed = renameat(folder, &draft, folder, name);
            if renamed.is_err() {
                let _ = unlinkat(folder, &draft, AtFlags::empty());
            }
            renamed?;
            Ok(true)
        }
        Err(Errno::EXIST) => Err(ErrorKind::AlreadyExists.into()),
        Err(e @ (Errno::NOSPC | Errno::DQUOT | Errno::IO | Errno::ROFS)) => Err(e.into()),
        Err(_) => Ok(false),
    }
}

fn place_named(folder: &File, draft: &OsStr, name: &OsStr, over: Over) -> Result<()> {
    renamed(folder.as_fd(), Path::new(draft), Path::new(name), over)
}

/// Gives a draft its name.
pub(crate) fn rename(draft: &Path, at: &Path, over: Over) -> Result<()> {
    renamed(CWD, draft, at, over)
}

/// Names that are not absolute are of the folder.
fn renamed(folder: BorrowedFd<'_>, draft: &Path, name: &Path, over: Over) -> Result<()> {
    if over == Over::Whatever {
        return Ok(renameat(folder, draft, folder, name)?);
    }
    match renameat_with(folder, draft, folder, name, RenameFlags::NOREPLACE) {
        // A link replaces nothing either, and every file system that renames has it or says so.
        Err(Errno::INVAL | Errno::NOSYS) => {
            linkat(folder, draft, folder, name, AtFlags::empty())?;
            Ok(unlinkat(folder, draft, AtFlags::empty())?)
        }
        renamed => Ok(renamed?),
    }
}

#[cfg(test)]
mod tests;
