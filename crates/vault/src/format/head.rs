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

/// What the root has of one record.
pub(crate) type RootEntry = [u8; 72];

impl Root {
    const NAME: &[u8] = b"azv1.root";

    /// Of so many records: what grows is there twice while it does.
    pub(crate) fn of(records: usize) -> Self {
        let mut message = Vec::with_capacity(Self::NAME.len() + records * size_of::<RootEntry>());
        message.extend_from_slice(Self::NAME);
        Self(message)
    }

    /// A record whose id is larger than all before, unless it is [sorted](Self::sort) later.
    pub(crate) fn add(&mut self, id: i64, rev: i64, sealed: &[u8]) -> Result<(), Problem> {
        self.0.extend(entry(id, rev, sealed)?);
        Ok(())
    }

    /// How many records it is of.
    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    pub(crate) fn tag(&self, sealer: &dyn Sealer) -> Result<String, Problem> {
        Ok(hex(&sealer.mac(Subkey::Mac, &self.0)?))
    }

    /// Takes over what became of records: each id once, in the order of the ids.
    pub(crate) fn change(&mut self, changed: &mut Self, gone: &[i64]) {
        if self.len() == 0 {
            // Of a vault that is filled there is one.
            std::mem::swap(self, changed);
            return;
        }
        if !gone.is_empty() {
            let at: Vec<usize> = gone.iter().filter_map(|id| self.find(*id).ok()).collect();
            self.remove(&at);
        }
        let mut new = Vec::new();
        for entry in changed.entries() {
            match self.find(id(entry)) {
                Ok(at) => self.entries_mut()[at] = *entry,
                Err(at) => new.push((at, entry)),
            }
        }
        self.insert(&new);
    }

    /// Closes the gaps of entries, whose places are in order.
    fn remove(&mut self, gone: &[usize]) {
        let Some(first) = gone.first() else { return };
        let (entries, mut to) = (self.entries_mut(), *first);
        let ends = gone.iter().skip(1).copied().chain([entries.len()]);
        for (from, end) in gone.iter().zip(ends) {
            entries.copy_within(from + 1..end, to);
            to += end - from - 1;
        }
        self.0.truncate(Self::NAME.len() + to * size_of::<RootEntry>());
    }

    /// Makes room for entries before those at their places, which are in order.
    fn insert(&mut self, new: &[(usize, &RootEntry)]) {
        let mut end = self.len();
        self.0.reserve_exact(new.len() * size_of::<RootEntry>());
        new.iter().for_each(|(_, entry)| self.0.extend_from_slice(*entry));
        let entries = self.entries_mut();
        for (behind, (at, entry)) in new.iter().enumerate().rev() {
            entries.copy_within(*at..end, at + behind + 1);
            entries[at + behind] = **entry;
            end = *at;
        }
    }

    /// Brings entries into the order of their ids. Of two for one record the later one counts, and
    /// none of one that is gone.
    pub(crate) fn sort(&mut self, gone: &[i64]) {
        let entries = self.entries_mut();
        entries.sort_by_key(id);
        let mut to = 0;
        for at in 0..entries.len() {
            let own = id(&entries[at]);
            let is_last = entries.get(at + 1).is_none_or(|next| id(next) != own);
            if is_last && gone.binary_search(&own).is_err() {
                entries[to] = entries[at];
                to += 1;
            }
        }
        self.0.truncate(Self::NAME.len() + to * size_of::<RootEntry>());
    }

    fn find(&self, wanted: i64) -> Result<usize, usize> {
        self.entries().binary_search_by_key(&wanted, id)
    }

    fn entries(&self) -> &[RootEntry] {
        self.0[Self::NAME.len()..].as_chunks().0
    }

    fn entries_mut(&mut self) -> &mut [RootEntry] {
        self.0[Self::NAME.len()..].as_chunks_mut().0
    }
}

/// What the root has of a record.
pub(crate) fn entry(id: i64, rev: i64, sealed: &[u8]) -> Result<RootEntry, Problem> {
    let start = sealed.get(..56).ok_or(Problem::tampered("a box is cut"))?;
    let mut entry = [0; size_of::<RootEntry>()];
    entry[..8].copy_from_slice(&id.to_be_bytes());
    entry[8..16].copy_from_slice(&rev.to_be_bytes());
    entry[16..].copy_from_slice(start);
    Ok(entry)
}

/// The id of the record that an entry is of.
pub(crate) fn id(entry: &RootEntry) -> i64 {
    i64::from_be_bytes(*entry.first_chunk().expect("an entry begins with an id"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Root, entry};

    fn of(all: &BTreeMap<i64, i64>) -> Vec<u8> {
        let mut root = Root::of(all.len());
        root.0.extend(all.iter().flat_map(|(id, rev)| entry(*id, *rev, &[7; 56]).unwrap()));
        root.0
    }

    proptest! {
        #[test]
        fn what_became_of_records_is_as_if_they_were_read_again(
            before in prop::collection::btree_map(1..40_i64, Just(1_i64), 0..20),
            changed in prop::collection::btree_map(1..40_i64, 2..9_i64, 0..12),
            gone in prop::collection::btree_set(1..40_i64, 0..12),
        ) {
            let mut root = Root(of(&before));
            let gone: Vec<i64> = gone.into_iter().collect();
            let mut own = Root::of(0);
            // Some were written twice.
            for (id, rev) in changed.iter().rev().chain(changed.iter().step_by(2)) {
                let is_first = own.entries().iter().all(|entry| super::id(entry) != *id);
                own.add(*id, if is_first { 1 } else { *rev }, &[7; 60]).unwrap();
            }
            own.sort(&gone);
            root.change(&mut own, &gone);
            let twice: Vec<i64> = changed.keys().copied().step_by(2).collect();
            let mut after = before;
            after.extend(changed.into_iter().map(|(id, rev)| {
                (id, if twice.contains(&id) { rev } else { 1 })
            }));
            after.retain(|id, _| !gone.contains(id));
            prop_assert_eq!(root.len(), after.len());
            prop_assert_eq!(root.0, of(&after));
        }
    }
}
