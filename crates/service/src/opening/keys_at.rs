//! Who has the keys of a vault that was opened.

use azvault_vault::Keys;
use zeroize::Zeroizing;

use super::{OpenVault, unlock};
use crate::app::App;
use crate::failure::Failure;

/// Where the keys of an open vault are, besides in its handle.
pub enum KeysAt {
    /// At the agent, which answers who comes later.
    Agent,
    /// Nowhere else: they were derived here, or handed over.
    Here(OwnKeys),
}

/// Keys of an epoch, for a process of ours that opens the vault with them.
pub struct OwnKeys {
    pub(crate) epoch: u32,
    /// As [`Keys::to_bytes`] gives them.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl OwnKeys {
    pub(crate) fn new(epoch: u32, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self { epoch, bytes }
    }

    /// The same once more: one copy for each who opens the vault.
    pub(crate) fn copied(&self) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.bytes.len()));
        bytes.extend_from_slice(&self.bytes);
        Self { epoch: self.epoch, bytes }
    }

    /// Opens the vault of this run, without a question.
    pub(crate) fn open_vault(self, app: &App) -> Result<OpenVault<()>, Failure> {
        let keys = Keys::from_bytes(self.epoch, &self.bytes).ok_or_else(Failure::locked)?;
        let vault = unlock::locked(app)?.unlock_with(Box::new(keys), &app.anchors()?)?;
        Ok(OpenVault { vault, keys: KeysAt::Here(self), slot: None, contexts: () })
    }
}
