//! Opening a vault once more that was opened before: for a second look, or in a process of ours.

use azvault_vault::{Keys, Locked, Sealer};
use zeroize::Zeroizing;

use super::{OpenVault, unlock};
use crate::agent;
use crate::app::App;
use crate::failure::{Failure, Kind};

/// What opened the vault.
pub enum Reopener {
    /// The agent, which holds the keys.
    Agent,
    /// Keys of an epoch that were derived here or handed over, as [`Keys::to_bytes`] gives them.
    Keys(u32, Zeroizing<Vec<u8>>),
}

impl Reopener {
    /// Opens the vault of this run through handles of its own, without a question.
    pub fn open_vault(self, app: &App) -> Result<OpenVault<()>, Failure> {
        let locked = unlock::locked(app)?;
        let sealer = self.sealer(app, &locked)?;
        let vault = locked.unlock_with(sealer, &app.anchors()?)?;
        Ok(OpenVault { vault, reopener: self, slot: None, contexts: () })
    }

    /// The keys once more.
    pub fn sealer(&self, app: &App, locked: &Locked) -> Result<Box<dyn Sealer>, Failure> {
        let was_locked =
            || Failure::new(Kind::Locked, "the vault is locked").hint("azvault unlock");
        Ok(match self {
            Self::Agent => agent::keys(app, locked).ok_or_else(was_locked)?,
            Self::Keys(epoch, bytes) => {
                Box::new(Keys::from_bytes(*epoch, bytes).ok_or_else(was_locked)?)
            }
        })
    }
}
