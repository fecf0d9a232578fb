//! A folder that is open: names in it stay in it, whatever becomes of its own name.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, linkat, mkdirat, openat, statat, unlinkat};
use rustix::io::Errno;

use super::asked;
use super::facts::Facts;
use super::outcomes::{Naming, Over};
use super::replace::renamed;
use crate::lock::{self, Share, Tried};

/// A folder that is open.
pub struct Folder(File);

impl Folder {
    /// The folder at a path, through links.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(CWD, path, flags, Mode::empty())?.into()))
    }

    /// What the system says of it.
    pub fn facts(&self) -> io::Result<Facts> {
        Facts::of_open(&self.0)
    }

    /// Holds it against others who hold it, until this goes: having waited no longer than that.
    pub fn hold(&mut self, share: Share, patience: Duration) -> io::Result<Tried> {
        lock::within(&self.0, share, patience)
    }

    /// What the system says of a name in it, be it a link.
    pub fn facts_of(&self, name: &OsStr) -> io::Result<Facts> {
        Ok(asked::of_stat(&statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Opens a name in it for reading: neither a link is followed nor a pipe waited for.
    pub fn open_unfollowed(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(openat(&self.0, name, flags, Mode::empty())?.into())
    }

    /// Opens a folder in it: no link to one, and nothing else.
    pub fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self(openat(&self.0, name, flags, Mode::empty())?.into()))
    }

    /// Makes a folder in it that is this user's alone.
    pub fn create_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(mkdirat(&self.0, name, Mode::RWXU)?)
    }

    /// Makes a file in it that is this user's alone, where there is none.
    pub fn create_file(&self, name: &OsStr) -> io::Result<File> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    /// Makes a file in it that has no name yet and goes with this process; `None` where the file
    /// system has none, or no way to name one.
    pub fn create_nameless(&self) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(openat(&self.0, ".", flags, Mode::RUSR | Mode::WUSR).ok()?);
        // Without /proc it could get no name.
        Path::new(&by_descriptor(&file)).symlink_metadata().is_ok().then_some(file)
    }

    /// Gives a file that has none a name in it. Replaces nothing.
    pub fn name(&self, file: &File, name: &OsStr) -> io::Result<Naming> {
        match linkat(CWD, by_descriptor(file), &self.0, name, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => Ok(Naming::Done),
            Err(Errno::EXIST) => Ok(Naming::Taken),
            Err(e @ (Errno::NOSPC | Errno::DQUOT | Errno::IO | Errno::ROFS)) => Err(e.into()),
            Err(_) => Ok(Naming::Unsupported),
        }
    }

    /// Gives a file in it another name.
    pub fn rename_over(&self, from: &OsStr, to: &OsStr, over: Over) -> io::Result<()> {
        renamed(self.0.as_fd(), Path::new(from), Path::new(to), over)
    }

    /// Removes the name of a file.
    pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes an empty folder in it.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// The names in it, as far as they can be read.
    pub fn names(&self) -> io::Result<impl Iterator<Item = OsString>> {
        let entries = Dir::read_from(&self.0)?.flatten();
        let names = entries.map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned());
        Ok(names.filter(|name| name != "." && name != ".."))
    }

    /// Has its names on the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

fn by_descriptor(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}
