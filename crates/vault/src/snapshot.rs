//! Reading: one transaction in which the head, the slots and every record were verified.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use azvault_model::{Account, Context, Environment, Secret};
use rusqlite::Transaction;
use zeroize::Zeroizing;

use crate::audit;
use crate::audit::Logged;
use crate::boxes::Boxes;
use crate::error::{Error, Problem, or_tampered};
use crate::format::box_address::BoxAddress;
use crate::format::id::{Id, VaultId};
use crate::format::import_record::{Import, OriginalRef};
use crate::format::record::{Settings, Stored, StoredSecret};
use crate::format::secret_box::check_pin;
use crate::index::Index;
use crate::records::Records;
use crate::sealer::Sealer;
use crate::state::{State, load, open_secret, open_secrets};
use crate::store::originals;

/// The vault at one moment.
pub struct Snapshot<'v> {
    pub(crate) transaction: Transaction<'v>,
    pub(crate) sealer: &'v dyn Sealer,
    pub(crate) vault: VaultId,
    /// The vault's file, as it was named.
    pub(crate) path: &'v Path,
    pub(crate) index: &'v Index,
    pub(crate) contents: Contents,
}

impl Deref for Snapshot<'_> {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.contents
    }
}

/// What records hold, for keeps: that of the moment of a [`Snapshot`], which ends. It is no copy.
#[derive(Clone)]
pub struct Contents(pub(crate) Arc<State>);

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

impl Contents {
    /// All contexts, with what was kept of their files beyond them.
    pub fn contexts(&self) -> &[Stored<Context>] {
        &self.0.content.contexts
    }

    /// Accounts, those without a context included.
    pub fn accounts(&self) -> &[Stored<Account>] {
        &self.0.content.accounts
    }

    /// Clouds that are not built in.
    pub fn environments(&self) -> &[Stored<Environment>] {
        &self.0.content.environments
    }

    /// What is set for the vault as a whole.
    pub fn settings(&self) -> Settings {
        self.0.content.settings()
    }

    /// Secrets, sealed.
    pub fn secrets(&self) -> &[StoredSecret] {
        &self.0.content.secrets
    }

    /// Imports.
    pub fn imports(&self) -> &[Stored<Import>] {
        &self.0.content.imports
    }
}

impl Snapshot<'_> {
    fn boxes(&self) -> Boxes<'_> {
        Boxes { connection: &self.transaction, sealer: self.sealer, vault: self.vault }
    }

    /// All that the records hold, borrowed.
    pub fn records(&self) -> Records<'_> {
        let State { head, content, .. } = &*self.contents.0;
        Records { content, root: &head.root }
    }

    /// All that the records hold, for keeps.
    pub fn contents(&self) -> Contents {
        self.contents.clone()
    }

    /// Takes out what the records hold, settings apart: a second copy of a large vault is spared, and
    /// the vault verifies all of it when it is used next. What is sealed beside the records, as
    /// [`Snapshot::original`], can be read as before.
    pub fn take_items(&mut self) -> Result<Items, Error> {
        self.index.forget();
        if Arc::get_mut(&mut self.contents.0).is_none() {
            // Someone has the contents for keeps.
            let (state, _) = load(self.boxes()).map_err(|e| e.at(self.path))?;
            self.contents = Contents(Arc::new(state));
        }
        let state = Arc::get_mut(&mut self.contents.0);
        let content = &mut state.expect("nobody else has it").content;
        Ok(Items {
            contexts: std::mem::take(&mut content.contexts),
            accounts: std::mem::take(&mut content.accounts),
            environments: std::mem::take(&mut content.environments),
            secrets: std::mem::take(&mut content.secrets),
            imports: std::mem::take(&mut content.imports),
        })
    }

    /// As [`Contents::imports`], for keeps.
    pub fn into_imports(self) -> Vec<Stored<Import>> {
        self.imports().iter().map(|stored| stored.with(stored.value.copied())).collect()
    }

    /// Opens one secret.
    pub fn open_secret(&self, id: Id) -> Result<Secret, Error> {
        self.secret(id).map_err(|e| e.at(self.path))
    }

    fn secret(&self, id: Id) -> Result<Secret, Problem> {
        let known = self.contents.0.content.secret(id);
        open_secret(self.boxes(), known.ok_or(Problem::tampered("a secret without a record"))?)
    }

    /// Opens every secret, in the order of [`Contents::secrets`].
    pub fn open_secrets(&self) -> Result<Vec<Secret>, Error> {
        self.open_taken(self.secrets())
    }

    /// Opens secrets that were taken out by [`Snapshot::take_items`], in their order.
    pub fn open_taken(&self, secrets: &[StoredSecret]) -> Result<Vec<Secret>, Error> {
        open_secrets(self.boxes(), secrets).map_err(|e| e.at(self.path))
    }

    /// The audit log, oldest entry first; the whole chain is verified.
    pub fn audit_log(&self) -> Result<Vec<Logged>, Error> {
        let log = audit::read(self.boxes(), &self.contents.0.head.audit);
        log.map_err(|e| e.at(self.path))
    }

    /// The newest entries of the audit log, so many at most, newest first; the chain is verified that far.
    pub fn newest_audit_entries(&self, most: u32) -> Result<Vec<Logged>, Error> {
        let log = audit::read_newest(self.boxes(), &self.contents.0.head.audit, most);
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
            check_pin(&sealed, *pin)?;
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
