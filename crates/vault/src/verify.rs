//! Whether a vault is whole, to two depths.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem};
use crate::format::head::AuditHead;
use crate::format::record::Content;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::store;
use crate::store::{audit, originals, secrets};
use crate::vault::Vault;

/// What a check went through.
#[derive(Serialize, Deserialize)]
pub struct Verified {
    /// Of the head.
    pub generation: u64,
    /// Contexts among the records.
    pub contexts: usize,
    /// Records opened.
    pub records: usize,
    /// Secrets that records name.
    pub secrets: usize,
    /// Parts of originals that records name.
    pub originals: usize,
    /// Entries of the audit log.
    pub audit_entries: usize,
}

impl Vault {
    /// Checks the file's structure, head, slots, records and both ends of the audit log, and
    /// counts every row. What secrets, originals and entries in between hold is not looked at.
    pub fn verify_quick(&self) -> Result<Verified, Error> {
        self.check_structure()?;
        account(&self.snapshot()?).map_err(|e| e.at(&self.path))
    }

    /// Opens every box and accounts for every row.
    pub fn verify_all(&self) -> Result<Verified, Error> {
        self.check_structure()?;
        let snapshot = self.snapshot()?;
        snapshot.audit_log()?;
        snapshot.open_secrets()?;
        for import in snapshot.imports() {
            for file in &import.value.files {
                let Some(original) = &file.original else { continue };
                if crate::digest::sha256(&snapshot.original(original)?) != file.sha256 {
                    let problem = "an original is not the file that was imported";
                    return Err(Problem::tampered(problem).at(&self.path));
                }
            }
        }
        account(&snapshot).map_err(|e| e.at(&self.path))
    }

    /// Nothing is taken for true because it was verified before.
    fn check_structure(&self) -> Result<(), Error> {
        self.index.forget();
        store::quick_check(&self.connection).map_err(|e| e.at(&self.path))
    }
}

fn account(snapshot: &Snapshot<'_>) -> Result<Verified, Problem> {
    let State { head, content, .. } = &*snapshot.contents.0;
    let Rows { secrets, originals, audit_entries } =
        rows(&snapshot.transaction, content, &head.audit)?;
    Ok(Verified {
        generation: head.generation,
        contexts: content.contexts.len(),
        records: usize::try_from(head.n).unwrap_or(usize::MAX),
        secrets,
        originals,
        audit_entries,
    })
}

/// Numbers of rows beside the records, which the head counts.
pub(crate) struct Rows {
    pub(crate) secrets: usize,
    pub(crate) originals: usize,
    pub(crate) audit_entries: usize,
}

/// Compares the rows that there are with those that head and records name.
pub(crate) fn rows(
    connection: &Connection,
    content: &Content,
    log: &AuditHead,
) -> Result<Rows, Problem> {
    let named = content.secrets.len();
    if secrets::count(connection)? != named {
        return Err(Problem::tampered("not as many secrets as records name"));
    }
    let files = content.imports.iter().flat_map(|import| &import.value.files);
    let parts = files.filter_map(|file| file.original.as_ref()).map(|o| o.pins.len()).sum();
    if originals::count(connection)? != parts {
        return Err(Problem::tampered("not as many parts of originals as records name"));
    }
    let entries = usize::try_from(log.seq - log.first + 1).unwrap_or_default();
    if audit::count(connection)? != entries {
        return Err(Problem::tampered("not as many entries of the audit log as the head names"));
    }
    Ok(Rows { secrets: named, originals: parts, audit_entries: entries })
}
