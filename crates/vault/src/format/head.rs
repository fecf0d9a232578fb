//! The head: the whole is sealed, not only the parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::{hex, sha256};
use crate::error::{Problem, or_tampered};
use crate::format::box_address::BoxAddress;
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::sealer::{Placed, Sealer, Subkey};

/// What the head says of the vault, as JSON padded to 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    /// Generation: how many times the vault was written.
    #[serde(rename = "gen")]
    pub(crate) generation: u64,
    /// Number of records.
    pub(crate) n: u64,
    /// HMAC over the records.
    pub(crate) root: String,
    /// SHA-256 over the slots.
    pub(crate) slots: String,
    /// Least memory (KiB) and passes that a slot with a passphrase may have: that of the weakest,
    /// which only ever rises. Zeros while there was none.
    pub(crate) min_kdf: [u32; 2],
    /// Label of each slot.
    pub(crate) labels: BTreeMap<i64, String>,
    /// Where the audit log stands.
    pub(crate) audit: AuditHead,
    /// SHA-256 of the head before; empty in the first.
    pub(crate) prev: String,
    /// What the keys of earlier epochs gave away when they were rotated
    /// ([`succession`](crate::anchor::succession)), newest last, at most [`MAX_FORMER`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former: Vec<String>,
}

/// Rotations after which a machine that has seen none of them still knows the vault again.
pub(crate) const MAX_FORMER: usize = 32;

/// Number of the last and the first entry, and the SHA-256 of the last one's box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditHead {
    pub(crate) seq: i64,
    pub(crate) last: String,
    pub(crate) first: i64,
}

impl Head {
    /// The least cost that a slot with a passphrase may have; `None` while there was no such slot.
    pub(crate) fn least(&self) -> Option<Cost> {
        let [memory_kib, passes] = self.min_kdf;
        Cost::new(memory_kib, passes, 1).ok()
    }

    /// Has the head tell of one epoch more.
    pub(crate) fn succeed(&mut self, succession: String) {
        self.former.push(succession);
        let excess = self.former.len().saturating_sub(MAX_FORMER);
        self.former.drain(..excess);
    }

    pub(crate) fn seal(&self, sealer: &dyn Sealer, vault: VaultId) -> Result<Vec<u8>, Problem> {
        let mut text = serde_json::to_vec(self).expect("a head is plain JSON");
        text.resize(text.len().next_multiple_of(256), b' ');
        let aad = BoxAddress::Head.aad(vault, sealer.epoch());
        let placed = Placed { aad, bytes: &text };
        let mut sealed = sealer.seal(Subkey::Head, &[placed])?;
        Ok(sealed.remove(0))
    }

    pub(crate) fn open(
        sealer: &dyn Sealer,
        vault: VaultId,
        sealed: &[u8],
    ) -> Result<Self, Problem> {
        let aad = BoxAddress::Head.aad(vault, sealer.epoch());
        let placed = Placed { aad, bytes: sealed };
        let opened = sealer.open(Subkey::Head, &[placed]);
        let text = opened.map_err(or_tampered("the head does not open"))?.remove(0);
        serde_json::from_slice(&text).map_err(|_| Problem::tampered("the head is no head"))
    }
}

/// SHA-256 of a sealed head, as the next head and the anchor name it.
pub(crate) fn hash(sealed: &[u8]) -> String {
    hex(&sha256(sealed))
}

/// What the root is the HMAC of: id, revision and the first 56 bytes of each box, in id order.
/// Salt and commitment pin the box.
pub(crate) struct Root(Vec<u8>);

impl Root {
    const NAME: &[u8] = b"azv1.root";

    /// Of so many records: what grows is there twice while it does.
    pub(crate) fn of(records: usize) -> Self {
        let mut message = Vec::with_capacity(Self::NAME.len() + records * 72);
        message.extend_from_slice(Self::NAME);
        Self(message)
    }

    pub(crate) fn add(&mut self, id: i64, rev: i64, start: &[u8]) {
        self.0.extend(id.to_be_bytes());
        self.0.extend(rev.to_be_bytes());
        self.0.extend(start);
    }

    pub(crate) fn finish(self, sealer: &dyn Sealer) -> Result<String, Problem> {
        Ok(hex(&sealer.mac(Subkey::Mac, &self.0)?))
    }
}
