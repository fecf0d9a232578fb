//! What a rotation leaves to be known.

use azvault_vault::{Rotated, StoredSecret, Vault};

use crate::slots::{self, SlotView};

/// Keys that were rotated.
pub struct Done {
    pub epoch: u32,
    pub kept: Vec<SlotView>,
    pub dropped: Vec<SlotView>,
    pub went: Vec<String>,
    pub readable: Vec<StoredSecret>,
}

impl Done {
    pub fn new(vault: &Vault, rotated: Rotated) -> Self {
        let label = |id| vault.label(id).unwrap_or_default();
        let kept = vault.slots().iter().map(|slot| SlotView::new(slot, label(slot.id)));
        let dropped = rotated.dropped.iter();
        let words =
            |(slot, label): &(azvault_vault::Slot, String)| slots::words(slot.id, slot.kind, label);
        Self {
            epoch: rotated.epoch,
            kept: kept.collect(),
            dropped: dropped.clone().map(|(slot, label)| SlotView::new(slot, label)).collect(),
            went: dropped.map(words).collect(),
            readable: rotated.readable,
        }
    }
}
