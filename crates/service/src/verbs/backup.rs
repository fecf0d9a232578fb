//! Whether a copy of the vault is whole.

use std::path::{Path, PathBuf};

use azvault_vault::{Error, Locked, Vault, Verified};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::backup;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Message, path};
use crate::opening::OpenVault;

const WORK: &str = "verifying the copy";

/// Opens a copy with the keys of the vault, and verifies it in full.
#[derive(Serialize, Deserialize)]
pub struct VerifyCopy {
    #[serde(with = "path")]
    pub file: PathBuf,
    /// What is remembered of the copy.
    #[serde(with = "path")]
    pub anchors: PathBuf,
    /// The place that it shall have, by which it is named.
    #[serde(with = "path")]
    pub named: PathBuf,
}

/// What a copy is.
#[derive(Serialize, Deserialize)]
pub enum VerifiedCopy {
    Whole(Verified),
    /// It is not the vault that is damaged.
    Bad(Failure),
}

impl Message for VerifyCopy {}

impl Message for VerifiedCopy {}

impl Verb for VerifyCopy {
    const NAME: &'static str = "backup create";
    const PURPOSE: Purpose = Purpose::Vault;
    const WORK: Option<&'static str> = Some(WORK);
    type Reply = VerifiedCopy;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<VerifiedCopy, Failure> {
        let spinner = app.console.spinner(WORK);
        let verified = verified(&open.vault, &self.file, &self.anchors);
        drop(spinner);
        Ok(match verified {
            Ok(verified) => VerifiedCopy::Whole(verified),
            Err(e) => VerifiedCopy::Bad(backup::failure(e, &self.named)),
        })
    }
}

fn verified(vault: &Vault, file: &Path, anchors: &Path) -> Result<Verified, Error> {
    let locked = Locked::open(file)?;
    locked.quick_check()?;
    locked.unlock_with(Box::new(vault.sealer()), anchors)?.verify_all()
}
