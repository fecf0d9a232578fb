//! An unlocked vault.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::anchor::{self, Seen};
use crate::head::{self, Head, Root};
use crate::record::KeptMembers;
use crate::sealer::{KeyName, Sealer};
use crate::slot::{Row, Slot};
use crate::snapshot::{self, Snapshot, State};
use crate::store::{self, header, originals, records, secrets, slots};
use crate::{Cost, Error, VaultId, Writing};

/// A vault whose keys are at hand: in this process, or in the agent.
pub struct Vault {
    pub(crate) connection: Connection,
    pub(crate) sealer: Box<dyn Sealer>,
    pub(crate) id: VaultId,
    pub(crate) anchors: PathBuf,
    pub(crate) slots: Vec<Slot>,
    pub(crate) labels: BTreeMap<i64, String>,
    pub(crate) least: Option<Cost>,
    pub(crate) anchor_error: Option<String>,
}

/// What a full check went through.
pub struct Verified {
    /// Of the head.
    pub generation: u64,
    /// Records opened.
    pub records: usize,
    /// Secrets opened.
    pub secrets: usize,
    /// Parts of originals opened.
    pub originals: usize,
    /// Entries of the audit log opened.
    pub audit_entries: usize,
}

impl Vault {
    /// Its id.
    pub fn id(&self) -> VaultId {
        self.id
    }

    /// Short text by which a vault is known to people: 4 groups of 4 hexadecimal digits, from the
    /// vault's id and keys.
    pub fn fingerprint(&self) -> Result<String, Error> {
        let tag = self.sealer.mac(KeyName::Anchor, b"azv1.fingerprint")?;
        let groups: Vec<String> = tag[..8].chunks(2).map(head::hex).collect();
        Ok(groups.join("-"))
    }

    /// Ways to unlock it.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Label of a slot.
    pub fn label(&self, slot: i64) -> Option<&str> {
        self.labels.get(&slot).map(String::as_str)
    }

    /// The least cost that a slot with a passphrase may have in this vault.
    pub fn least_cost(&self) -> Option<Cost> {
        self.least
    }

    /// Why this machine could not remember how far the vault has come; older copies are not
    /// noticed then.
    pub fn anchor_error(&self) -> Option<&str> {
        self.anchor_error.as_deref()
    }

    /// Reads the vault at this moment. One snapshot at a time: it is a transaction.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        self.load(KeptMembers::Left)
    }

    /// As [`Vault::snapshot`], with what was kept of the files that contexts come from: for those
    /// who store or write contexts anew.
    pub fn snapshot_with_kept(&self) -> Result<Snapshot<'_>, Error> {
        self.load(KeptMembers::Taken)
    }

    fn load(&self, kept: KeptMembers) -> Result<Snapshot<'_>, Error> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        let state = snapshot::load(&transaction, &*self.sealer, self.id, kept)?;
        Ok(Snapshot { transaction, sealer: &*self.sealer, vault: self.id, state })
    }

    /// Changes the vault in one transaction: all of it happens, or nothing. The vault is verified
    /// before, so that a change never covers up what somebody else did to it.
    pub fn write<T, E: From<Error>>(
        &mut self,
        change: impl FnOnce(&mut Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (result, written) = self.commit(change)?;
        self.wrote(written);
        Ok(result)
    }

    /// What a commit leaves to do: this machine remembers it, and this handle knows the slots.
    pub(crate) fn wrote(&mut self, written: Written) {
        let Written { head, head_hash, slots } = written;
        let (epoch, generation) = (self.sealer.epoch(), head.generation);
        let seen = Seen { epoch, generation, head: &head_hash };
        let remembered = anchor::remember(&self.anchors, &*self.sealer, self.id, seen);
        self.anchor_error = remembered.err().map(|e| e.to_string());
        self.slots = slots;
        self.least = head.least();
        self.labels = head.labels;
    }

    fn commit<T, E: From<Error>>(
        &self,
        change: impl FnOnce(&mut Writing<'_>) -> Result<T, E>,
    ) -> Result<(T, Written), E> {
        let transaction = self.begin()?;
        let sealer = &*self.sealer;
        let state = snapshot::load(&transaction, sealer, self.id, KeptMembers::Taken)?;
        let State { epoch: _, mut head, head_hash, content } = state;
        head.generation += 1;
        let mut writing = Writing::new(&transaction, sealer, self.id, content, head);
        let result = change(&mut writing)?;
        let head = writing.finish()?;
        let written = conclude(transaction, sealer, self.id, head, head_hash)?;
        Ok((result, written))
    }

    pub(crate) fn begin(&self) -> Result<Transaction<'_>, Error> {
        let begun = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate);
        begun.map_err(Into::into)
    }

    /// Opens every box and accounts for every row.
    pub fn verify_all(&self) -> Result<Verified, Error> {
        store::quick_check(&self.connection)?;
        let snapshot = self.snapshot()?;
        let entries = snapshot.audit_log()?.len();
        let opened = snapshot.open_secrets()?.len();
        if secrets::count(&snapshot.transaction)? != opened {
            return Err(Error::tampered("a secret that no record names"));
        }
        let mut parts = 0;
        for import in snapshot.imports() {
            for file in &import.value.files {
                let Some(original) = &file.original else { continue };
                let bytes = snapshot.original(original)?;
                if crate::sha256(&bytes) != file.sha256 {
                    return Err(Error::tampered("an original is not the file that was imported"));
                }
                parts += original.pins.len();
            }
        }
        if originals::count(&snapshot.transaction)? != parts {
            return Err(Error::tampered("a part of an original that no record names"));
        }
        Ok(Verified {
            generation: snapshot.state.head.generation,
            records: usize::try_from(snapshot.state.head.n).unwrap_or(usize::MAX),
            secrets: opened,
            originals: parts,
            audit_entries: entries,
        })
    }
}

/// What a transaction wrote.
pub(crate) struct Written {
    head: Head,
    head_hash: String,
    slots: Vec<Slot>,
}

/// Seals the whole behind its parts, and commits.
pub(crate) fn conclude(
    transaction: Transaction<'_>,
    sealer: &dyn Sealer,
    vault: VaultId,
    mut head: Head,
    before: String,
) -> Result<Written, Error> {
    let mut root = Root::new();
    head.n = 0;
    records::each(&transaction, |row| {
        head.n += 1;
        root.add(row.id, row.rev, &row.sealed[..56]);
        Ok(())
    })?;
    head.root = root.finish(sealer)?;
    head.prev = before;
    let epoch = sealer.epoch();
    let sealed = head.seal(sealer, vault, epoch)?;
    header::update(&transaction, epoch, &sealed)?;
    let slots = slots::read(&transaction)?.iter().map(Row::slot).collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(Written { head, head_hash: head::hash(&sealed), slots })
}
