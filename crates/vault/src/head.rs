//! The head: the whole is sealed, not only the parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::keys::{Key, Keys, mac};
use crate::seal::{self, Table, place};
use crate::{Error, VaultId, sha256};

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
    /// Least memory (KiB) and passes of a passphrase slot that this vault has been given.
    pub(crate) min_kdf: [u32; 2],
    /// Label of each slot.
    pub(crate) labels: BTreeMap<i64, String>,
    /// Where the audit log stands.
    pub(crate) audit: AuditHead,
    /// SHA-256 of the head before; empty in the first.
    pub(crate) prev: String,
}

/// Number of the last and the first entry, and the SHA-256 of the last one's box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditHead {
    pub(crate) seq: i64,
    pub(crate) last: String,
    pub(crate) first: i64,
}

impl Head {
    pub(crate) fn seal(&self, keys: &Keys, vault: VaultId, epoch: u32) -> Vec<u8> {
        let mut text = serde_json::to_vec(self).expect("a head is plain JSON");
        text.resize(text.len().next_multiple_of(256), b' ');
        seal::seal(&keys.head, &place(vault, epoch, Table::Head, 0, 1, 0), &text)
    }

    pub(crate) fn open(
        keys: &Keys,
        vault: VaultId,
        epoch: u32,
        sealed: &[u8],
    ) -> Result<Self, Error> {
        let text = seal::open(&keys.head, &place(vault, epoch, Table::Head, 0, 1, 0), sealed)
            .map_err(|_| Error::tampered("the head does not open"))?;
        serde_json::from_slice(&text).map_err(|_| Error::tampered("the head is no head"))
    }
}

/// SHA-256 of a sealed head, as the next head and the anchor name it.
pub(crate) fn hash(sealed: &[u8]) -> String {
    hex(&sha256(sealed))
}

/// HMAC over id, revision and the first 56 bytes of each box, in id order: salt and commitment
/// pin the box.
pub(crate) fn root(key: &Key, rows: impl FnOnce(&mut dyn FnMut(i64, i64, &[u8]))) -> String {
    let tag = mac(key, |update| {
        update(b"azv1.root");
        rows(&mut |id, rev, start| {
            update(&id.to_be_bytes());
            update(&rev.to_be_bytes());
            update(start);
        });
    });
    hex(&tag)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
