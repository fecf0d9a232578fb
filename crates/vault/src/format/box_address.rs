//! Which box is meant, and the associated data (AAD) that lets it open there and nowhere else.

use crate::format::id::{Id, VaultId};
use crate::sealer::Subkey;

/// Kinds of boxes, by the number that stands in their associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BoxKind {
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

/// A box of a vault that is sealed with a subkey of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxAddress {
    /// The head.
    Head,
    /// One revision of a record.
    Record {
        /// Of the record.
        id: Id,
        /// From 1; grows with each write.
        revision: i64,
    },
    /// The value of a secret.
    Secret {
        /// Of the secret and of its record.
        id: Id,
    },
    /// An entry of the audit log.
    AuditEntry {
        /// From 1, without gaps.
        seq: i64,
    },
    /// A part of an imported file.
    Original {
        /// The id of the imported file.
        id: Id,
        /// Number of the part; the first is 0.
        part: i64,
    },
}

/// A box that has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnKeyBox {
    /// The master key in a slot. Cost and salt of the slot come behind these numbers.
    Slot { kind: u8, id: i64 },
    /// One revision of the state of a session.
    Session { id: Id, revision: i64 },
    /// What tells a wrong passphrase of an export from damage.
    ExportLock,
    /// A part of an export, from 0.
    ExportPart { number: i64, end: ExportEnd },
}

/// Whether another part of the export follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportEnd {
    More,
    Last,
}

/// What tells the boxes of one epoch of one vault apart.
struct Numbers {
    kind: BoxKind,
    field: u8,
    row: i64,
    revision: i64,
}

impl BoxAddress {
    /// Its associated data: 42 bytes.
    pub fn aad(self, vault: VaultId, epoch: u32) -> [u8; 42] {
        let (kind, row, revision) = match self {
            Self::Head => (BoxKind::Head, 1, 0),
            Self::Record { id, revision } => (BoxKind::Record, id.0, revision),
            Self::Secret { id } => (BoxKind::Secret, id.0, 0),
            Self::AuditEntry { seq } => (BoxKind::Audit, seq, 0),
            Self::Original { id, part } => (BoxKind::Original, id.0, part),
        };
        Numbers { kind, field: 0, row, revision }.aad(vault, epoch)
    }

    /// The key that it is sealed with.
    pub(crate) fn subkey(self) -> Subkey {
        match self {
            Self::Head => Subkey::Head,
            Self::Record { .. } => Subkey::Record,
            Self::Secret { .. } => Subkey::Secret,
            Self::AuditEntry { .. } => Subkey::Audit,
            Self::Original { .. } => Subkey::Original,
        }
    }
}

impl OwnKeyBox {
    /// Its associated data: 42 bytes.
    pub(crate) fn aad(self, vault: VaultId, epoch: u32) -> [u8; 42] {
        let (kind, field, row, revision) = match self {
            Self::Slot { kind, id } => (BoxKind::Slot, kind, id, 0),
            Self::Session { id, revision } => (BoxKind::Session, 0, id.0, revision),
            Self::ExportLock => (BoxKind::Export, 2, 0, 0),
            Self::ExportPart { number, end: ExportEnd::More } => (BoxKind::Export, 0, number, 0),
            Self::ExportPart { number, end: ExportEnd::Last } => (BoxKind::Export, 1, number, 0),
        };
        Numbers { kind, field, row, revision }.aad(vault, epoch)
    }
}

impl Numbers {
    /// Fixed width, big-endian.
    fn aad(&self, vault: VaultId, epoch: u32) -> [u8; 42] {
        let mut aad = [0; 42];
        aad[..4].copy_from_slice(b"azv1");
        aad[4..20].copy_from_slice(&vault.0);
        aad[20..24].copy_from_slice(&epoch.to_be_bytes());
        aad[24] = self.kind as u8;
        aad[25] = self.field;
        aad[26..34].copy_from_slice(&self.row.to_be_bytes());
        aad[34..].copy_from_slice(&self.revision.to_be_bytes());
        aad
    }
}
