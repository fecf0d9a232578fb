//! A vault that is there and not open: what can be read without a key.

use std::path::Path;

use rusqlite::Connection;

use crate::anchor::{self, Seen};
use crate::head;
use crate::hygiene::scrubbed;
use crate::keys::Keys;
use crate::sealer::Sealer;
use crate::slot::{Opener, Row, Slot};
use crate::store::header::{self, Header};
use crate::store::{self, schema, slots};
use crate::{Error, Vault, VaultId, file, snapshot};

/// Slots with a passphrase that one attempt tries: each costs a derivation.
const MOST_TRIES: usize = 8;

/// A vault that has been found to be one, and safe to open.
pub struct Locked {
    connection: Connection,
    header: Header,
    rows: Vec<Row>,
    slots: Vec<Slot>,
}

impl Locked {
    /// Checks the file and reads its slots. Writes nothing, derives nothing.
    ///
    /// The path is absolute; the file is a plain one of this user with one name and mode 0600, in
    /// a folder that nobody else may write.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let path = file::check(path)?;
        let connection = store::open(&path)?;
        schema::check(&connection).map_err(corrupt_is_tampered)?;
        let header = header::read(&connection).map_err(corrupt_is_tampered)?;
        let rows = slots::read(&connection).map_err(corrupt_is_tampered)?;
        let slots = rows.iter().map(Row::slot).collect::<Result<_, _>>()?;
        Ok(Self { connection, header, rows, slots })
    }

    /// Its id.
    pub fn vault_id(&self) -> VaultId {
        self.header.vault_id
    }

    /// Ways to unlock it.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The keys: some slot of the opener's kind must decrypt.
    pub fn keys(&self, opener: &Opener<'_>) -> Result<Keys, Error> {
        let (id, epoch) = (self.header.vault_id, self.header.epoch);
        let of_kind = self.rows.iter().filter(|row| row.kind == opener.kind().number());
        for row in of_kind.take(MOST_TRIES) {
            if let Some(vmk) = scrubbed(|| row.open(opener, id, epoch))? {
                return Ok(Keys::derive(&vmk, id, epoch));
            }
        }
        Err(Error::WrongKey)
    }

    /// Unlocks it. `anchors` is the folder in which this machine remembers how far each vault has
    /// come.
    pub fn unlock(self, opener: &Opener<'_>, anchors: &Path) -> Result<Vault, Error> {
        let keys = self.keys(opener)?;
        self.unlock_with(Box::new(keys), anchors)
    }

    /// Unlocks it with keys that somebody holds already: the head must open.
    pub fn unlock_with(self, sealer: Box<dyn Sealer>, anchors: &Path) -> Result<Vault, Error> {
        let (id, epoch) = (self.header.vault_id, self.header.epoch);
        let recalled = anchor::recall(anchors, id)?;
        let (row, head) =
            snapshot::load_head(&self.connection, &*sealer, id).map_err(corrupt_is_tampered)?;
        let head_hash = head::hash(&row.head);
        let seen = Seen { epoch, generation: head.generation, head: &head_hash };
        anchor::check(&recalled, &*sealer, id, seen)?;
        let remembered = anchor::remember(anchors, &*sealer, id, seen);
        Ok(Vault {
            connection: self.connection,
            sealer,
            id,
            epoch,
            anchors: anchors.to_owned(),
            slots: self.slots,
            labels: head.labels,
            anchor_error: remembered.err().map(|e| e.to_string()),
        })
    }

    /// Number of the keys in use: it rises when they are rotated.
    pub fn epoch(&self) -> u32 {
        self.header.epoch
    }
}

fn corrupt_is_tampered(error: Error) -> Error {
    if error.is_corrupt() { Error::tampered("the database is damaged") } else { error }
}
