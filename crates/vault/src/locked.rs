//! A vault that is there and not open: what can be read without a key.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::anchor::{AnchorFound, HighWaterMark};
use crate::boxes::Boxes;
use crate::error::{AnchorMismatch, Error, Problem};
use crate::file::OpenFile;
use crate::format::fingerprint::fingerprint;
use crate::format::head;
use crate::format::head::Head;
use crate::format::id::VaultId;
use crate::format::keys::Keys;
use crate::format::slot::{Opener, Row, Slot};
use crate::format::slot_kind::SlotKind;
use crate::index::Index;
use crate::master_key::MasterKey;
use crate::memory::with_stack_wiped;
use crate::sealer::Sealer;
use crate::store::header::Header;
use crate::store::{header, schema, slots};
use crate::vault::{Remembers, Vault};
use crate::{anchor, state, store};

/// Slots of one kind that one attempt tries, where each costs a derivation.
pub(crate) const MAX_TRIES: usize = 8;

/// Which slots are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Try {
    /// All that the opener may open.
    All,
    /// The one of this number.
    Slot(i64),
}

/// What is done about a vault that is older than, or another one than, what this machine has seen.
enum OnRollback<'a> {
    Refuse,
    /// Anchors of this machine, in this folder.
    Accept(&'a Path),
}

/// A vault that has been found to be one, and safe to open.
pub struct Locked {
    /// Before the file: see [`OpenFile`].
    pub(crate) connection: Connection,
    file: OpenFile,
    path: PathBuf,
    header: Header,
    rows: Vec<Row>,
    slots: Vec<Slot>,
    patience: Duration,
}

impl Locked {
    /// Checks the file and reads its slots. Writes nothing, derives nothing.
    ///
    /// The path is absolute; the file is a plain one of this user with one name and mode 0600, in
    /// a folder that nobody else may write.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_within(path, store::BUSY)
    }

    /// As [`Locked::open`], waiting for other processes no longer than that, then and later.
    pub fn open_within(path: &Path, patience: Duration) -> Result<Self, Error> {
        Self::checked(path, patience).map_err(|e| e.at(path))
    }

    fn checked(path: &Path, patience: Duration) -> Result<Self, Problem> {
        let file = OpenFile::open(path)?;
        let connection = store::open_within(file.path(), patience)?;
        file.check()?;
        let (header, rows) = read(&connection).map_err(corrupt_is_tampered)?;
        let slots = rows.iter().map(Row::slot).collect::<Result<Vec<_>, _>>()?;
        // None of them may hide the true one behind those that are tried.
        let costly = slots.iter().map(|slot| slot.kind).filter(|kind| kind.has_cost());
        let most = costly.map(|kind| slots.iter().filter(|slot| slot.kind == kind).count()).max();
        if most > Some(MAX_TRIES) {
            return Err(Problem::tampered("more slots with a passphrase than azvault makes"));
        }
        Ok(Self { connection, file, path: path.to_owned(), header, rows, slots, patience })
    }

    /// SQLite's own check of the whole file: for one that comes from elsewhere.
    pub fn quick_check(&self) -> Result<(), Error> {
        let checked = store::quick_check(&self.connection).map_err(corrupt_is_tampered);
        checked.map_err(|e| e.at(&self.path))
    }

    /// The id in the header, which nothing vouches for before the vault is unlocked.
    pub fn vault_id(&self) -> VaultId {
        self.header.vault_id
    }

    /// Ways to unlock it.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The keys: some slot of the opener's kind must decrypt.
    pub fn keys(&self, opener: &Opener<'_>) -> Result<Keys, Error> {
        self.master_key(opener, Try::All).map(|key| key.keys())
    }

    /// The master key, for anyone who is to change slots: a slot of the opener's kind must decrypt.
    pub fn master_key(&self, opener: &Opener<'_>, which: Try) -> Result<MasterKey, Error> {
        self.tried(opener, which).map_err(|e| e.at(&self.path))
    }

    fn tried(&self, opener: &Opener<'_>, which: Try) -> Result<MasterKey, Problem> {
        let (vault, epoch) = (self.header.vault_id, self.header.epoch);
        let kind = opener.kind();
        let most = if kind.has_cost() { MAX_TRIES } else { usize::MAX };
        let tried = self.rows.iter().filter(|row| SlotKind::of(row.kind) == Some(kind));
        let tried = tried.filter(|row| which == Try::All || which == Try::Slot(row.id));
        for row in tried.take(most) {
            if let Some(vmk) = with_stack_wiped(|| row.open(opener, vault, epoch))? {
                return Ok(MasterKey { vmk, vault, epoch, slot: row.id });
            }
        }
        Err(Problem::WrongKey)
    }

    /// Unlocks it. `anchors` is the folder in which this machine remembers how far each vault has
    /// come.
    pub fn unlock(self, opener: &Opener<'_>, anchors: &Path) -> Result<Vault, Error> {
        let keys = self.keys(opener)?;
        self.unlock_with(Box::new(keys), anchors)
    }

    /// Unlocks it with keys that someone holds already: the head must open. Keys of another epoch
    /// than the file's are [`SealerError::Rotated`](crate::SealerError), however it came to that
    /// since the file was opened.
    pub fn unlock_with(self, sealer: Box<dyn Sealer>, anchors: &Path) -> Result<Vault, Error> {
        let path = self.path.clone();
        self.open_head(sealer.into(), anchors, OnRollback::Refuse).map_err(|e| e.at(&path))
    }

    /// As [`Locked::unlock_with`], although this machine may have `seen` a newer or another one. Until
    /// the vault is changed nothing is remembered of it. The change makes a generation beyond all
    /// that was seen, so that two futures never share a number, and is what `anchors` remembers.
    pub fn unlock_despite(
        self,
        seen: &Path,
        sealer: Box<dyn Sealer>,
        anchors: &Path,
    ) -> Result<Vault, Error> {
        let path = self.path.clone();
        self.open_head(sealer.into(), anchors, OnRollback::Accept(seen)).map_err(|e| e.at(&path))
    }

    fn open_head(
        self,
        sealer: Arc<dyn Sealer>,
        anchors: &Path,
        on_rollback: OnRollback<'_>,
    ) -> Result<Vault, Problem> {
        let id = self.header.vault_id;
        let recalled = match on_rollback {
            OnRollback::Refuse => anchor::recall(anchors, id)?,
            OnRollback::Accept(seen) => anchor::recall(seen, id)?,
        };
        let (row, head, slots) = load_head(&self.connection, &*sealer, id)?;
        let head_hash = head::hash(&row.head);
        let seen = HighWaterMark {
            epoch: row.epoch,
            generation: head.generation,
            head: &head_hash,
            former: &head.former,
        };
        let (anchor_found, beyond, remembered) = match on_rollback {
            OnRollback::Refuse => {
                let found = anchor::check(&recalled, &*sealer, id, seen)?;
                (found, None, anchor::remember(anchors, &*sealer, id, seen, self.patience))
            }
            OnRollback::Accept(_) => {
                let found = match anchor::check(&recalled, &*sealer, id, seen) {
                    Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { .. })) => {
                        AnchorFound::Newer
                    }
                    Err(Problem::AnchorMismatch(
                        AnchorMismatch::Forked { .. } | AnchorMismatch::Another { .. },
                    )) => AnchorFound::Fork,
                    found => found?,
                };
                (found, Some(recalled.taken()), Ok(()))
            }
        };
        Ok(Vault {
            connection: self.connection,
            file: self.file,
            path: self.path,
            sealer,
            id,
            anchors: anchors.to_owned(),
            anchor_found,
            beyond,
            slots,
            least: head.least(),
            labels: head.labels,
            former: head.former,
            anchor_error: remembered.err().map(|e| e.to_string()),
            index: Index::new(head.generation, head_hash),
            remembers: Remembers::AtOnce,
            patience: self.patience,
        })
    }

    /// Whether keys of this file's id and epoch are another vault's: they do not open its head, and this
    /// machine has seen a vault of other keys with that id.
    pub fn is_anothers(&self, keys: &dyn Sealer, anchors: &Path) -> Result<bool, Error> {
        self.has_keys_of_another(keys, anchors).map_err(|e| e.at(&self.path))
    }

    fn has_keys_of_another(&self, keys: &dyn Sealer, anchors: &Path) -> Result<bool, Problem> {
        let vault = self.header.vault_id;
        match Head::open(keys, vault, &self.header.head) {
            Err(Problem::Tampered(_)) => {
                Ok(anchor::recall(anchors, vault)?.knows_another(&fingerprint(keys)?))
            }
            opened => opened.map(|_| false),
        }
    }

    /// Whether no other process keeps it from being written.
    pub fn can_be_written(&self) -> Result<bool, Error> {
        store::can_be_written(&self.connection).map_err(|e| e.at(&self.path))
    }

    /// Number of the keys in use: it rises when they are rotated.
    pub fn epoch(&self) -> u32 {
        self.header.epoch
    }
}

/// Header and slots of one moment: between two, someone may rotate the keys.
fn read(connection: &Connection) -> Result<(Header, Vec<Row>), Problem> {
    let moment = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    schema::check(&moment)?;
    let rows = slots::read(&moment)?;
    slots::check_version(&moment, &rows)?;
    Ok((header::read(&moment)?, rows))
}

/// Head and slots of one moment, verified.
fn load_head(
    connection: &Connection,
    sealer: &dyn Sealer,
    vault: VaultId,
) -> Result<(Header, Head, Vec<Slot>), Problem> {
    let load = || {
        let moment = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
        state::load_head(Boxes { connection: &moment, sealer, vault })
    };
    load().map_err(corrupt_is_tampered)
}

fn corrupt_is_tampered(error: Problem) -> Problem {
    if error.is_corrupt() { Problem::tampered("the database is damaged") } else { error }
}
