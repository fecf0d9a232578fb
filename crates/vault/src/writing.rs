//! Writing: what one transaction may change.

use azvault_contexts::{Account, Context, Environment, Secret, SecretDescription};
use rusqlite::Connection;

use crate::keys::Keys;
use crate::record::{self, Content, Settings};
use crate::seal::{self, Table, place};
use crate::snapshot::{pad, pin};
use crate::store::{originals, records, secrets};
use crate::{Error, Id, Import, OriginalRef, VaultId, random};

/// Bytes of an imported file that one box holds.
const PART: usize = 1024 * 1024;

/// A transaction on a vault that has been verified. Dropped without commit, it changes nothing.
pub struct Writing<'w> {
    pub(crate) connection: &'w Connection,
    pub(crate) keys: &'w Keys,
    pub(crate) vault: VaultId,
    pub(crate) epoch: u32,
    pub(crate) content: Content,
}

impl Writing<'_> {
    /// Stores a context: a new one, or in the place of one that is there.
    pub fn put_context(&mut self, id: Option<Id>, context: &Context) -> Result<Id, Error> {
        let known = id.map(|id| revision(&self.content.contexts, id)).transpose()?;
        self.put(id.zip(known), &record::of_context(context))
    }

    /// Stores an account.
    pub fn put_account(&mut self, id: Option<Id>, account: &Account) -> Result<Id, Error> {
        let known = id.map(|id| revision(&self.content.accounts, id)).transpose()?;
        self.put(id.zip(known), &record::of_account(account))
    }

    /// Stores an environment.
    pub fn put_environment(
        &mut self,
        id: Option<Id>,
        environment: &Environment,
    ) -> Result<Id, Error> {
        let known = id.map(|id| revision(&self.content.environments, id)).transpose()?;
        self.put(id.zip(known), &record::of_environment(environment))
    }

    /// Stores the settings, of which there is one set.
    pub fn put_settings(&mut self, settings: &Settings) -> Result<Id, Error> {
        let known = self.content.settings.as_ref().map(|stored| (stored.id, stored.revision));
        self.put(known, &record::of_settings(settings))
    }

    /// Seals a new secret, and a record that describes and pins it.
    pub fn add_secret(
        &mut self,
        about: &SecretDescription,
        value: &Secret,
        created: i64,
    ) -> Result<Id, Error> {
        let id = random::id();
        let ad = place(self.vault, self.epoch, Table::Secret, 0, id, 0);
        let sealed = seal::seal(&self.keys.secret, &ad, &pad(value));
        secrets::insert(self.connection, id, &sealed)?;
        self.insert(id, &record::of_secret(about, created, &pin(&sealed)))?;
        Ok(Id(id))
    }

    /// Says something else of a secret; its value stays sealed as it is.
    pub fn update_secret(&mut self, id: Id, about: &SecretDescription) -> Result<(), Error> {
        let known = self.content.secrets.iter().find(|secret| secret.id == id);
        let known = known.ok_or(Error::tampered("a secret without a record"))?;
        let text = record::of_secret(about, known.created, &known.pin);
        self.put(Some((id, known.revision)), &text).map(drop)
    }

    /// Seals the bytes of a file that is imported, in parts.
    pub fn add_original(&mut self, bytes: &[u8]) -> Result<OriginalRef, Error> {
        let id = random::id();
        let mut pins = Vec::new();
        for (part, chunk) in (0..).zip(bytes.chunks(PART)) {
            let ad = place(self.vault, self.epoch, Table::Original, 0, id, part);
            let sealed = seal::seal(&self.keys.original, &ad, chunk);
            originals::insert(self.connection, id, part, &sealed)?;
            pins.push(pin(&sealed));
        }
        Ok(OriginalRef { id, pins })
    }

    /// Stores what an import did.
    pub fn add_import(&mut self, import: &Import) -> Result<Id, Error> {
        self.put(None, &record::of_import(import))
    }

    /// Changes what is stored of an import.
    pub fn change_import(&mut self, id: Id, change: impl FnOnce(&mut Import)) -> Result<(), Error> {
        let stored = self.content.imports.iter_mut().find(|stored| stored.id == id);
        let stored = stored.ok_or(Error::tampered("an import is missing"))?;
        change(&mut stored.value);
        let (revision, text) = (stored.revision, record::of_import(&stored.value));
        self.put(Some((id, revision)), &text).map(drop)
    }

    /// Drops the sealed bytes of an import's files.
    pub fn forget_originals(&mut self, id: Id) -> Result<(), Error> {
        let connection = self.connection;
        let mut forgotten = Ok(());
        self.change_import(id, |import| {
            for file in &mut import.files {
                if let Some(original) = file.original.take() {
                    let deleted = originals::delete(connection, original.id);
                    forgotten = std::mem::replace(&mut forgotten, Ok(())).and(deleted);
                }
            }
        })?;
        forgotten
    }

    fn put(&mut self, known: Option<(Id, i64)>, text: &[u8]) -> Result<Id, Error> {
        let Some((Id(id), revision)) = known else {
            let id = random::id();
            self.insert(id, text)?;
            return Ok(Id(id));
        };
        let revision = revision + 1;
        let ad = place(self.vault, self.epoch, Table::Record, 0, id, revision);
        let sealed = seal::seal(&self.keys.record, &ad, text);
        records::update(self.connection, id, revision, &sealed)?;
        Ok(Id(id))
    }

    fn insert(&self, id: i64, text: &[u8]) -> Result<(), Error> {
        let ad = place(self.vault, self.epoch, Table::Record, 0, id, 1);
        records::insert(self.connection, id, 1, &seal::seal(&self.keys.record, &ad, text))
    }
}

fn revision<T>(stored: &[record::Stored<T>], id: Id) -> Result<i64, Error> {
    let found = stored.iter().find(|stored| stored.id == id).map(|stored| stored.revision);
    found.ok_or(Error::tampered("a record is missing"))
}
