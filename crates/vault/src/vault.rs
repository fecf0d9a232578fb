//! An unlocked vault.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction as SqlTransaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::anchor::{AnchorFound, HighWaterMark};
use crate::boxes::Boxes;
use crate::error::{ChangeError, Error, Problem};
use crate::file::OpenFile;
use crate::format::fingerprint::fingerprint;
use crate::format::head;
use crate::format::head::{Head, Root};
use crate::format::id::{Id, VaultId};
use crate::format::kdf::Cost;
use crate::format::since::Course;
use crate::format::slot::{Row, Slot};
use crate::index::{Committed, Index, Stamp};
use crate::sealer::Sealer;
use crate::session::SessionKey;
use crate::snapshot::{Contents, Snapshot};
use crate::state::State;
use crate::store::{header, schema, slots};
use crate::transaction::{Finished, Transaction};
use crate::{anchor, state, store};

/// A vault whose keys are at hand: in this process, or in the agent.
pub struct Vault {
    /// Before the file: see [`OpenFile`].
    pub(crate) connection: Connection,
    pub(crate) file: OpenFile,
    /// As it was named when it was opened.
    pub(crate) path: PathBuf,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) id: VaultId,
    pub(crate) anchors: PathBuf,
    pub(crate) anchor_found: AnchorFound,
    /// Where this machine has seen a newer or another one and that is to be forgotten: the highest
    /// generation that it has seen.
    pub(crate) beyond: Option<u64>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) labels: BTreeMap<i64, String>,
    pub(crate) least: Option<Cost>,
    pub(crate) anchor_error: Option<String>,
    /// See [`Head::former`].
    pub(crate) former: Vec<String>,
    pub(crate) index: Index,
    pub(crate) remembers: Remembers,
    /// How long other processes are waited for.
    pub(crate) patience: Duration,
}

/// When this machine remembers how far the vault has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remembers {
    /// With each change.
    AtOnce,
    /// When it is told to, or the handle goes: all of it is remembered by now.
    Later,
    /// Likewise, and there is something that is not.
    Behind,
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.remember_newest();
    }
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

    /// The keys once more, for another file of theirs: a copy of this vault.
    pub fn sealer(&self) -> Arc<dyn Sealer> {
        Arc::clone(&self.sealer)
    }

    /// The key under which a refresh token waits that came when nobody could store it, in the place of the one
    /// with that id. It is derived from the vault's, and opens nothing of it.
    pub fn key_of_unclaimed(&self, redeemed: Id) -> Result<SessionKey, Error> {
        self.located(SessionKey::of_unclaimed(&*self.sealer, redeemed))
    }

    /// Seals what a grant is for, for an agent to hold.
    pub fn seal_grant(&self, grant: Id, text: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.located(SessionKey::of_grant(&*self.sealer, grant))?;
        Ok(key.seal_text(self.id, grant, text))
    }

    /// Opens it again.
    pub fn open_grant(&self, grant: Id, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = self.located(SessionKey::of_grant(&*self.sealer, grant))?;
        self.located(key.open_text(self.id, grant, sealed))
    }

    /// How many times it was written, as far as this handle knows.
    pub fn generation(&self) -> u64 {
        self.index.generation()
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
        let (row, head, _) = state::load_head(self.boxes(&self.connection))?;
        let head_hash = head::hash(&row.head);
        let seen = HighWaterMark {
            epoch: row.epoch,
            generation: head.generation,
            head: &head_hash,
            former: &head.former,
        };
        anchor::replace(&self.anchors, &*self.sealer, self.id, seen)
    }

    /// For a process that holds the vault open for long. This handle notices older copies by itself;
    /// what this machine remembers beside it lags behind until [`Vault::remember_newest`], or until
    /// the handle goes, and a change flushes two files less.
    pub fn remember_later(&mut self) {
        if self.remembers == Remembers::AtOnce {
            self.remembers = Remembers::Later;
        }
    }

    /// Has this machine remember what it has yet to; [`Vault::anchor_error`] says why it could not.
    pub fn remember_newest(&mut self) {
        if self.remembers != Remembers::Behind {
            return;
        }
        let (generation, head) = self.index.newest();
        let epoch = self.sealer.epoch();
        let seen = HighWaterMark { epoch, generation, head: &head, former: &self.former };
        let remembered =
            anchor::remember(&self.anchors, &*self.sealer, self.id, seen, self.patience);
        self.anchor_error = remembered.err().map(|e| e.to_string());
        if self.anchor_error.is_none() {
            self.remembers = Remembers::Later;
        }
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

    /// Reads the vault at this moment. One snapshot at a time: it is a transaction. As long as the
    /// file stays as it was, what was verified is not read again.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let Current { transaction, state, .. } =
            self.located(self.begin(TransactionBehavior::Deferred))?;
        Ok(Snapshot {
            transaction,
            sealer: &*self.sealer,
            vault: self.id,
            path: &self.path,
            index: &self.index,
            contents: Contents(state),
        })
    }

    /// Changes the vault in one transaction: all of it happens, or nothing. The vault is verified
    /// before, so that a change never covers up what someone else did to it.
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
        if self.beyond.is_none() && self.remembers != Remembers::AtOnce {
            self.remembers = Remembers::Behind;
        } else {
            let remembered = match self.beyond.take() {
                None => {
                    anchor::remember(&self.anchors, &*self.sealer, self.id, seen, self.patience)
                }
                Some(_) => anchor::replace(&self.anchors, &*self.sealer, self.id, seen),
            };
            self.anchor_error = remembered.err().map(|e| e.to_string());
        }
        self.slots = slots;
        self.least = head.least();
        self.labels = head.labels;
        self.former = head.former;
    }

    /// What the keys of each earlier epoch gave away when they were rotated: see [`is_of_former`].
    ///
    /// [`is_of_former`]: crate::is_of_former
    pub fn former(&self) -> &[String] {
        &self.former
    }

    fn commit<T, E: From<Problem>>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<(T, Written), E> {
        let Current { transaction, stamp, state } = self.begin(TransactionBehavior::Immediate)?;
        let generation = self.next_generation(&state.head);
        let mut writing = Transaction::new(self.boxes(&transaction), &state, generation);
        let result = change(&mut writing)?;
        let finished = writing.finish()?;
        let slots = match finished.slots {
            Course::AsItWas => state.slots.clone(),
            Course::Changed => read_slots(&transaction)?,
        };
        drop(state);
        let Finished { mut head, mut changed, .. } = finished;
        let mut known = self.index.take().expect("it was verified when the transaction began");
        if !changed.is_empty() {
            self.root(&mut head, known.advance(&mut changed))?;
        }
        let head_hash = self.seal(transaction, &head)?;
        let written =
            Written { head: head.clone(), head_hash: head_hash.clone(), slots: slots.clone() };
        let stamp = self.stamp_again(stamp);
        self.index.commit(known, stamp, Committed { head, head_hash, slots, changed });
        Ok((result, written))
    }

    /// Has the head name the root: that of what was verified with what changed. A row that someone
    /// else put into the file is never covered up by it.
    pub(crate) fn root(&self, head: &mut Head, root: &Root) -> Result<(), Problem> {
        head.n = root.len() as u64;
        head.root = root.tag(&*self.sealer)?;
        Ok(())
    }

    /// Seals the whole behind its parts, and commits. Gives the SHA-256 of the sealed head.
    pub(crate) fn seal(
        &self,
        transaction: SqlTransaction<'_>,
        head: &Head,
    ) -> Result<String, Problem> {
        let sealed = head.seal(&*self.sealer, self.id)?;
        header::update(&transaction, self.sealer.epoch(), &sealed)?;
        transaction.commit()?;
        Ok(head::hash(&sealed))
    }

    /// By what the file is known after a commit of this handle.
    pub(crate) fn stamp_again(&self, before: Stamp) -> Option<Stamp> {
        self.file.version().ok().map(|file| Stamp { file, ..before })
    }

    pub(crate) fn boxes<'b>(&'b self, connection: &'b Connection) -> Boxes<'b> {
        Boxes { connection, sealer: &*self.sealer, vault: self.id }
    }

    /// Lets go of what was verified, which is as large as what the records say: it is verified again at the
    /// next use.
    pub fn forget(&self) {
        self.index.forget();
    }

    /// Begins a transaction, in which what this handle has verified is true.
    pub(crate) fn begin(&self, behavior: TransactionBehavior) -> Result<Current<'_>, Problem> {
        let (mut transaction, mut stamp) = self.begin_unverified(behavior)?;
        if let Some(state) = self.index.state(stamp) {
            return Ok(Current { transaction, stamp, state });
        }
        self.index.forget();
        if self.index.use_again() {
            drop(transaction);
            store::forget_file(&self.connection)?;
            (transaction, stamp) = self.begin_unverified(behavior)?;
            self.file.check_form()?;
            schema::check(&transaction)?;
        }
        let (state, root) = state::load(self.boxes(&transaction))?;
        let state = self.index.learn(stamp, state, root)?;
        Ok(Current { transaction, stamp, state })
    }

    fn begin_unverified(
        &self,
        behavior: TransactionBehavior,
    ) -> Result<(SqlTransaction<'_>, Stamp), Problem> {
        let transaction = SqlTransaction::new_unchecked(&self.connection, behavior)?;
        // It locks the file. From then on nobody writes it.
        let others = store::data_version(&transaction)?;
        Ok((transaction, Stamp { file: self.file.version()?, others }))
    }

    fn located<T>(&self, result: Result<T, Problem>) -> Result<T, Error> {
        result.map_err(|problem| problem.at(&self.path))
    }

    /// Two futures never share a number: it is beyond all that this machine has seen.
    pub(crate) fn next_generation(&self, head: &Head) -> u64 {
        head.generation.max(self.beyond.unwrap_or_default()) + 1
    }
}

/// A transaction that has begun, and what the vault is in it.
pub(crate) struct Current<'v> {
    pub(crate) transaction: SqlTransaction<'v>,
    pub(crate) stamp: Stamp,
    pub(crate) state: Arc<State>,
}

/// What a transaction wrote.
pub(crate) struct Written {
    pub(crate) head: Head,
    pub(crate) head_hash: String,
    pub(crate) slots: Vec<Slot>,
}

pub(crate) fn read_slots(connection: &Connection) -> Result<Vec<Slot>, Problem> {
    slots::read(connection)?.iter().map(Row::slot).collect()
}
