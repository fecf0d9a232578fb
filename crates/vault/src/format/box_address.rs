//! Where a box belongs: the associated data that ties it to its place.

use crate::format::id::VaultId;

/// Which table a box is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Table {
    /// The head of the vault.
    Head = 0,
    /// A way to unlock.
    Slot = 1,
    /// A context, an account, an import.
    Record = 2,
    /// A secret value.
    Secret = 3,
    /// An entry of the audit log.
    Audit = 4,
    /// The state of a session, which no file holds.
    Session = 5,
    /// A part of an export.
    Export = 7,
    /// A part of an imported file.
    Original = 8,
}

/// The place of a box: 42 bytes of fixed width, big-endian.
pub fn place(vault: VaultId, epoch: u32, table: Table, field: u8, row: i64, rev: i64) -> [u8; 42] {
    let mut ad = [0; 42];
    ad[..4].copy_from_slice(b"azv1");
    ad[4..20].copy_from_slice(&vault.0);
    ad[20..24].copy_from_slice(&epoch.to_be_bytes());
    ad[24] = table as u8;
    ad[25] = field;
    ad[26..34].copy_from_slice(&row.to_be_bytes());
    ad[34..].copy_from_slice(&rev.to_be_bytes());
    ad
}
