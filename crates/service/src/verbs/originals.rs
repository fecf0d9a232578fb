//! The sealed originals of a migration: released, and what became of the files then.

use azvault_model::Secret;
use azvault_os::file::FileIdentity;
use azvault_vault::{Id, ImportedFile, Problem};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::{App, Consent};
use crate::contexts::Purpose;
use crate::failure::{Failure, Kind};
use crate::message::{Message, not_there_yet};
use crate::opening::OpenVault;
use crate::presence::Releases;
use crate::text::count;
use crate::{audit, migration, policy};

/// Sealed originals of some files of a migration. The audit log has it first, under the verb.
#[derive(Serialize, Deserialize)]
pub struct ReleaseOriginals {
    pub migration: Id,
    /// By their numbers in the migration.
    pub files: Vec<usize>,
    pub what_for: WhatFor,
}

/// What originals are released for.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum WhatFor {
    /// To be put back, to which a person agrees: `--yes`, or `--force`.
    Rollback(Consent),
    /// To be read once more where the file itself is not there any more.
    Verify,
    /// The same, to know what the file pointed to.
    Clean,
}

/// The originals, in the order in which they were asked for.
#[derive(Serialize, Deserialize)]
pub struct ReleasedOriginals {
    pub originals: Vec<ReleasedOriginal>,
}

/// The bytes of a file on their way to who asked.
#[derive(Serialize, Deserialize)]
pub struct ReleasedOriginal {
    #[serde(skip, default = "not_there_yet")]
    pub bytes: Secret,
}

/// Originals were put back: what a later `clean` knows them by.
#[derive(Serialize, Deserialize)]
pub struct RecordRestored {
    pub migration: Id,
    pub restored: Vec<RestoredFile>,
}

/// Which file one of a migration is now.
#[derive(Serialize, Deserialize)]
pub struct RestoredFile {
    /// Its number in the migration.
    pub file: usize,
    pub identity: FileIdentity,
}

/// It stands in the vault.
#[derive(Serialize, Deserialize)]
pub struct Recorded {}

impl Message for ReleaseOriginals {}

impl Message for ReleasedOriginals {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.originals.iter_mut().map(|original| &mut original.bytes).collect()
    }
}

impl Message for RecordRestored {}

impl Message for Recorded {}

impl WhatFor {
    /// The verb, for the audit log.
    fn verb(self) -> &'static str {
        match self {
            Self::Rollback(_) => "migrate rollback",
            Self::Verify => "migrate verify",
            Self::Clean => "migrate clean",
        }
    }
}

impl Verb for ReleaseOriginals {
    const NAME: &'static str = "originals";
    const PURPOSE: Purpose = Purpose::Vault;
    const ASKS: bool = true;
    const WORK: Option<&'static str> = Some("opening");
    type Reply = ReleasedOriginals;

    fn releases(&self) -> Releases {
        Releases::LongLived
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ReleasedOriginals, Failure> {
        let Self { migration, files, what_for } = self;
        if let WhatFor::Rollback(_) = what_for {
            policy::export_plaintext(app, "originals are not put back; they stay sealed")?;
        }
        let (subjects, originals) = {
            let snapshot = open.vault.snapshot()?;
            let import = migration::find(snapshot.imports(), Some(&migration.into()))?;
            let all = &import.value.files;
            if let WhatFor::Rollback(consent) = what_for {
                let sealed = all.iter().filter(|file| file.original.is_some()).count();
                let question = format!("Put {} back, unencrypted?", count(sealed, "file"));
                app.confirm(consent, &question)?;
            }
            let asked = files.iter().map(|number| all.get(*number).ok_or_else(none));
            let asked: Vec<&ImportedFile> = asked.collect::<Result<_, _>>()?;
            let mut originals = Vec::with_capacity(asked.len());
            for file in &asked {
                let bytes = snapshot.original(file.original.as_ref().ok_or_else(none)?)?;
                originals.push(ReleasedOriginal { bytes: Secret::new(bytes) });
            }
            let paths = asked.iter().map(|file| file.path.as_path());
            (audit::of_migration(migration, paths), originals)
        };
        // Told before any plaintext leaves: what cannot be told is not done.
        open.vault.write(|writing| audit::log(app, writing, what_for.verb(), subjects))?;
        Ok(ReleasedOriginals { originals })
    }
}

/// No sealed copy has that number.
fn none() -> Failure {
    Failure::new(Kind::NotFound, "the migration has no such original any more")
        .hint("azvault migrate list")
}

impl Verb for RecordRestored {
    const NAME: &'static str = "restored";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = Recorded;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<Recorded, Failure> {
        let Self { migration, restored } = self;
        open.vault.write(|writing| -> Result<(), Problem> {
            writing.change_import(migration, |import| {
                for file in &mut import.files {
                    file.removed = None;
                }
                for RestoredFile { file, identity } in restored {
                    if let Some(file) = import.files.get_mut(file) {
                        file.identity = identity;
                    }
                }
            })
        })?;
        Ok(Recorded {})
    }
}
