//! Reading: one transaction in which the head, the slots and every record were verified.

use std::cmp::Ordering;
use std::path::Path;

use azvault_model::{Account, Context, Environment, Secret};
use rusqlite::Transaction;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::audit;
use crate::audit::Logged;
use crate::boxes::Boxes;
use crate::digest::hex;
use crate::error::{Error, Problem, or_tampered};
use crate::format::box_address::BoxAddress;
use crate::format::head::{Head, Root};
use crate::format::id::{Id, VaultId};
use crate::format::import_record::{Import, OriginalRef};
use crate::format::record::{Content, KeptMembers, Settings, Stored, StoredSecret};
use crate::format::secret_box::{check_pin, unpad};
use crate::format::{head, slot};
use crate::sealer::{BATCH, Sealer, SealerError};
use crate::store::{header, originals, records, secrets, slots};

/// The vault at one moment.
pub struct Snapshot<'v> {
    pub(crate) transaction: Transaction<'v>,
    pub(crate) sealer: &'v dyn Sealer,
    pub(crate) vault: VaultId,
    /// The vault's file, as it was named.
    pub(crate) path: &'v Path,
    pub(crate) state: State,
}

/// What was verified and read.
pub(crate) struct State {
    pub(crate) head: Head,
    /// SHA-256 of the sealed head.
    pub(crate) head_hash: String,
    pub(crate) content: Content,
}

/// Verifies head and slots. Not one record is opened, so nothing of them is known yet.
pub(crate) fn load_head(boxes: Boxes<'_>) -> Result<(header::Header, Head), Problem> {
    let Boxes { connection, sealer, vault } = boxes;
    let row = header::read(connection)?;
    if row.vault_id != vault {
        return Err(Problem::tampered("its id changed"));
    }
    match row.epoch.cmp(&sealer.epoch()) {
        Ordering::Equal => {}
        Ordering::Greater => return Err(SealerError::Rotated.into()),
        Ordering::Less => return Err(Problem::tampered("its keys are older than they were")),
    }
    let head = Head::open(sealer, vault, &row.head)?;
    if hex(&slot::digest(&slots::read(connection)?)) != head.slots {
        return Err(Problem::tampered("the slots are not those of the head"));
    }
    Ok((row, head))
}

/// Verifies head, slots and records, and opens every record.
pub(crate) fn load(boxes: Boxes<'_>, kept: KeptMembers) -> Result<State, Problem> {
    let (row, head) = load_head(boxes)?;
    audit::check_end(boxes.connection, &head.audit).map_err(|e| {
        // Which entry is the first bad one the whole log says.
        let read = audit::read(boxes, &head.audit);
        read.err().unwrap_or(e)
    })?;
    let mut content = Content::default();
    let mut root = Root::of(records::count(boxes.connection)?);
    let mut number = 0;
    let mut batch = Batch::default();
    records::each(boxes.connection, |record| {
        let start = record.sealed.get(..56).ok_or(Problem::tampered("a box is cut"))?;
        root.add(record.id, record.rev, start);
        number += 1;
        batch.add(&record);
        if batch.size >= BATCH { batch.open(boxes, kept, &mut content) } else { Ok(()) }
    })?;
    batch.open(boxes, kept, &mut content)?;
    let root = root.finish(boxes.sealer)?;
    if number != head.n || !bool::from(root.as_bytes().ct_eq(head.root.as_bytes())) {
        return Err(Problem::tampered("the records are not those of the head"));
    }
    Ok(State { head_hash: head::hash(&row.head), head, content })
}

/// Records on their way to whoever opens them.
#[derive(Default)]
struct Batch {
    rows: Vec<(i64, i64, Vec<u8>)>,
    size: usize,
}

impl Batch {
    fn add(&mut self, record: &records::Row<'_>) {
        self.size += record.sealed.len();
        self.rows.push((record.id, record.rev, record.sealed.to_vec()));
    }

    fn open(
        &mut self,
        boxes: Boxes<'_>,
        kept: KeptMembers,
        content: &mut Content,
    ) -> Result<(), Problem> {
        let rows = std::mem::take(&mut self.rows);
        self.size = 0;
        let batch = rows.iter().map(|(id, revision, sealed)| {
            (BoxAddress::Record { id: Id(*id), revision: *revision }, &sealed[..])
        });
        let texts = boxes.open_batch(batch).map_err(or_tampered("a record does not open"))?;
        for ((id, rev, _), text) in rows.iter().zip(&texts) {
            content.add(*id, *rev, text, kept)?;
        }
        Ok(())
    }
}

/// What records hold, for keeps.
pub struct Items {
    /// All contexts.
    pub contexts: Vec<Stored<Context>>,
    /// Accounts, those without a context included.
    pub accounts: Vec<Stored<Account>>,
    /// Clouds that are not built in.
    pub environments: Vec<Stored<Environment>>,
    /// Secrets, sealed.
    pub secrets: Vec<StoredSecret>,
    /// Imports.
    pub imports: Vec<Stored<Import>>,
}

impl Snapshot<'_> {
    fn boxes(&self) -> Boxes<'_> {
        Boxes { connection: &self.transaction, sealer: self.sealer, vault: self.vault }
    }

    /// SHA-256 of the sealed head: where it is the same, so is every record.
    pub fn head(&self) -> &str {
        &self.state.head_hash
    }

    /// Takes out what the records hold, settings apart: a second copy of a large vault is spared. What
    /// is sealed beside the records, as [`Snapshot::original`], can be read as before.
    pub fn take_items(&mut self) -> Items {
        let content = &mut self.state.content;
        Items {
            contexts: std::mem::take(&mut content.contexts),
            accounts: std::mem::take(&mut content.accounts),
            environments: std::mem::take(&mut content.environments),
            secrets: std::mem::take(&mut content.secrets),
            imports: std::mem::take(&mut content.imports),
        }
    }

    /// All contexts; what was kept of their files beyond them is there if the snapshot was asked
    /// for it.
    pub fn contexts(&self) -> &[Stored<Context>] {
        &self.state.content.contexts
    }

    /// As [`Snapshot::contexts`], for keeps.
    pub fn into_contexts(self) -> Vec<Stored<Context>> {
        self.state.content.contexts
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
        self.secret(id).map_err(|e| e.at(self.path))
    }

    fn secret(&self, id: Id) -> Result<Secret, Problem> {
        let secrets = &self.state.content.secrets;
        let at = secrets.binary_search_by_key(&id, |secret| secret.id);
        let known = at.map(|at| &secrets[at]);
        let known = known.map_err(|_| Problem::tampered("a secret without a record"))?;
        open_secret(self.boxes(), known)
    }

    /// Opens every secret, in the order of [`Snapshot::secrets`].
    pub fn open_secrets(&self) -> Result<Vec<Secret>, Error> {
        let opened = open_secrets(self.boxes(), &self.state.content.secrets);
        opened.map_err(|e| e.at(self.path))
    }

    /// The audit log, oldest entry first; the whole chain is verified.
    pub fn audit_log(&self) -> Result<Vec<Logged>, Error> {
        let log = audit::read(self.boxes(), &self.state.head.audit);
        log.map_err(|e| e.at(self.path))
    }

    /// The bytes of an imported file.
    pub fn original(&self, original: &OriginalRef) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.opened_original(original).map_err(|e| e.at(self.path))
    }

    fn opened_original(&self, original: &OriginalRef) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let mut bytes = Zeroizing::new(Vec::new());
        for (part, pin) in (0..).zip(&original.pins) {
            let sealed = originals::read(&self.transaction, original.id, part)?;
            check_pin(&sealed, pin)?;
            let address = BoxAddress::Original { id: Id(original.id), part };
            let text = self.boxes().open(address, &sealed);
            let text = text.map_err(or_tampered("a part of an original does not open"))?;
            if bytes.is_empty() {
                // No part is larger than the first: memory of the final size, once.
                bytes.reserve_exact(text.len() * original.pins.len());
            }
            bytes.extend_from_slice(&text);
        }
        Ok(bytes)
    }
}

/// Opens one secret that a record names.
pub(crate) fn open_secret(boxes: Boxes<'_>, known: &StoredSecret) -> Result<Secret, Problem> {
    open_secrets(boxes, std::slice::from_ref(known)).map(|mut opened| opened.remove(0))
}

/// Opens secrets that records name, in batches.
fn open_secrets(boxes: Boxes<'_>, known: &[StoredSecret]) -> Result<Vec<Secret>, Problem> {
    let mut opened = Vec::with_capacity(known.len());
    let mut rest = known;
    while !rest.is_empty() {
        let (mut batch, mut size) = (Vec::new(), 0);
        for secret in rest {
            if size >= BATCH {
                break;
            }
            let sealed = secrets::read(boxes.connection, secret.id.0)?;
            check_pin(&sealed, &secret.pin)?;
            size += sealed.len();
            batch.push(sealed);
        }
        let (now, later) = rest.split_at(batch.len());
        rest = later;
        let addresses = now.iter().map(|secret| BoxAddress::Secret { id: secret.id });
        let sealed = addresses.zip(batch.iter().map(|sealed| &sealed[..]));
        let texts = boxes.open_batch(sealed).map_err(or_tampered("a secret does not open"))?;
        for text in &texts {
            opened.push(unpad(text)?);
        }
    }
    Ok(opened)
}
