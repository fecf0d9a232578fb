//! What `clean` leaves in the vault: copies that it sealed, and which files are gone.

use std::path::PathBuf;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_os::file::path_as_bytes;
use azvault_vault::{Id, ImportedFile, Problem};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::migration::sent_file::SentOriginal;
use crate::migration::{onward, unused};
use crate::opening::OpenVault;
use crate::revocation::Revocation;
use crate::{audit, revocation};

/// Copies of originals are sealed as files of the migration, before they go.
#[derive(Serialize, Deserialize)]
pub struct SealCopies {
    pub migration: Id,
    pub copies: Vec<SentCopy>,
}

/// A copy.
#[derive(Serialize, Deserialize)]
pub struct SentCopy {
    pub(crate) facts: ImportedFile,
    pub(crate) original: SentOriginal,
}

/// Copies as the migration has them now.
#[derive(Serialize, Deserialize)]
pub struct SealedCopies {
    pub files: Vec<ImportedFile>,
}

/// Originals are gone from their places.
#[derive(Serialize, Deserialize)]
pub struct RecordRemoved {
    pub migration: Id,
    pub removed: Vec<RemovedFile>,
    /// What lay in them.
    pub lay_there: Vec<LaidSecret>,
}

/// Where a file lay.
#[derive(Serialize, Deserialize)]
pub struct RemovedFile {
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
}

/// A secret that lay in a file.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub struct LaidSecret {
    pub kind: SecretKind,
    /// Whose, without case.
    pub account: Option<String>,
}

/// What is left to do.
#[derive(Serialize, Deserialize)]
pub struct Removed {
    /// In the order in which it is to be done.
    pub rotate: Vec<Revocation>,
    /// Commands with which one goes on.
    pub go_on: Vec<String>,
    /// Accounts whose credentials lay there and are used by no context.
    pub unused: Vec<String>,
}

impl Message for SealCopies {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.copies.iter_mut().map(|copy| &mut copy.original.bytes).collect()
    }
}

impl Message for SealedCopies {}

impl Message for RecordRemoved {}

impl Message for Removed {}

impl LaidSecret {
    /// As a secret of this description lay there.
    pub(crate) fn of(about: &SecretDescription) -> Self {
        Self { kind: about.kind, account: about.account.as_deref().map(str::to_lowercase) }
    }
}

impl Verb for SealCopies {
    const NAME: &'static str = "seal copies";
    const PURPOSE: Purpose = Purpose::Vault;
    const WORK: Option<&'static str> = Some("sealing");
    type Reply = SealedCopies;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<SealedCopies, Failure> {
        let Self { migration, copies } = self;
        let files = open.vault.write(|writing| -> Result<_, Problem> {
            let mut files = Vec::with_capacity(copies.len());
            for SentCopy { facts, original } in copies {
                // EXPOSE: sealed, as the way back.
                let original = Some(writing.add_original(original.bytes.expose())?);
                files.push(ImportedFile { original, removed: None, ..facts });
            }
            writing.change_import(migration, |import| {
                import.files.extend(files.iter().map(ImportedFile::copied));
            })?;
            Ok(files)
        })?;
        Ok(SealedCopies { files })
    }
}

impl Verb for RecordRemoved {
    const NAME: &'static str = "removed";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = Removed;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Removed, Failure> {
        let Self { migration, removed, lay_there } = self;
        let is_removed = |file: &ImportedFile| removed.iter().any(|one| one.path == file.path);
        if !removed.is_empty() {
            let paths = removed.iter().map(|removed| removed.path.as_path());
            let (subjects, now) = (audit::of_migration(migration, paths), app.now());
            open.vault.write(|writing| -> Result<(), Problem> {
                writing.change_import(migration, |import| {
                    for file in import.files.iter_mut().filter(|file| is_removed(file)) {
                        file.removed = Some(now);
                    }
                })?;
                audit::log(app, writing, "migrate clean", subjects)
            })?;
        }
        let snapshot = open.vault.snapshot()?;
        let lay = |about: &SecretDescription| lay_there.contains(&LaidSecret::of(about));
        let secrets = || snapshot.secrets().iter().filter(|secret| lay(&secret.description));
        let contexts = snapshot.contexts().iter().map(|context| &context.value);
        let unused = unused::accounts(contexts, secrets().map(|secret| &secret.description));
        let imports = snapshot.imports().iter().filter(|import| import.id == migration);
        let files = imports.flat_map(|import| &import.value.files).filter(|file| is_removed(file));
        let files: Vec<&ImportedFile> = files.collect();
        Ok(Removed {
            rotate: revocation::of(secrets(), app.now(), &onward::az(&snapshot)),
            go_on: onward::commands(&files, &snapshot),
            unused: unused.into_iter().map(str::to_owned).collect(),
        })
    }
}
