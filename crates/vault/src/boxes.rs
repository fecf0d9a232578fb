//! The boxes of one vault: its database, and the keys of one epoch.

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::format::box_address::BoxAddress;
use crate::format::id::VaultId;
use crate::sealer::{Opened, Placed, Sealer, SealerError};

/// What is needed to open and seal boxes, and to read and write them.
#[derive(Clone, Copy)]
pub(crate) struct Boxes<'b> {
    pub(crate) connection: &'b Connection,
    pub(crate) sealer: &'b dyn Sealer,
    pub(crate) vault: VaultId,
}

impl Boxes<'_> {
    pub(crate) fn open(
        self,
        address: BoxAddress,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealerError> {
        let boxed = Placed { aad: self.aad(address), bytes: sealed };
        Ok(self.sealer.open(address.subkey(), &[boxed])?.remove(0))
    }

    pub(crate) fn seal(self, address: BoxAddress, text: &[u8]) -> Result<Vec<u8>, SealerError> {
        let text = Placed { aad: self.aad(address), bytes: text };
        Ok(self.sealer.seal(address.subkey(), &[text])?.remove(0))
    }

    /// Opens a batch. All of it is of one kind.
    pub(crate) fn open_batch<'p>(
        self,
        boxes: impl Iterator<Item = (BoxAddress, &'p [u8])>,
    ) -> Result<Opened, SealerError> {
        let mut boxes = boxes.peekable();
        let Some(subkey) = boxes.peek().map(|(address, _)| address.subkey()) else {
            return Ok(Vec::new());
        };
        self.sealer.open(subkey, &self.placed(boxes))
    }

    /// Seals a batch. All of it is of one kind.
    pub(crate) fn seal_batch<'p>(
        self,
        texts: impl Iterator<Item = (BoxAddress, &'p [u8])>,
    ) -> Result<Vec<Vec<u8>>, SealerError> {
        let mut texts = texts.peekable();
        let Some(subkey) = texts.peek().map(|(address, _)| address.subkey()) else {
            return Ok(Vec::new());
        };
        self.sealer.seal(subkey, &self.placed(texts))
    }

    fn placed<'p>(self, batch: impl Iterator<Item = (BoxAddress, &'p [u8])>) -> Vec<Placed<'p>> {
        batch.map(|(address, bytes)| Placed { aad: self.aad(address), bytes }).collect()
    }

    fn aad(self, address: BoxAddress) -> [u8; 42] {
        address.aad(self.vault, self.sealer.epoch())
    }
}
