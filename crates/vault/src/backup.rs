//! Vault files on their way to their place: a backup that is made, and one that is put back.
//!
//! Each is a [`StagedVault`] first: whole, in a folder that nobody else can look into, beside the place
//! that it will have. It is opened and verified there like any vault, and gets its name at once or
//! not at all.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use azvault_os::file::{
    Facts, Folder, REPLACES_OPEN_FILES, create_new_private, open_without_waiting, rename_over,
};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Problem, StorageError, UnsafeBecause};
use crate::file::{Named, check_folder, companion_path};
use crate::format::file_header::check_header;
use crate::leftover::DraftFolder;
use crate::locked::Locked;
use crate::new_file::Over;
use crate::store::header;
use crate::{file, store};

/// A vault file that has no name yet.
pub struct StagedVault {
    path: PathBuf,
    folder: DraftFolder,
}

impl StagedVault {
    /// Copies a vault as it is at this moment, by way of SQLite: what another process is writing is
    /// in it whole, or not at all.
    pub fn of_vault(vault: &Locked, within: &Path) -> Result<Self, Problem> {
        let draft = Self::empty(within)?;
        // From the first look on nobody commits.
        let behavior = TransactionBehavior::Deferred;
        let moment = Transaction::new_unchecked(&vault.connection, behavior)?;
        header::read(&moment)?;
        let mut copy = store::open(&draft.path)?;
        let step = Backup::new(&moment, &mut copy)?.step(-1)?;
        if step != StepResult::Done {
            return Err(std::io::Error::from(ErrorKind::ResourceBusy).into());
        }
        copy.close().map_err(|(_, e)| e)?;
        OpenOptions::new().write(true).open(&draft.path)?.sync_all()?;
        Ok(draft)
    }

    /// Copies a file that comes from elsewhere, and nothing that lies beside it: a journal there is
    /// another user's instruction to SQLite.
    pub fn of_file(from: &Path, within: &Path) -> Result<Self, Problem> {
        // A FIFO is not waited for.
        let mut from = open_without_waiting(from)?;
        let facts = from.metadata()?;
        if !facts.is_file() {
            return Err(UnsafeBecause::NotRegular.into());
        }
        // So that a disk is not filled with what is none.
        if check_header(&from)? != facts.len() {
            return Err(Problem::NotAVault { what: "it is not as long as its header says" });
        }
        let draft = Self::empty(within)?;
        copy(&mut from, &draft.path)?;
        Ok(draft)
    }

    fn empty(within: &Path) -> Result<Self, Problem> {
        let folder = DraftFolder::within(within)?;
        let path = folder.vault();
        create_new_private(&path)?;
        Ok(Self { path, folder })
    }

    /// Opens it through handles of its own: a vault, not newer than this program knows, whose
    /// schema and structure are what they should be.
    pub fn open(&self) -> Result<Locked, Problem> {
        let opened = Locked::open(&self.path).and_then(|locked| {
            locked.quick_check()?;
            Ok(locked)
        });
        opened.map_err(|e| e.problem)
    }

    /// A memory of the draft's own. What this machine has seen of the vault does not speak against
    /// a backup, and it learns of none before that has its place.
    pub fn anchors(&self) -> PathBuf {
        self.folder.anchors()
    }

    /// Where it is until then.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its size in bytes.
    pub fn size(&self) -> Result<u64, Problem> {
        Ok(self.path.metadata()?.len())
    }

    /// Gives it its name, in the folder that it was made in.
    pub fn place(self, at: &Path, over: Over) -> Result<(), Problem> {
        match rename_over(&self.path, at, over) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Err(Problem::Exists),
            renamed => renamed?,
        }
        sync_folder_of(at)
    }

    /// Gives it the name of a vault. The vault that is there is kept at `kept`, complete before it
    /// is replaced, and nobody writes it meanwhile. Says whether there was one.
    ///
    /// `vault` is in the folder that the draft was made in.
    pub fn replace(self, vault: &Path, kept: &Path) -> Result<Over, Problem> {
        // The file is dropped after the lock: anyone who closes a file lets go of its locks, SQLite's
        // included.
        let mut there = match vault.symlink_metadata() {
            Ok(facts) if facts.is_file() => Some((Named::new(vault.into())?, File::open(vault)?)),
            Ok(_) => return Err(UnsafeBecause::NotRegular.into()),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e.into()),
        };
        let locked = match Locked::open(vault) {
            Ok(locked) => Some(locked),
            Err(e)
                if e.problem.is_busy()
                    || matches!(
                        e.problem,
                        Problem::Storage(StorageError::Io(_) | StorageError::Replaced)
                    ) =>
            {
                return Err(e.problem);
            }
            // Nothing that azvault would write.
            Err(_) => None,
        };
        let connection = locked.as_ref().map(|locked| &locked.connection);
        if !REPLACES_OPEN_FILES {
            connection.map(store::keep_locked).transpose()?;
        }
        let nobody_writes = connection
            .map(|vault| Transaction::new_unchecked(vault, TransactionBehavior::Exclusive))
            .transpose()?;
        if let Some((named, there)) = &mut there {
            // Another restore may have been first.
            named.check()?;
            let copied = Self::empty(kept.parent().unwrap_or(Path::new("/")))?;
            copy(there, &copied.path)?;
            copied.place(kept, Over::Nothing)?;
        }
        if locked.is_none() {
            // SQLite would obey them when it opens what comes beside them now.
            for ending in ["-journal", "-wal", "-shm"] {
                // Nothing of another file goes that has such a name already.
                let (from, to) = (companion_path(vault, ending), companion_path(kept, ending));
                match rename_over(&from, &to, Over::Nothing) {
                    Err(e) if e.kind() != ErrorKind::NotFound => return Err(e.into()),
                    _ => {}
                }
            }
        }
        let over = if there.is_some() { Over::Whatever } else { Over::Nothing };
        if !REPLACES_OPEN_FILES {
            // It stays locked.
            nobody_writes.map(Transaction::commit).transpose()?;
            if let Some(mut locked) = locked {
                return self.copy_into(&mut locked.connection).map(|()| over);
            }
        }
        self.place(vault, over)?;
        Ok(over)
    }

    /// Has a vault have the content of this one, all at once: where a file that is open cannot be replaced. Nobody
    /// writes it meanwhile, nor since it was [locked](store::keep_locked).
    fn copy_into(&self, vault: &mut Connection) -> Result<(), Problem> {
        let from = store::open(&self.path)?;
        match Backup::new(&from, vault)?.step(-1)? {
            StepResult::Done => Ok(()),
            _ => Err(std::io::Error::from(ErrorKind::ResourceBusy).into()),
        }
    }
}

/// Makes a folder for a vault or for backups, this user's alone, or looks whether the one that is
/// there will do.
pub fn make_folder(folder: &Path) -> Result<(), Problem> {
    file::make_folder(folder)?.keep();
    Ok(check_folder(&Facts::followed(folder)?)?)
}

fn copy(from: &mut File, to: &Path) -> Result<(), Problem> {
    let mut to = OpenOptions::new().write(true).open(to)?;
    std::io::copy(from, &mut to)?;
    Ok(to.sync_all()?)
}

fn sync_folder_of(path: &Path) -> Result<(), Problem> {
    Ok(Folder::open(path.parent().unwrap_or(Path::new("/")))?.sync()?)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;
    use std::time::Duration;

    use azvault_os::file::Facts;
    use rusqlite::{Connection, Transaction, TransactionBehavior};

    use super::StagedVault;
    use crate::store;

    fn marked(path: &Path, mark: i32) -> Connection {
        let connection = store::open(path).unwrap();
        connection
            .execute_batch(&format!("CREATE TABLE t{mark} (n); PRAGMA user_version = {mark}"))
            .unwrap();
        connection
    }

    fn mark(connection: &Connection) -> i32 {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_vault_that_is_open_gets_the_content_of_another_one_and_nobody_comes_in_between() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        File::create(&path).unwrap();
        let mut vault = marked(&path, 1);
        let identity = Facts::of_name(&path).unwrap().identity();
        let staged = StagedVault::empty(folder.path()).unwrap();
        drop(marked(&staged.path, 2));
        store::keep_locked(&vault).unwrap();
        let locks = Transaction::new_unchecked(&vault, TransactionBehavior::Exclusive).unwrap();
        locks.commit().unwrap();
        // It stays locked until it has its new content, and is closed.
        let writes = || {
            store::open_within(&path, Duration::ZERO)?
                .execute("DELETE FROM t1", [])
                .map_err(crate::error::Problem::from)
        };
        assert!(writes().is_err());
        staged.copy_into(&mut vault).unwrap();
        assert_eq!(mark(&vault), 2);
        assert!(writes().is_err());
        drop(vault);
        assert_eq!(mark(&store::open(&path).unwrap()), 2);
        assert_eq!(Facts::of_name(&path).unwrap().identity(), identity);
    }
}
