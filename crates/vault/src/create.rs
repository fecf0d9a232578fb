//! Making a vault.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use azvault_os::file::Facts;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::digest::hex;
use crate::error::{Error, Problem, UnsafeBecause};
use crate::format::head::{AuditHead, Head};
use crate::format::id::VaultId;
use crate::format::key::Key;
use crate::format::keys::Keys;
use crate::format::slot::Opener;
use crate::format::{file_header, head, slot};
use crate::locked::Locked;
use crate::memory::with_stack_wiped;
use crate::new_file::{Over, write_file};
use crate::new_slot::NewSlot;
use crate::store::header::Header;
use crate::store::{header, schema, slots};
use crate::vault::Vault;
use crate::{file, random};

/// A vault that is made and has no place yet: it is in memory alone, and goes if nothing comes of it.
pub struct NewVault {
    bytes: Vec<u8>,
}

/// Makes a vault at an absolute path and unlocks it by its first slot. Nothing is overwritten;
/// the vault appears at its path whole or not at all.
pub fn create(path: &Path, new: &[NewSlot<'_>], anchors: &Path) -> Result<Vault, Error> {
    let first = new.first().ok_or_else(|| Problem::WrongKey.at(path))?;
    check_place(path)?;
    NewVault::with_slots(new).map_err(|e| e.at(path))?.place(path, &first.opener, anchors)
}

/// Whether a vault can be made there: before anything is derived or written.
pub fn check_place(path: &Path) -> Result<(), Error> {
    is_free(path).map_err(|e| e.at(path))
}

fn is_free(path: &Path) -> Result<(), Problem> {
    let (Some(folder), Some(_)) = (path.parent().filter(|_| path.is_absolute()), path.file_name())
    else {
        return Err(UnsafeBecause::RelativePath.into());
    };
    if path.symlink_metadata().is_ok() {
        return Err(Problem::Exists);
    }
    match Facts::followed(folder) {
        Ok(facts) if !facts.is_folder() => {
            Err(Problem::from(std::io::Error::from(ErrorKind::NotADirectory)))
        }
        Ok(facts) => Ok(file::check_folder(&facts)?),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e.into()),
    }
}

impl NewVault {
    /// Draws its keys and derives those of its slots. Nothing is written.
    pub fn with_slots(new: &[NewSlot<'_>]) -> Result<Self, Problem> {
        Ok(Self { bytes: filled(new)? })
    }

    /// Gives it its place, and unlocks it. A vault that cannot be opened there does not stay, nor do
    /// folders that were made for it.
    pub fn place(self, path: &Path, opener: &Opener<'_>, anchors: &Path) -> Result<Vault, Error> {
        check_place(path)?;
        let new_folders = file::make_folder(path.parent().unwrap_or(Path::new("/")))
            .map_err(|e| Problem::from(e).at(path))?;
        let made = write_file(path, &self.bytes, Over::Nothing, &|_| Ok(())).map_err(|e| {
            let problem = match e.kind() {
                ErrorKind::AlreadyExists => Problem::Exists,
                _ => e.into(),
            };
            problem.at(path)
        })?;
        let opened = Locked::open(path).and_then(|locked| locked.unlock(opener, anchors));
        if opened.is_err() {
            let _ = made.undo();
        } else {
            new_folders.keep();
        }
        opened
    }
}

/// The bytes of a vault's file.
fn filled(new: &[NewSlot<'_>]) -> Result<Vec<u8>, Problem> {
    let mut connection = Connection::open_in_memory()?;
    let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
    schema::create(&transaction)?;
    let mut vault = VaultId([0; 16]);
    random::fill(&mut vault.0);
    let epoch = 1;
    with_stack_wiped(|| {
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
        schema::set_version(&transaction, file_header::version_of(&rows))?;
        let head = Head {
            generation: 1,
            n: 0,
            root: head::Root::of(0).tag(&keys)?,
            slots: hex(&slot::digest(&rows)),
            min_kdf: slot::least(&rows)?,
            labels,
            audit: AuditHead { seq: 0, last: String::new(), first: 1 },
            prev: String::new(),
            former: Vec::new(),
        };
        let head = head.seal(&keys, vault)?;
        header::insert(&transaction, &Header { vault_id: vault, epoch, head })
    })?;
    transaction.commit()?;
    Ok(connection.serialize(rusqlite::MAIN_DB)?.to_vec())
}
