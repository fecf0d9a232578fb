//! The master key of a vault, once a slot is opened.

use crate::error::Problem;
use crate::format::id::VaultId;
use crate::format::key::Key;
use crate::format::keys::Keys;
use crate::sealer::SealerError;

/// What every slot wraps. The agent has none to give: anyone who changes slots opens one first, which
/// also proves that the vault is theirs. Cannot be printed or copied.
pub struct MasterKey {
    pub(crate) vmk: Key,
    pub(crate) vault: VaultId,
    pub(crate) epoch: u32,
    pub(crate) slot: i64,
}

impl MasterKey {
    /// The slot that opened.
    pub fn slot(&self) -> i64 {
        self.slot
    }

    /// The keys of its epoch.
    pub fn keys(&self) -> Keys {
        Keys::derive(&self.vmk, self.vault, self.epoch)
    }

    /// Refuses the master key of another vault or epoch: a slot that wraps it would open nothing.
    pub(crate) fn check(&self, vault: VaultId, epoch: u32) -> Result<(), Problem> {
        if self.vault == vault && self.epoch == epoch {
            Ok(())
        } else {
            Err(SealerError::Rotated.into())
        }
    }
}
