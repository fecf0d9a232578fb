//! Reading: one transaction in which the head, the slots and every record were verified.

use azvault_contexts::{Account, Context, Environment, Secret};
use rusqlite::{Connection, Transaction};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::head::{self, Head};
use crate::hygiene::scrubbed;
use crate::keys::Keys;
use crate::record::{Content, KeptMembers, Settings, Stored, StoredSecret};
use crate::seal::{self, Table, place};
use crate::store::{audit, header, originals, records, secrets, slots};
use crate::{Error, Id, Import, OriginalRef, VaultId, slot};

/// The vault at one moment.
pub struct Snapshot<'v> {
    pub(crate) transaction: Transaction<'v>,
    pub(crate) keys: &'v Keys,
    pub(crate) vault: VaultId,
    pub(crate) state: State,
}

/// What was verified and read.
pub(crate) struct State {
    pub(crate) epoch: u32,
    pub(crate) head: Head,
    /// SHA-256 of the sealed head.
    pub(crate) head_hash: String,
    pub(crate) content: Content,
}

/// Verifies head and slots. Not one record is opened, so nothing of them is known yet.
pub(crate) fn load_head(
    connection: &Connection,
    keys: &Keys,
    vault: VaultId,
) -> Result<(header::Header, Head), Error> {
    let row = header::read(connection)?;
    if row.vault_id != vault {
        return Err(Error::tampered("its id changed"));
    }
    let head = Head::open(keys, vault, row.epoch, &row.head)?;
    if head::hex(&slot::digest(&slots::read(connection)?)) != head.slots {
        return Err(Error::tampered("the slots are not those of the head"));
    }
    Ok((row, head))
}

/// Verifies head, slots and records, and opens every record.
pub(crate) fn load(
    connection: &Connection,
    keys: &Keys,
    vault: VaultId,
    kept: KeptMembers,
) -> Result<State, Error> {
    scrubbed(|| {
        let (row, head) = load_head(connection, keys, vault)?;
        let epoch = row.epoch;
        if audit::count(connection)? != head.audit.seq - head.audit.first + 1 {
            return Err(Error::tampered("the audit log is not that of the head"));
        }
        let mut content = Content::default();
        let mut number = 0;
        let mut walked = Ok(());
        let root = head::root(&keys.mac, |add| {
            walked = records::each(connection, |row| {
                let start = row.sealed.get(..56).ok_or(Error::tampered("a box is cut"))?;
                add(row.id, row.rev, start);
                number += 1;
                let ad = place(vault, epoch, Table::Record, 0, row.id, row.rev);
                let text = seal::open(&keys.record, &ad, row.sealed)
                    .map_err(|_| Error::tampered("a record does not open"))?;
                content.add(row.id, row.rev, &text, kept)
            });
        });
        walked?;
        if number != head.n || !bool::from(root.as_bytes().ct_eq(head.root.as_bytes())) {
            return Err(Error::tampered("the records are not those of the head"));
        }
        Ok(State { epoch, head_hash: head::hash(&row.head), head, content })
    })
}

impl Snapshot<'_> {
    /// All contexts, without what was kept of their files beyond them.
    pub fn contexts(&self) -> &[Stored<Context>] {
        &self.state.content.contexts
    }

    /// As [`Snapshot::contexts`], for keeps.
    pub fn into_contexts(self) -> Vec<Stored<Context>> {
        self.state.content.contexts
    }

    /// All contexts, kept members included.
    pub fn contexts_with_kept(&self) -> Result<Vec<Stored<Context>>, Error> {
        let taken = load(&self.transaction, self.keys, self.vault, KeptMembers::Taken)?;
        Ok(taken.content.contexts)
    }

    /// Accounts, those without a context included.
    pub fn accounts(&self) -> &[Stored<Account>] {
        &self.state.content.accounts
    }

    /// Clouds that are not built in.
    pub fn environments(&self) -> &[Stored<Environment>] {
        &self.state.content.environments
    }

    /// What is set for the vault as a whole.
    pub fn settings(&self) -> Settings {
        self.state.content.settings.as_ref().map(|s| s.value.clone()).unwrap_or_default()
    }

    /// Secrets, sealed.
    pub fn secrets(&self) -> &[StoredSecret] {
        &self.state.content.secrets
    }

    /// Imports.
    pub fn imports(&self) -> &[Stored<Import>] {
        &self.state.content.imports
    }

    /// As [`Snapshot::imports`], for keeps.
    pub fn into_imports(self) -> Vec<Stored<Import>> {
        self.state.content.imports
    }

    /// Opens one secret.
    pub fn open_secret(&self, id: Id) -> Result<Secret, Error> {
        let known = self.state.content.secrets.iter().find(|secret| secret.id == id);
        let known = known.ok_or(Error::tampered("a secret without a record"))?;
        scrubbed(|| self.open(known))
    }

    /// Opens every secret, in the order of [`Snapshot::secrets`].
    pub fn open_secrets(&self) -> Result<Vec<Secret>, Error> {
        scrubbed(|| self.state.content.secrets.iter().map(|known| self.open(known)).collect())
    }

    fn open(&self, known: &StoredSecret) -> Result<Secret, Error> {
        let sealed = secrets::read(&self.transaction, known.id.0)?;
        check_pin(&sealed, &known.pin)?;
        let ad = place(self.vault, self.state.epoch, Table::Secret, 0, known.id.0, 0);
        let padded = seal::open(&self.keys.secret, &ad, &sealed)
            .map_err(|_| Error::tampered("a secret does not open"))?;
        unpad(&padded)
    }

    /// The bytes of an imported file.
    pub fn original(&self, original: &OriginalRef) -> Result<Zeroizing<Vec<u8>>, Error> {
        scrubbed(|| {
            let mut parts = Vec::with_capacity(original.pins.len());
            for (part, pin) in (0..).zip(&original.pins) {
                let sealed = originals::read(&self.transaction, original.id, part)?;
                check_pin(&sealed, pin)?;
                let epoch = self.state.epoch;
                let ad = place(self.vault, epoch, Table::Original, 0, original.id, part);
                let opened = seal::open(&self.keys.original, &ad, &sealed)
                    .map_err(|_| Error::tampered("a part of an original does not open"))?;
                parts.push(opened);
            }
            let size = parts.iter().map(|part| part.len()).sum();
            let mut bytes = Zeroizing::new(Vec::with_capacity(size));
            for part in &parts {
                bytes.extend_from_slice(part);
            }
            Ok(bytes)
        })
    }
}

/// The first 24 bytes of a box, in hexadecimal: its salt, which no other box has.
pub(crate) fn pin(sealed: &[u8]) -> String {
    head::hex(&sealed[..24])
}

fn check_pin(sealed: &[u8], pinned: &str) -> Result<(), Error> {
    if sealed.len() >= seal::OVERHEAD && pin(sealed) == pinned {
        Ok(())
    } else {
        Err(Error::tampered("a box is not the one that its record names"))
    }
}

/// A secret's plaintext: its length as 32 bits, the value, zeros up to a multiple of 256.
pub(crate) fn pad(secret: &Secret) -> Zeroizing<Vec<u8>> {
    let size = (4 + secret.len()).next_multiple_of(256);
    let mut padded = Zeroizing::new(Vec::with_capacity(size));
    padded.extend_from_slice(&u32::try_from(secret.len()).unwrap_or(u32::MAX).to_be_bytes());
    // EXPOSE: copied into the plaintext of its box.
    padded.extend_from_slice(secret.expose());
    padded.resize(size, 0);
    padded
}

fn unpad(padded: &[u8]) -> Result<Secret, Error> {
    let misshapen = || Error::tampered("a secret of another form");
    let (length, rest) = padded.split_first_chunk::<4>().ok_or_else(misshapen)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| misshapen())?;
    Ok(Secret::copied_from(rest.get(..length).ok_or_else(misshapen)?))
}
