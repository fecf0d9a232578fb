//! The file, before SQLite sees it: whose it is, and whether it is a vault at all.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use azvault_os::file::{
    Facts, FileIdentity, FileVersion, Folder, Kind, create_private_folders, open_unfollowed,
};

use crate::error::{Problem, StorageError, UnsafeBecause};
use crate::format::file_header::check_header;

/// A file by its name and by itself: another one may come to have the name.
pub(crate) struct Named {
    path: PathBuf,
    identity: FileIdentity,
}

impl Named {
    pub(crate) fn new(path: PathBuf) -> Result<Self, Problem> {
        let facts = Facts::of_name(&path)?;
        Ok(Self::of(path, &facts))
    }

    /// A file that is open, and the name that it was given.
    pub(crate) fn of(path: PathBuf, facts: &Facts) -> Self {
        Self { path, identity: facts.identity() }
    }

    /// Refuses a file whose name another one has by now. What is written into it would be found by
    /// nobody.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.facts().map(drop)
    }

    fn facts(&self) -> Result<Facts, Problem> {
        match Facts::of_name(&self.path) {
            Ok(facts) if facts.identity() == self.identity => Ok(facts),
            Ok(_) => Err(StorageError::Replaced.into()),
            Err(e) if e.kind() == ErrorKind::NotFound => Err(StorageError::Replaced.into()),
            Err(e) => Err(e.into()),
        }
    }

    /// Removes the file, unless its name is another's by now.
    pub(crate) fn remove(&self) -> std::io::Result<()> {
        match self.check() {
            Ok(()) => std::fs::remove_file(&self.path),
            Err(Problem::Storage(StorageError::Io(e))) => Err(e),
            Err(_) => Ok(()),
        }
    }
}

/// The file of a vault, open beside SQLite: anyone who closes a file lets go of all locks that this
/// process has on it, so it stays open until SQLite's own is closed.
pub(crate) struct OpenFile {
    named: Named,
    file: File,
}

impl OpenFile {
    /// Opens a file that is safe to open, with its folder and its companions.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        if !path.is_absolute() {
            return Err(UnsafeBecause::RelativePath.into());
        }
        let facts = match Facts::of_name(path) {
            Ok(facts) => facts,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(Problem::NotThere);
            }
            Err(e) => return Err(e.into()),
        };
        check_facts(&facts)?;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(UnsafeBecause::NotRegular.into());
        };
        // SQLite refuses links in the folders of a path.
        let path = folder.canonicalize()?.join(name);
        let file = open_unfollowed(&path)?;
        let named = Named::of(path, &Facts::of_open(&file)?);
        let opened = Self { named, file };
        opened.check_form()?;
        Ok(opened)
    }

    /// For SQLite: absolute, and without links in its folders.
    pub(crate) fn path(&self) -> &Path {
        &self.named.path
    }

    /// As [`Named::check`].
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.named.check()
    }

    /// By what it is known that the file is as it was. Refuses one whose name another one has.
    pub(crate) fn version(&self) -> Result<FileVersion, Problem> {
        self.named.facts().map(|facts| facts.version())
    }

    /// Whether it is safe to open and has the form of a vault: for one that was changed since it was
    /// opened.
    pub(crate) fn check_form(&self) -> Result<(), Problem> {
        check_facts(&self.named.facts()?)?;
        check_folder(&Facts::followed(self.path().parent().unwrap_or(Path::new("/")))?)?;
        check_companions(self.path())?;
        check_header(&self.file).map(drop)
    }
}

fn check_facts(facts: &Facts) -> Result<(), UnsafeBecause> {
    if facts.kind() == Kind::Link {
        return Err(UnsafeBecause::SymbolicLink);
    }
    if !facts.is_file() {
        return Err(UnsafeBecause::NotRegular);
    }
    if !facts.is_own() {
        return Err(UnsafeBecause::OtherOwner(facts.owner()));
    }
    if !facts.is_private() {
        return Err(UnsafeBecause::LaxMode(facts.permissions()));
    }
    if facts.names() != 1 {
        return Err(UnsafeBecause::HardLinks(facts.names()));
    }
    Ok(())
}

/// Anyone who may write the folder may put another file in the vault's place.
pub(crate) fn check_folder(facts: &Facts) -> Result<(), UnsafeBecause> {
    if !facts.is_own() || facts.permissions().writers().is_some() {
        return Err(UnsafeBecause::LaxFolder(facts.permissions()));
    }
    Ok(())
}

/// Makes a folder that is this user's alone, with those above it. A new one is there for certain
/// once the one that holds it was synchronised. Says which ones are new, the lowest first.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<NewFolders> {
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    let new = NewFolders(missing.map(Path::to_owned).collect());
    create_private_folders(folder)?;
    for holder in new.0.iter().filter_map(|new| new.parent()) {
        Folder::open(holder)?.sync()?;
    }
    Ok(new)
}

/// Folders that were made for something. Unless they are kept they go when this does, those that are
/// empty.
pub(crate) struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    pub(crate) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// A journal is obeyed when the file is opened: only this user's own is. Vaults never have a
/// write-ahead log.
fn check_companions(path: &Path) -> Result<(), UnsafeBecause> {
    let companion = |ending: &str| Facts::of_name(&companion_path(path, ending)).ok();
    if companion("-wal").is_some() || companion("-shm").is_some() {
        return Err(UnsafeBecause::WriteAheadLog);
    }
    match companion("-journal") {
        Some(facts) if check_facts(&facts).is_err() => Err(UnsafeBecause::ForeignJournal),
        _ => Ok(()),
    }
}

/// The path of a file that SQLite puts beside a database.
pub(crate) fn companion_path(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
