//! The proof of a migration: what its files say is compared with what the vault holds.

use std::path::PathBuf;

use azvault_model::rules::import::Origin;
use azvault_model::{Profile, Secret};
use azvault_os::file::path_as_bytes;
use azvault_vault::Id;
use serde::{Deserialize, Serialize};

use super::Handle;
use super::Verb;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Foreign, Message, SentProfile, not_there_yet};
use crate::migration::compare::{self, ComparedMigration, FileAgain};
use crate::migration::witnessed::WitnessedValue;
use crate::opening::OpenVault;

/// The files of a migration, read once more, against the vault through a handle that has read nothing
/// before. Of what they say nothing comes back but whether the vault has it.
#[derive(Serialize, Deserialize)]
pub struct CompareMigration {
    pub migration: Id,
    pub files: Vec<SentFileAgain>,
    /// What looks like a credential in the files.
    pub witnessed: Vec<WitnessedValue>,
}

/// One of them.
#[derive(Serialize, Deserialize)]
pub struct SentFileAgain {
    /// Its number in the migration.
    pub number: usize,
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    pub origin: Origin,
    /// Of the bytes that were read: those of the sealed copy, if it has one.
    pub sha256: [u8; 32],
    pub profile: SentProfile,
    /// A certificate is its file.
    pub certificate: Option<SentCertificate>,
}

/// The bytes of a certificate's file.
#[derive(Serialize, Deserialize)]
pub struct SentCertificate {
    #[serde(skip, default = "not_there_yet")]
    pub bytes: Secret,
}

impl Message for CompareMigration {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let files = self.files.iter_mut().flat_map(|file| {
            let certificate = file.certificate.iter_mut().map(|certificate| &mut certificate.bytes);
            file.profile.secrets().chain(certificate)
        });
        files.chain(self.witnessed.iter_mut().map(|witnessed| &mut witnessed.value)).collect()
    }

    fn pack(&mut self) {
        self.files.iter_mut().for_each(|file| file.profile.pack());
    }

    fn unpack(&mut self) -> Result<(), Foreign> {
        self.files.iter_mut().try_for_each(|file| file.profile.unpack())
    }
}

impl Message for ComparedMigration {}

impl Verb for CompareMigration {
    const NAME: &'static str = "migrate verify";
    const PURPOSE: Purpose = Purpose::Vault;
    const HANDLE: Handle = Handle::Fresh;
    const WORK: Option<&'static str> = Some("comparing");
    type Reply = ComparedMigration;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ComparedMigration, Failure> {
        let Self { migration, files, witnessed } = self;
        let files = files.into_iter().map(FileAgain::from).collect();
        compare::with_vault(app, &open.vault, migration, compare::Said { files, witnessed })
    }
}

impl From<SentFileAgain> for FileAgain {
    fn from(sent: SentFileAgain) -> Self {
        let SentFileAgain { number, path, origin, sha256, profile, certificate } = sent;
        let (profile, certificate) = (Profile::from(profile), certificate.map(|own| own.bytes));
        Self { number, path, origin, sha256, profile, certificate }
    }
}
