//! Whether the vault is whole.

use azvault_vault::Verified;
use serde::{Deserialize, Serialize};

use super::{Handle, Opens, Verb};
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;

const WORK: &str = "verifying";

/// Verifies the file of the vault: nothing is true because it was verified before.
#[derive(Serialize, Deserialize)]
pub struct VerifyVault {
    pub depth: Depth,
}

/// How much of it is opened.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Depth {
    /// Every box.
    Full,
    /// The records.
    Quick,
}

/// A vault that is whole.
#[derive(Serialize, Deserialize)]
pub struct VerifiedVault {
    pub verified: Verified,
    pub fingerprint: String,
}

impl Message for VerifyVault {}

impl Message for VerifiedVault {}

impl Verb for VerifyVault {
    const NAME: &'static str = "verify";
    const PURPOSE: Purpose = Purpose::Vault;
    const HANDLE: Handle = Handle::Fresh;
    const OPENS: Opens = Opens::Copy;
    const WORK: Option<&'static str> = Some(WORK);
    type Reply = VerifiedVault;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<VerifiedVault, Failure> {
        let vault = &open.vault;
        let spinner = app.console.spinner(WORK);
        let verified = match self.depth {
            Depth::Full => vault.verify_all(),
            Depth::Quick => vault.verify_quick(),
        };
        drop(spinner);
        let (verified, fingerprint) = (verified?, vault.fingerprint()?);
        Ok(VerifiedVault { verified, fingerprint })
    }
}
