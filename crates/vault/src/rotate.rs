//! Rotation: a new master key, and everything resealed under it, in one transaction.
//!
//! Anyone who had the old master key, or has a slot of an old copy of the file, opens nothing of the
//! new one. What they could read before they could read: the credentials are named, for whoever
//! revokes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::audit::Entry;
use crate::boxes::Boxes;
use crate::error::{ChangeError, Problem, SlotError, or_tampered};
use crate::format::box_address::BoxAddress;
use crate::format::head;
use crate::format::head::{AuditHead, Head, Root};
use crate::format::id::Id;
use crate::format::import_record::{Import, OriginalRef};
use crate::format::key::Key;
use crate::format::keys::Keys;
use crate::format::record;
use crate::format::record::{Content, StoredSecret};
use crate::format::secret_box::{Pin, check_pin};
use crate::format::slot::{Row, Slot};
use crate::index::Index;
use crate::new_slot::PreparedSlot;
use crate::sealer::Sealer;
use crate::slots::{check_cost, check_left, find, record_slots};
use crate::state::State;
use crate::store::{header, originals, records, secrets, slots};
use crate::vault::{Current, Vault, Written, read_slots};
use crate::{anchor, audit, store, verify};

/// What a rotation did.
pub struct Rotated {
    /// Number of the new keys.
    pub epoch: u32,
    /// The new keys, as [`Keys::to_bytes`] gives them, for the agent that is to hold them.
    pub keys: Zeroizing<Vec<u8>>,
    /// Slots that went, because nothing wrapped the new master key for them, with their labels.
    pub dropped: Vec<(Slot, String)>,
    /// What a holder of the old keys could have read, newest first.
    pub readable: Vec<StoredSecret>,
    /// Why the file was not rewritten without gaps; what was in them is overwritten all the same.
    pub not_compacted: Option<Problem>,
}

impl Vault {
    /// Draws a new master key and reseals everything: records, secrets, originals and the audit
    /// log, under the next epoch. Of the slots those in `kept` stay, by number, each prepared again
    /// ([`NewSlot::prepare`](crate::NewSlot)) with what opens it from now on, which is of its kind;
    /// all others go. `entry` is told which, and says what stands in the audit log, or refuses.
    ///
    /// All of it happens, or nothing. Afterwards this handle has the new keys; other handles and an
    /// agent have the old ones, which open nothing any more ([`SealerError::Rotated`]). `progress`
    /// gets the number of boxes that are resealed, and how many there are.
    ///
    /// [`SealerError::Rotated`]: crate::SealerError
    pub fn rotate<E: ChangeError>(
        &mut self,
        kept: &[(i64, PreparedSlot)],
        entry: impl FnOnce(&[(Slot, String)]) -> Result<Entry, E>,
        progress: Progress<'_>,
    ) -> Result<Rotated, E::Located> {
        let vmk = Key::random();
        let resealed = self.next_epoch().map_err(E::from).and_then(|epoch| {
            let keys = Keys::derive(&vmk, self.id, epoch);
            let (written, rotated) = self.reseal(&keys, &vmk, kept, entry, progress)?;
            Ok((keys, written, rotated))
        });
        let (keys, written, mut rotated) = resealed.map_err(|e| e.at(&self.path))?;
        self.sealer = Arc::new(keys);
        self.index = Index::new(written.head.generation, written.head_hash.clone());
        self.after_commit(written);
        // A machine that lags behind a rotation would not know the vault again.
        self.remember_newest();
        rotated.not_compacted = store::compact(&self.connection).err();
        Ok(rotated)
    }

    fn next_epoch(&self) -> Result<u32, Problem> {
        self.sealer.epoch().checked_add(1).ok_or(Problem::tampered("its epoch"))
    }

    /// The transaction.
    fn reseal<E: From<Problem>>(
        &self,
        keys: &Keys,
        vmk: &Key,
        kept: &[(i64, PreparedSlot)],
        entry: impl FnOnce(&[(Slot, String)]) -> Result<Entry, E>,
        progress: Progress<'_>,
    ) -> Result<(Written, Rotated), E> {
        self.index.forget();
        let Current { transaction, state, .. } = self.begin(TransactionBehavior::Immediate)?;
        self.index.forget();
        let State { mut head, head_hash, mut content, .. } =
            Arc::into_inner(state).expect("nobody else has it");
        let old = self.boxes(&transaction);
        let new = Boxes { sealer: keys, ..old };
        head.generation = self.next_generation(&head);
        head.succeed(anchor::succession(old.sealer)?);

        let rows = slots::read(&transaction).map_err(E::from)?;
        let mut wrapped = Vec::with_capacity(kept.len());
        for (id, new) in kept {
            if find(&rows, *id)?.kind != new.kind().number() {
                return Err(Problem::from(SlotError::OtherKind(*id)).into());
            }
            check_cost(new.cost, &head)?;
            wrapped.push(new.wrap(*id, vmk, self.id, keys.epoch()));
        }
        wrapped.sort_unstable_by_key(|row| row.id);
        check_left(&wrapped.iter().map(Row::slot).collect::<Result<Vec<_>, _>>()?)?;
        let mut dropped = Vec::new();
        for row in &rows {
            if !wrapped.iter().any(|kept| kept.id == row.id) {
                let label = head.labels.remove(&row.id).unwrap_or_default();
                dropped.push((row.slot()?, label));
            }
            slots::delete(&transaction, row.id)?;
        }
        for row in &wrapped {
            slots::insert(&transaction, row)?;
        }
        record_slots(&transaction, &mut head, &wrapped)?;

        let entry = entry(&dropped)?;
        let mut reseal = Reseal { old, new, progress, done: 0, of: 0 };
        reseal.all(&mut content, &mut head.audit)?;
        audit::append(new, &mut head.audit, head.generation, entry)?;
        head.prev = head_hash;
        let written = self.seal_anew(transaction, keys, head)?;
        let mut readable = content.secrets;
        readable.sort_by_key(|secret| std::cmp::Reverse((secret.created, secret.id)));
        let (epoch, keys) = (keys.epoch(), keys.to_bytes());
        Ok((written, Rotated { epoch, keys, dropped, readable, not_compacted: None }))
    }

    /// Seals the whole behind its parts, each of which was sealed in this transaction, and commits.
    fn seal_anew(
        &self,
        transaction: Transaction<'_>,
        keys: &Keys,
        mut head: Head,
    ) -> Result<Written, Problem> {
        let mut root = Root::of(records::count(&transaction)?);
        records::each(&transaction, |row| root.add(row.id, row.rev, row.sealed))?;
        head.n = root.len() as u64;
        head.root = root.tag(keys)?;
        let sealed = head.seal(keys, self.id)?;
        header::update(&transaction, keys.epoch(), &sealed)?;
        let slots = read_slots(&transaction)?;
        transaction.commit()?;
        Ok(Written { head, head_hash: head::hash(&sealed), slots })
    }
}

/// How far a rotation has come: boxes that are resealed, and how many there are.
type Progress<'p> = &'p mut dyn FnMut(u64, u64);

/// Two sets of keys, and the boxes on their way from one to the other, one at a time: beside the
/// records, which every command reads, no more of the vault is in memory than that.
struct Reseal<'r, 'p> {
    old: Boxes<'r>,
    new: Boxes<'r>,
    progress: Progress<'p>,
    done: u64,
    of: u64,
}

impl Reseal<'_, '_> {
    /// Every box of the vault but the head and the slots. Rows that nothing names are refused: they
    /// would stay under the old keys.
    fn all(&mut self, content: &mut Content, log: &mut AuditHead) -> Result<(), Problem> {
        let rows = verify::rows(self.old.connection, content, log)?;
        let records = plain(content);
        // A secret has a record beside its own box.
        let boxes = 2 * rows.secrets + rows.originals + rows.audit_entries;
        let boxes = boxes + content.imports.len() + records.len();
        self.of = u64::try_from(boxes).unwrap_or(u64::MAX);
        for secret in &mut content.secrets {
            self.secret(secret)?;
        }
        for import in &mut content.imports {
            self.originals(&mut import.value)?;
            self.replace(import.id.0, import.revision, &record::of_import(&import.value))?;
        }
        for (id, revision) in records {
            let sealed = records::read(self.old.connection, id)?;
            let text = self.open(BoxAddress::Record { id: Id(id), revision }, &sealed)?;
            self.replace(id, revision, &text)?;
        }
        audit::reseal(self.old, self.new, log, || self.step())
    }

    /// A secret, and its record, which pins it.
    fn secret(&mut self, secret: &mut StoredSecret) -> Result<(), Problem> {
        let id = secret.id.0;
        let sealed = secrets::read(self.old.connection, id)?;
        check_pin(&sealed, secret.pin)?;
        let sealed = self.again(BoxAddress::Secret { id: secret.id }, &sealed)?;
        secrets::update(self.old.connection, id, &sealed)?;
        secret.pin = Pin::of(&sealed);
        let text = record::of_secret(&secret.description, secret.created, secret.pin);
        self.replace(id, secret.revision, &text)
    }

    /// The bytes of an import's files, which its record pins.
    fn originals(&mut self, import: &mut Import) -> Result<(), Problem> {
        for OriginalRef { id, pins } in import.files.iter_mut().filter_map(|f| f.original.as_mut())
        {
            for (part, pinned) in (0..).zip(pins) {
                let sealed = originals::read(self.old.connection, *id, part)?;
                check_pin(&sealed, *pinned)?;
                let address = BoxAddress::Original { id: Id(*id), part };
                let sealed = self.again(address, &sealed)?;
                originals::update(self.old.connection, *id, part, &sealed)?;
                *pinned = Pin::of(&sealed);
            }
        }
        Ok(())
    }

    /// A record whose text is known; its revision stays, because it says the same.
    fn replace(&mut self, id: i64, revision: i64, text: &[u8]) -> Result<(), Problem> {
        let sealed = self.seal(BoxAddress::Record { id: Id(id), revision }, text)?;
        records::update(self.old.connection, id, revision, &sealed)
    }

    /// One box, opened and sealed for the same address of the next epoch.
    fn again(&mut self, address: BoxAddress, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
        let text = self.open(address, sealed)?;
        self.seal(address, &text)
    }

    fn open(&self, address: BoxAddress, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        self.old.open(address, sealed).map_err(or_tampered("a box does not open"))
    }

    fn seal(&mut self, address: BoxAddress, text: &[u8]) -> Result<Vec<u8>, Problem> {
        let sealed = self.new.seal(address, text)?;
        self.step();
        Ok(sealed)
    }

    fn step(&mut self) {
        self.done += 1;
        (self.progress)(self.done, self.of);
    }
}

/// Id and revision of the records that pin nothing: their text stays, byte for byte.
fn plain(content: &Content) -> BTreeMap<i64, i64> {
    let Content { contexts, accounts, environments, settings, .. } = content;
    let contexts = contexts.iter().map(|one| (one.id.0, one.revision));
    let accounts = accounts.iter().map(|one| (one.id.0, one.revision));
    let environments = environments.iter().map(|one| (one.id.0, one.revision));
    let settings = settings.iter().map(|one| (one.id.0, one.revision));
    contexts.chain(accounts).chain(environments).chain(settings).collect()
}
