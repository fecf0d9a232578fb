//! What a vault says once all of it is verified: the head, the slots and every record.

use std::cmp::Ordering;

use azvault_model::Secret;
use subtle::ConstantTimeEq;

use crate::audit;
use crate::boxes::Boxes;
use crate::digest::hex;
use crate::error::{Problem, or_tampered};
use crate::format::box_address::BoxAddress;
use crate::format::head::{Head, Root};
use crate::format::id::Id;
use crate::format::record::{Content, StoredSecret};
use crate::format::secret_box::{check_pin, unpad};
use crate::format::slot::{Row, Slot};
use crate::format::{head, slot};
use crate::sealer::{BATCH, SealerError};
use crate::store::{header, records, secrets, slots};

/// What was verified and read.
pub(crate) struct State {
    pub(crate) head: Head,
    /// SHA-256 of the sealed head.
    pub(crate) head_hash: String,
    pub(crate) slots: Vec<Slot>,
    pub(crate) content: Content,
}

/// Verifies head and slots. Not one record is opened, so nothing of them is known yet.
pub(crate) fn load_head(boxes: Boxes<'_>) -> Result<(header::Header, Head, Vec<Slot>), Problem> {
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
    let slots = slots::read(connection)?;
    slots::check_version(connection, &slots)?;
    if hex(&slot::digest(&slots)) != head.slots {
        return Err(Problem::tampered("the slots are not those of the head"));
    }
    Ok((row, head, slots.iter().map(Row::slot).collect::<Result<_, _>>()?))
}

/// Verifies head, slots and records, and opens every record.
pub(crate) fn load(boxes: Boxes<'_>) -> Result<(State, Root), Problem> {
    let (row, head, slots) = load_head(boxes)?;
    audit::check_end(boxes.connection, &head.audit).map_err(|e| {
        // Which entry is the first bad one the whole log says.
        let read = audit::read(boxes, &head.audit);
        read.err().unwrap_or(e)
    })?;
    let records = records::count(boxes.connection)?;
    let (mut content, mut root) = (Content::of(records), Root::of(records));
    let mut batch = Batch::default();
    records::each(boxes.connection, |record| {
        root.add(record.id, record.rev, record.sealed)?;
        batch.add(&record);
        if batch.size >= BATCH { batch.open(boxes, &mut content) } else { Ok(()) }
    })?;
    batch.open(boxes, &mut content)?;
    content.shrink();
    let (number, tag) = (root.len(), root.tag(boxes.sealer)?);
    if number as u64 != head.n || !bool::from(tag.as_bytes().ct_eq(head.root.as_bytes())) {
        return Err(Problem::tampered("the records are not those of the head"));
    }
    Ok((State { head_hash: head::hash(&row.head), head, slots, content }, root))
}

/// Records on their way to being opened.
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

    fn open(&mut self, boxes: Boxes<'_>, content: &mut Content) -> Result<(), Problem> {
        let rows = std::mem::take(&mut self.rows);
        self.size = 0;
        let batch = rows.iter().map(|(id, revision, sealed)| {
            (BoxAddress::Record { id: Id(*id), revision: *revision }, &sealed[..])
        });
        let texts = boxes.open_batch(batch).map_err(or_tampered("a record does not open"))?;
        for ((id, rev, _), text) in rows.iter().zip(&texts) {
            content.put(*id, *rev, text)?;
        }
        Ok(())
    }
}

/// Opens one secret that a record names.
pub(crate) fn open_secret(boxes: Boxes<'_>, known: &StoredSecret) -> Result<Secret, Problem> {
    open_secrets(boxes, std::slice::from_ref(known)).map(|mut opened| opened.remove(0))
}

/// Opens secrets that records name, in batches.
pub(crate) fn open_secrets(
    boxes: Boxes<'_>,
    known: &[StoredSecret],
) -> Result<Vec<Secret>, Problem> {
    let mut opened = Vec::with_capacity(known.len());
    let mut rest = known;
    while !rest.is_empty() {
        let (mut batch, mut size) = (Vec::new(), 0);
        for secret in rest {
            if size >= BATCH {
                break;
            }
            let sealed = secrets::read(boxes.connection, secret.id.0)?;
            check_pin(&sealed, secret.pin)?;
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
