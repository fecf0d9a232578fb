//! What is kept of migrations, once they are done.

use azvault_vault::{Id, IdPrefix, Import, Stored};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::{App, Consent};
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::text::count;
use crate::{audit, migration};

/// What the vault remembers of all migrations.
#[derive(Serialize, Deserialize)]
pub struct ReadMigrations {}

/// Each with its files: none of their bytes, and nothing of what became of what they brought.
#[derive(Serialize, Deserialize)]
pub struct Migrations {
    pub all: Vec<Stored<Import>>,
}

/// The sealed copies of a migration's originals are dropped.
#[derive(Serialize, Deserialize)]
pub struct ForgetOriginals {
    pub migration: IdPrefix,
    /// `--yes`.
    pub destroy: Consent,
}

/// What was dropped.
#[derive(Serialize, Deserialize)]
pub struct Forgotten {
    pub migration: Id,
    pub files: usize,
}

impl Message for ReadMigrations {}

impl Message for Migrations {}

impl Message for ForgetOriginals {}

impl Message for Forgotten {}

impl Verb for ReadMigrations {
    const NAME: &'static str = "migrations";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = Migrations;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<Migrations, Failure> {
        Ok(Migrations { all: open.vault.snapshot()?.into_imports() })
    }
}

impl Verb for ForgetOriginals {
    const NAME: &'static str = "migrate forget";
    const PURPOSE: Purpose = Purpose::Vault;
    const ASKS: bool = true;
    type Reply = Forgotten;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Forgotten, Failure> {
        let (id, paths) = {
            let snapshot = open.vault.snapshot()?;
            let import = migration::find(snapshot.imports(), Some(&self.migration))?;
            let sealed = import.value.files.iter().filter(|file| file.original.is_some());
            (import.id, sealed.map(|file| file.path.clone()).collect::<Vec<_>>())
        };
        let files = paths.len();
        if files > 0 {
            let question =
                format!("Drop the sealed copies of {} of migration {id}?", count(files, "file"));
            app.confirm(self.destroy, &question)?;
            let subjects = audit::of_migration(id, paths.iter().map(|path| path.as_path()));
            open.vault.write(|writing| {
                writing.forget_originals(id)?;
                audit::log(app, writing, "migrate forget", subjects)
            })?;
        }
        Ok(Forgotten { migration: id, files })
    }
}
