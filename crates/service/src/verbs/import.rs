//! Importing files: what would become of them, and the import.

use azvault_model::Secret;
use azvault_model::rules::import::Wishes;
use azvault_vault::Id;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Foreign, Message};
use crate::migration::apply;
use crate::migration::decided::decide;
use crate::migration::present::Content;
use crate::migration::proposed::Proposed;
use crate::migration::sent_file::SentFile;
use crate::opening::OpenVault;

/// Files come into the vault, in one transaction.
#[derive(Serialize, Deserialize)]
pub struct ImportFiles {
    pub files: Vec<SentFile>,
    /// The default, and names, that were asked for.
    pub wishes: Wishes,
    pub run: ImportRun,
}

/// Whether it is done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportRun {
    /// It is only told.
    Dry,
    /// Whatever the plan is.
    Real,
    /// If the vault is as it was when the plan was shown ([`Proposed::root`]).
    Agreed(String),
}

/// The plan, and what was done.
#[derive(Serialize, Deserialize)]
pub struct ImportedFiles {
    pub plan: Proposed,
    pub done: ImportDone,
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportDone {
    Nothing,
    /// The vault has all of it already: from this migration, or without any.
    Known(Option<Id>),
    Imported(Id),
    /// The vault is not as it was when the plan was shown: this is the plan now.
    Differs,
}

impl Message for ImportFiles {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.files.iter_mut().flat_map(SentFile::secrets).collect()
    }

    fn pack(&mut self) {
        self.files.iter_mut().for_each(|file| file.profile.pack());
    }

    fn unpack(&mut self) -> Result<(), Foreign> {
        self.files.iter_mut().try_for_each(|file| file.profile.unpack())
    }
}

impl Message for ImportedFiles {}

impl Verb for ImportFiles {
    const NAME: &'static str = "migrate run";
    const PURPOSE: Purpose = Purpose::Vault;
    const WORK: Option<&'static str> = Some("importing");
    type Reply = ImportedFiles;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ImportedFiles, Failure> {
        let Self { files, wishes, run } = self;
        let (before, root) = {
            let mut snapshot = open.vault.snapshot()?;
            let root = snapshot.records().root().to_owned();
            (Content::take(&mut snapshot)?, root)
        };
        let decided = decide(files, &wishes, before)?;
        let done = match run {
            _ if decided.changes_nothing() && !decided.is_of_something() => ImportDone::Known(None),
            _ if decided.changes_nothing() && apply::newest(&decided).is_some() => {
                ImportDone::Known(apply::newest(&decided))
            }
            ImportRun::Dry => ImportDone::Nothing,
            ImportRun::Agreed(shown) if shown != root => ImportDone::Differs,
            ImportRun::Real | ImportRun::Agreed(_) => {
                ImportDone::Imported(apply::apply(app, &mut open.vault, &decided, &root)?)
            }
        };
        Ok(ImportedFiles { plan: decided.into_proposed(root), done })
    }
}
