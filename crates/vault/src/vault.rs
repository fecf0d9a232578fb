//! An unlocked vault.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::{Connection, Transaction as SqlTransaction, TransactionBehavior};

use crate::anchor::{AnchorFound, HighWaterMark};
use crate::boxes::Boxes;
use crate::error::{ChangeError, Error, Problem};
use crate::format::fingerprint::fingerprint;
use crate::format::head;
use crate::format::head::{Head, Root};
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::format::record::KeptMembers;
use crate::format::slot::{Row, Slot};
use crate::sealer::Sealer;
use crate::snapshot::{Snapshot, State};
use crate::store::{header, records, slots};
use crate::transaction::Transaction;
use crate::{anchor, file, snapshot};

/// A vault whose keys are at hand: in this process, or in the agent.
pub struct Vault {
    pub(crate) connection: Connection,
    pub(crate) file: file::Named,
    /// As it was named when it was opened.
    pub(crate) path: PathBuf,
    pub(crate) sealer: Box<dyn Sealer>,
    pub(crate) id: VaultId,
    pub(crate) anchors: PathBuf,
    pub(crate) anchor_found: AnchorFound,
    /// Where this machine has seen a newer or another one and that is to be forgotten: the highest
    /// generation that it has seen.
    pub(crate) beyond: Option<u64>,
    pub(crate) generation: u64,
    pub(crate) slots: Vec<Slot>,
    pub(crate) labels: BTreeMap<i64, String>,
    pub(crate) least: Option<Cost>,
    pub(crate) anchor_error: Option<String>,
    /// See [`Head::former`].
    pub(crate) former: Vec<String>,
}

impl Vault {
    /// The id that the vault keeps from its creation on.
    pub fn id(&self) -> VaultId {
        self.id
    }

    /// As [`fingerprint`](crate::fingerprint), of this vault.
    pub fn fingerprint(&self) -> Result<String, Error> {
        self.located(fingerprint(&*self.sealer))
    }

    /// How many times it was written, as far as this handle knows.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What this machine knew of it when it was opened.
    pub fn anchor_found(&self) -> AnchorFound {
        self.anchor_found
    }

    /// For one that was unlocked despite what this machine has seen: the highest generation that
    /// is taken.
    pub fn taken(&self) -> Option<u64> {
        self.beyond
    }

    /// Has this machine take the vault as it is now for the newest, whatever it has seen of it.
    pub fn remember(&mut self) -> Result<(), Error> {
        self.located(self.replace_anchors())?;
        self.beyond = None;
        Ok(())
    }

    fn replace_anchors(&self) -> Result<(), Problem> {
        let (row, head) = snapshot::load_head(self.boxes(&self.connection))?;
        let head_hash = head::hash(&row.head);
        let seen = HighWaterMark {
            epoch: row.epoch,
            generation: head.generation,
            head: &head_hash,
            former: &head.former,
        };
        anchor::replace(&self.anchors, &*self.sealer, self.id, seen)
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
        self.located(self.load(KeptMembers::Left))
    }

    /// As [`Vault::snapshot`], with what was kept of the files that contexts come from: for those
    /// who store or write contexts anew.
    pub fn snapshot_with_kept(&self) -> Result<Snapshot<'_>, Error> {
        self.located(self.load(KeptMembers::Taken))
    }

    fn load(&self, kept: KeptMembers) -> Result<Snapshot<'_>, Problem> {
        let transaction =
            SqlTransaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        let state = snapshot::load(self.boxes(&transaction), kept)?;
        Ok(Snapshot { transaction, sealer: &*self.sealer, vault: self.id, path: &self.path, state })
    }

    /// Changes the vault in one transaction: all of it happens, or nothing. The vault is verified
    /// before, so that a change never covers up what somebody else did to it.
    pub fn write<T, E: ChangeError>(
        &mut self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E::Located> {
        let (result, written) = self.commit(change).map_err(|e| e.at(&self.path))?;
        self.after_commit(written);
        Ok(result)
    }

    /// What a commit leaves to do: this machine remembers it, and this handle knows the slots.
    pub(crate) fn after_commit(&mut self, written: Written) {
        let Written { head, head_hash, slots } = written;
        let (epoch, generation) = (self.sealer.epoch(), head.generation);
        let seen = HighWaterMark { epoch, generation, head: &head_hash, former: &head.former };
        let remembered = match self.beyond.take() {
            None => anchor::remember(&self.anchors, &*self.sealer, self.id, seen),
            Some(_) => anchor::replace(&self.anchors, &*self.sealer, self.id, seen),
        };
        self.anchor_error = remembered.err().map(|e| e.to_string());
        self.generation = generation;
        self.slots = slots;
        self.least = head.least();
        self.labels = head.labels;
        self.former = head.former;
    }

    /// Whether those keys are of an earlier epoch of this vault, and not of another one with its id.
    pub fn follows(&self, keys: &dyn Sealer) -> Result<bool, Error> {
        let succession = self.located(anchor::succession(keys))?;
        Ok(keys.epoch() < self.sealer.epoch() && self.former.contains(&succession))
    }

    fn commit<T, E: From<Problem>>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<(T, Written), E> {
        let transaction = self.begin()?;
        let boxes = self.boxes(&transaction);
        let State { mut head, head_hash, content } = snapshot::load(boxes, KeptMembers::Taken)?;
        head.generation = self.next_generation(&head);
        let mut writing = Transaction::new(boxes, content, head);
        let result = change(&mut writing)?;
        let head = writing.finish()?;
        let written = seal_head_and_commit(transaction, &*self.sealer, self.id, head, head_hash)?;
        Ok((result, written))
    }

    pub(crate) fn boxes<'b>(&'b self, connection: &'b Connection) -> Boxes<'b> {
        Boxes { connection, sealer: &*self.sealer, vault: self.id }
    }

    pub(crate) fn begin(&self) -> Result<SqlTransaction<'_>, Problem> {
        let begun =
            SqlTransaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        self.file.check()?;
        Ok(begun)
    }

    fn located<T>(&self, result: Result<T, Problem>) -> Result<T, Error> {
        result.map_err(|problem| problem.at(&self.path))
    }

    /// Two futures never share a number: it is beyond all that this machine has seen.
    pub(crate) fn next_generation(&self, head: &Head) -> u64 {
        head.generation.max(self.beyond.unwrap_or_default()) + 1
    }
}

/// What a transaction wrote.
pub(crate) struct Written {
    head: Head,
    head_hash: String,
    slots: Vec<Slot>,
}

/// Seals the whole behind its parts, and commits.
pub(crate) fn seal_head_and_commit(
    transaction: SqlTransaction<'_>,
    sealer: &dyn Sealer,
    vault: VaultId,
    mut head: Head,
    before: String,
) -> Result<Written, Problem> {
    let mut root = Root::of(records::count(&transaction)?);
    head.n = 0;
    records::each(&transaction, |row| {
        head.n += 1;
        root.add(row.id, row.rev, &row.sealed[..56]);
        Ok(())
    })?;
    head.root = root.finish(sealer)?;
    head.prev = before;
    let sealed = head.seal(sealer, vault)?;
    header::update(&transaction, sealer.epoch(), &sealed)?;
    let slots = slots::read(&transaction)?.iter().map(Row::slot).collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(Written { head, head_hash: head::hash(&sealed), slots })
}
