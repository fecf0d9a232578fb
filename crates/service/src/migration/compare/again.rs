//! The files of a migration, read once more, where they are compared.

use std::collections::HashMap;
use std::path::PathBuf;

use azvault_model::rules::import::Origin;
use azvault_model::{Account, ByDigest, Context, Digests, Profile, Secret};
use azvault_vault::{ImportedFile, OriginalRef, Snapshot};

use super::comparison::{Comparison, Difference};
use crate::failure::Failure;
use crate::migration::present::Content;

/// A file, read once more.
pub(crate) struct FileAgain {
    /// Its number in the migration.
    pub(crate) number: usize,
    pub(crate) path: PathBuf,
    pub(crate) origin: Origin,
    pub(crate) sha256: [u8; 32],
    pub(crate) profile: Profile,
    /// A certificate is its file.
    pub(crate) certificate: Option<Secret>,
}

/// The sealed copies of a migration.
pub(super) struct SealedCopies(Vec<SealedCopy>);

struct SealedCopy {
    path: PathBuf,
    original: OriginalRef,
    /// The digest of what was read of the file.
    read: Option<[u8; 32]>,
}

impl SealedCopies {
    /// Opens every one: what was read of it must be what is in it.
    pub(super) fn check(
        self,
        snapshot: &Snapshot<'_>,
        comparison: &mut Comparison,
    ) -> Result<(), Failure> {
        for SealedCopy { path, original, read } in self.0 {
            let sealed = azvault_vault::sha256(&snapshot.original(&original)?);
            if read != Some(sealed) {
                let what = "its sealed copy is not what was read".to_owned();
                comparison.differences.push(Difference { path, what });
            }
        }
        Ok(())
    }
}

/// All of them.
pub(super) struct Again {
    pub(super) files: Vec<FileAgain>,
}

impl Again {
    /// The sealed copies of the migration's files, and what was read of each.
    pub(super) fn sealed_copies(&self, files: Vec<ImportedFile>) -> SealedCopies {
        let read: HashMap<usize, [u8; 32]> =
            self.files.iter().map(|again| (again.number, again.sha256)).collect();
        let sealed = files.into_iter().enumerate().filter_map(|(number, file)| {
            let ImportedFile { path, original, .. } = file;
            let read = read.get(&number).copied();
            original.map(|original| SealedCopy { path, original, read })
        });
        SealedCopies(sealed.collect())
    }

    /// Drops what the vault says in the words of a file: who is who is known from the file as well.
    pub(super) fn leave_out_what_files_say(&self, content: &mut Content) {
        let digests = Digests::default();
        let profiles = || self.files.iter().map(|file| &file.profile);
        let contexts = profiles().flat_map(|profile| &profile.contexts);
        let said: ByDigest<&Context> =
            contexts.map(|said| (digests.of(said.name.caseless()), said)).collect();
        content.contexts.retain(|own| {
            let said = said.get(&digests.of(own.name.caseless()));
            !said.is_some_and(|said| said.says_the_same_as(own))
        });
        let accounts = profiles().flat_map(|profile| &profile.accounts);
        let said: ByDigest<&Account> = accounts.map(|said| (digests.of(&said.id), said)).collect();
        content
            .accounts
            .retain(|own| said.get(&digests.of(&own.id)).is_none_or(|said| *said != own));
        content.contexts.shrink_to_fit();
        content.accounts.shrink_to_fit();
    }
}
