//! The migrations into the vault, and the files of one.

use azvault_os::file::Permissions;
use azvault_vault::{Id, IdPrefix, Import, ImportedFile, Stored};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::migration;
use crate::opening::OpenVault;

/// All migrations into this vault.
#[derive(Serialize, Deserialize)]
pub struct ListMigrations {}

/// The newest first.
#[derive(Serialize, Deserialize)]
pub struct ListedMigrations {
    pub migrations: Vec<ListedMigration>,
}

/// A migration, and numbers of its files.
#[derive(Serialize, Deserialize)]
pub struct ListedMigration {
    pub id: Id,
    /// Unix seconds.
    pub created: i64,
    pub files: usize,
    pub sealed: usize,
    pub removed: usize,
}

/// One migration, by its id.
#[derive(Serialize, Deserialize)]
pub struct ShowMigration {
    pub id: IdPrefix,
}

/// A migration with its files.
#[derive(Serialize, Deserialize)]
pub struct ShownMigration {
    pub migration: ListedMigration,
    pub files: Vec<MigratedFile>,
}

/// A file that was imported, and what became of it.
#[derive(Serialize, Deserialize)]
pub struct MigratedFile {
    /// Where it lay, as it is shown.
    pub path: String,
    pub format: String,
    pub product: String,
    pub outcome: String,
    pub permissions: Permissions,
    pub size: u64,
    pub original: Original,
    /// When it was removed from its place, in Unix seconds.
    pub removed: Option<i64>,
}

/// Whether the bytes of a file are in the vault.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Original {
    Sealed,
    NotKept,
}

impl Message for ListMigrations {}

impl Message for ListedMigrations {}

impl Message for ShowMigration {}

impl Message for ShownMigration {}

impl ListedMigration {
    fn of(import: &Stored<Import>) -> Self {
        let files = &import.value.files;
        Self {
            id: import.id,
            created: import.value.created,
            files: files.len(),
            sealed: files.iter().filter(|file| file.original.is_some()).count(),
            removed: files.iter().filter(|file| file.removed.is_some()).count(),
        }
    }
}

impl MigratedFile {
    fn of(file: &ImportedFile) -> Self {
        Self {
            path: file.path.display().to_string(),
            format: file.format.clone(),
            product: file.product.clone(),
            outcome: file.outcome.clone(),
            permissions: file.permissions,
            size: file.size,
            original: match file.original {
                Some(_) => Original::Sealed,
                None => Original::NotKept,
            },
            removed: file.removed,
        }
    }
}

impl Verb for ListMigrations {
    const NAME: &'static str = "migrate list";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = ListedMigrations;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<ListedMigrations, Failure> {
        let snapshot = open.vault.snapshot()?;
        let mut migrations: Vec<_> = snapshot.imports().iter().map(ListedMigration::of).collect();
        migrations.sort_by_key(|one| std::cmp::Reverse((one.created, one.id)));
        Ok(ListedMigrations { migrations })
    }
}

impl Verb for ShowMigration {
    const NAME: &'static str = "migrate show";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = ShownMigration;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<ShownMigration, Failure> {
        let snapshot = open.vault.snapshot()?;
        let import = migration::find(snapshot.imports(), Some(&self.id))?;
        let files = import.value.files.iter().map(MigratedFile::of).collect();
        Ok(ShownMigration { migration: ListedMigration::of(import), files })
    }
}
