//! What a comparison compares, and what it finds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_os::file::path_as_bytes;
use azvault_vault::{Id, ImportedFile, Since, Taken};
use serde::{Deserialize, Serialize};

use super::again::FileAgain;
use crate::migration::present::Content;
use crate::migration::witnessed::LeftOut;

/// What a comparison found. Of its files a message has nothing.
#[derive(Serialize, Deserialize)]
pub struct Comparison {
    pub migration: Id,
    #[serde(skip)]
    pub files: Vec<Compared>,
    pub contexts: usize,
    pub secrets: usize,
    pub accounts: usize,
    pub environments: usize,
    pub differences: Vec<Difference>,
    /// Files with something that no reader understood, or that could not be read: importing them again
    /// changes nothing of that.
    #[serde(skip)]
    pub unread: BTreeSet<PathBuf>,
    /// What is there in another form than it was imported: renewed, renamed, changed.
    pub since: Vec<Difference>,
    /// What is not there any more because the user removed it or signed out.
    pub gone: Vec<Difference>,
    /// What the originals hold and the vault does not, with the reason.
    #[serde(skip)]
    pub left_out: Vec<LeftOut>,
    /// How many secrets azvault has renewed since.
    pub renewed: usize,
    /// How many secrets went when the user signed out.
    pub signed_out: usize,
}

/// One file of the migration.
pub struct Compared {
    pub file: ImportedFile,
    pub place: OriginalState,
}

/// What is at the place of the original now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OriginalState {
    /// The original, byte for byte.
    Original,
    /// Nothing: it was removed, and its sealed copy is in the vault.
    Removed,
    /// Something else, or nothing although it was never removed.
    Changed,
    /// Nothing was sealed of this file: settings, which stay where they are.
    NotSealed,
    /// Nothing of this file could be read when the others were imported.
    Refused,
}

impl OriginalState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::NotSealed => "settings",
            Self::Refused => "refused",
        }
    }
}

/// One point in which file and vault differ.
#[derive(Serialize, Deserialize)]
pub struct Difference {
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    pub what: String,
}

/// What the files are compared with.
pub(super) struct Against<'a> {
    pub(super) content: &'a Content,
    /// What the import decided; `None` for one by an earlier azvault.
    pub(super) taken: Option<&'a Taken>,
    pub(super) since: &'a Since,
}

impl Comparison {
    /// Of nothing yet.
    pub(crate) fn new(migration: Id) -> Self {
        Self {
            migration,
            files: Vec::new(),
            contexts: 0,
            secrets: 0,
            accounts: 0,
            environments: 0,
            differences: Vec::new(),
            unread: BTreeSet::new(),
            since: Vec::new(),
            gone: Vec::new(),
            left_out: Vec::new(),
            renewed: 0,
            signed_out: 0,
        }
    }

    /// Adds what was found where the vault is open.
    pub(crate) fn take_over(&mut self, of_vault: Self) {
        let Self { contexts, secrets, accounts, environments, renewed, signed_out, .. } = of_vault;
        self.differences.extend(of_vault.differences);
        self.since.extend(of_vault.since);
        self.gone.extend(of_vault.gone);
        (self.contexts, self.secrets) = (contexts, secrets);
        (self.accounts, self.environments) = (accounts, environments);
        (self.renewed, self.signed_out) = (renewed, signed_out);
    }

    /// Whether nothing of the files was lost: what is not in the vault as it was imported is there in
    /// a newer form, or the user removed it.
    pub(crate) fn lost_nothing(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether all of the files is in the vault.
    pub fn is_equal(&self) -> bool {
        self.lost_nothing() && self.gone.is_empty()
    }

    /// Whether only files differ of which nothing could be read: all that was imported is proven.
    pub fn differs_in_refused_files_alone(&self) -> bool {
        let refused = self.files.iter().filter(|one| one.place == OriginalState::Refused);
        let refused: BTreeSet<&PathBuf> = refused.map(|one| &one.file.path).collect();
        self.gone.is_empty() && self.differences.iter().all(|one| refused.contains(&one.path))
    }

    pub(super) fn differ(&mut self, source: &FileAgain, what: String) {
        self.differences.push(Difference { path: source.path.clone(), what });
    }

    pub(super) fn tell(&mut self, source: &FileAgain, what: String) {
        self.since.push(Difference { path: source.path.clone(), what });
    }

    pub(super) fn miss(&mut self, source: &FileAgain, what: String) {
        self.gone.push(Difference { path: source.path.clone(), what });
    }
}
