//! Files that are complete and durable before they have their names.
//!
//! Until then they have none: a command that is killed leaves nothing. Where the file system knows no
//! files without a name, and for the moment in which one replaces another, the name is that of a
//! [leftover](crate::leftover).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

pub use azvault_os::file::Over;
use azvault_os::file::{Facts, Folder, Naming};
use azvault_os::lock::{self, Share};

use crate::file::Named;
use crate::leftover;

/// A file that this process made, known by its inode.
pub struct Made(Named);

impl Made {
    /// One that was made in another way than by [`write_file`], and is open.
    pub fn of(path: &Path, file: &File) -> Result<Self> {
        Ok(Self(Named::of(path.to_owned(), &Facts::of_open(file)?)))
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
    let folder = Folder::open(folder)?;
    let fill = |mut file: &File| {
        file.write_all(bytes)?;
        prepare(file)?;
        file.sync_all()
    };
    let made = match folder.create_nameless() {
        Some(file) => {
            // A file that is held is not held twice: that would wait for itself.
            lock::wait(&file, Share::Nothing)?;
            fill(&file)?;
            place_nameless(&file, &folder, name, over)?.then_some(file)
        }
        None => None,
    };
    let made = match made {
        Some(file) => file,
        None => {
            let (draft, file) = leftover::new_file(&folder)?;
            let placed = fill(&file).and_then(|()| folder.rename_over(&draft, name, over));
            if placed.is_err() {
                let _ = folder.remove_file(&draft);
            }
            placed?;
            file
        }
    };
    folder.sync()?;
    Made::of(path, &made)
}

/// Whether the file has its name now; `false` where the file system gives it none.
fn place_nameless(file: &File, folder: &Folder, name: &OsStr, over: Over) -> Result<bool> {
    match (folder.name(file, name)?, over) {
        (Naming::Done, _) => Ok(true),
        // A link replaces nothing; a rename does.
        (Naming::Taken, Over::Whatever) => {
            let draft = leftover::name();
            match folder.name(file, &draft)? {
                Naming::Done => {}
                Naming::Taken => return Err(ErrorKind::AlreadyExists.into()),
                Naming::Unsupported => return Err(ErrorKind::Unsupported.into()),
            }
            let renamed = folder.rename_over(&draft, name, over);
            if renamed.is_err() {
                let _ = folder.remove_file(&draft);
            }
            renamed?;
            Ok(true)
        }
        (Naming::Taken, Over::Nothing) => Err(ErrorKind::AlreadyExists.into()),
        (Naming::Unsupported, _) => Ok(false),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
