//! Making a vault.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use rusqlite::{Transaction, TransactionBehavior};

use crate::head::{self, AuditHead, Head};
use crate::hygiene::scrubbed;
use crate::keys::{Key, Keys};
use crate::new_slot::NewSlot;
use crate::slot;
use crate::store::header::{self, Header};
use crate::store::{self, schema, slots};
use crate::{Error, Locked, UnsafeBecause, Vault, VaultId, file, random};

/// Makes a vault at an absolute path and unlocks it by its first slot. Nothing is overwritten;
/// the vault appears at its path whole or not at all.
pub fn create(path: &Path, new: &[NewSlot<'_>], anchors: &Path) -> Result<Vault, Error> {
    let (Some(folder), Some(_)) = (path.parent().filter(|_| path.is_absolute()), path.file_name())
    else {
        return Err(UnsafeBecause::RelativePath.into());
    };
    if path.symlink_metadata().is_ok() {
        return Err(Error::Exists);
    }
    let first = new.first().ok_or(Error::WrongKey)?;
    file::make_folder(folder)?;
    let draft = tempfile::Builder::new().prefix(".azvault-").tempfile_in(folder)?.into_temp_path();
    fill(&draft, new)?;
    File::open(&draft)?.sync_all()?;
    draft.persist_noclobber(path).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists,
        _ => e.error.into(),
    })?;
    File::open(folder)?.sync_all()?;
    Locked::open(path)?.unlock(&first.opener, anchors)
}

fn fill(draft: &Path, new: &[NewSlot<'_>]) -> Result<(), Error> {
    // SQLite refuses links in the folders of a path.
    let draft = draft.canonicalize()?;
    let connection = store::open(&draft)?;
    let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
    schema::create(&transaction)?;
    let mut vault = VaultId([0; 16]);
    random::fill(&mut vault.0);
    let epoch = 1;
    scrubbed(|| {
        let vmk = Key::random();
        let keys = Keys::derive(&vmk, vault, epoch);
        let mut rows = Vec::with_capacity(new.len());
        let mut labels = BTreeMap::new();
        for (id, slot) in (1..).zip(new) {
            rows.push(slot.prepare()?.wrap(id, &vmk, vault, epoch));
            labels.insert(id, slot.label.clone());
        }
        for row in &rows {
            slots::insert(&transaction, row)?;
        }
        let head = Head {
            generation: 1,
            n: 0,
            root: head::Root::new().finish(&keys)?,
            slots: head::hex(&slot::digest(&rows)),
            min_kdf: slot::least(&rows)?,
            labels,
            audit: AuditHead { seq: 0, last: String::new(), first: 1 },
            prev: String::new(),
        };
        let head = head.seal(&keys, vault, epoch)?;
        header::insert(&transaction, &Header { vault_id: vault, epoch, head })
    })?;
    transaction.commit()?;
    connection.close().map_err(|(_, e)| e)?;
    // The journal of the draft has the draft's name: it would be nobody's.
    let mut journal = draft.into_os_string();
    journal.push("-journal");
    match std::fs::remove_file(journal) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}
