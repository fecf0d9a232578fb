//! A folder that is open. Names in it are those below its path: the system has no calls that stay in a folder which
//! gets another name, and none but this user can give it one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use windows_sys::Win32::Foundation::{ERROR_DIRECTORY, ERROR_SHARING_VIOLATION, GENERIC_READ};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ADD_FILE, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_DELETE,
    FILE_SHARE_READ, OPEN_EXISTING,
};

use crate::file::asked::{SHARE_ALL, is_link};
use crate::file::facts::Facts;
use crate::file::open::{create_new_private, open_unfollowed};
use crate::file::outcomes::{Naming, Over};
use crate::file::replace::rename_over;
use crate::file::set::create_private_folder;
use crate::lock::{self, Share, Tried};
use crate::win32::files::{self, Opening};

/// A folder that is open.
pub struct Folder {
    file: File,
    path: PathBuf,
    /// Open for as long as it is held.
    held: Option<File>,
}

impl Folder {
    /// The folder at a path, through links.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::opened(path, FILE_FLAG_BACKUP_SEMANTICS)
    }

    fn opened(path: &Path, flags: u32) -> io::Result<Self> {
        let opening = Opening {
            access: GENERIC_READ,
            share: SHARE_ALL,
            disposition: OPEN_EXISTING,
            flags,
            rights: None,
        };
        let file = files::open(path, &opening)?;
        if is_link(&file) || !Facts::of_open(&file)?.is_folder() {
            return Err(io::Error::from_raw_os_error(ERROR_DIRECTORY.cast_signed()));
        }
        Ok(Self { file, path: std::path::absolute(path)?, held: None })
    }

    /// What the system says of it.
    pub fn facts(&self) -> io::Result<Facts> {
        Facts::of_open(&self.file)
    }

    /// Holds it against others who hold it, until this goes: having waited no longer than that. No lock can be on a
    /// folder, but who opens one says what others may do with it. To hold it is to open it as one to write names in,
    /// which reading names and writing files needs not.
    pub fn hold(&mut self, share: Share, patience: Duration) -> io::Result<Tried> {
        let others = match share {
            Share::Nothing => FILE_SHARE_READ | FILE_SHARE_DELETE,
            Share::WithOthers => SHARE_ALL,
        };
        lock::trying(patience, || match files::reopened(&self.file, FILE_ADD_FILE, others) {
            Ok(held) => {
                self.held = Some(held);
                Ok(Tried::Held)
            }
            Err(e) if files::is(&e, ERROR_SHARING_VIOLATION) => Ok(Tried::Busy),
            Err(e) => Err(e),
        })
    }

    /// What the system says of a name in it, be it a link.
    pub fn facts_of(&self, name: &OsStr) -> io::Result<Facts> {
        Facts::of_name(&self.path.join(name))
    }

    /// Opens a name in it for reading: neither a link is followed nor a pipe waited for.
    pub fn open_unfollowed(&self, name: &OsStr) -> io::Result<File> {
        open_unfollowed(&self.path.join(name))
    }

    /// Opens a folder in it: no link to one, and nothing else.
    pub fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
        Self::opened(&self.path.join(name), flags)
    }

    /// Makes a folder in it that is this user's alone.
    pub fn create_folder(&self, name: &OsStr) -> io::Result<()> {
        create_private_folder(&self.path.join(name))
    }

    /// Makes a file in it that is this user's alone, where there is none.
    pub fn create_file(&self, name: &OsStr) -> io::Result<File> {
        create_new_private(&self.path.join(name))
    }

    /// Every file has a name.
    pub fn create_nameless(&self) -> Option<File> {
        None
    }

    /// Every file has a name.
    pub fn name(&self, _file: &File, _name: &OsStr) -> io::Result<Naming> {
        Ok(Naming::Unsupported)
    }

    /// Gives a file in it another name.
    pub fn rename_over(&self, from: &OsStr, to: &OsStr, over: Over) -> io::Result<()> {
        rename_over(&self.path.join(from), &self.path.join(to), over)
    }

    /// Removes the name of a file.
    pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        std::fs::remove_file(self.path.join(name))
    }

    /// Removes an empty folder in it.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        std::fs::remove_dir(self.path.join(name))
    }

    /// The names in it, as far as they can be read.
    pub fn names(&self) -> io::Result<impl Iterator<Item = OsString>> {
        Ok(std::fs::read_dir(&self.path)?.flatten().map(|entry| entry.file_name()))
    }

    /// The system writes names by itself: files are renamed through to the disk.
    pub fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
