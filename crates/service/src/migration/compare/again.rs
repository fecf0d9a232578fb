//! The files of a migration, read once more, where they are compared.

use std::path::PathBuf;

use azvault_model::rules::import::Origin;
use azvault_model::{Account, ByDigest, Context, Digests, Profile, Secret};
use azvault_vault::{Id, Snapshot};

use super::comparison::{Comparison, Difference};
use crate::failure::Failure;
use crate::migration;
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

/// All of them.
pub(super) struct Again {
    pub(super) files: Vec<FileAgain>,
}

impl Again {
    /// Opens every sealed copy: what was read of it must be what is in it.
    pub(super) fn check_sealed_copies(
        &self,
        snapshot: &Snapshot<'_>,
        id: Id,
        comparison: &mut Comparison,
    ) -> Result<(), Failure> {
        let import = migration::find(snapshot.imports(), Some(&id.into()))?;
        for (number, file) in import.value.files.iter().enumerate() {
            let Some(original) = &file.original else { continue };
            let sealed = azvault_vault::sha256(&snapshot.original(original)?);
            let read = self.files.iter().find(|again| again.number == number);
            if read.is_none_or(|read| read.sha256 != sealed) {
                let what = "its sealed copy is not what was read".to_owned();
                comparison.differences.push(Difference { path: file.path.clone(), what });
            }
        }
        Ok(())
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
