//! Records: JSON with its kind inside, padded with blanks to a multiple of 256 bytes.

use std::collections::BTreeSet;
use std::io::{self, Write};

use azvault_model::{
    Account, AutosaveMode, Challenge, Context, ContextName, Environment, SecretDescription, Texts,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::format::id::Id;
use crate::format::import_record;
use crate::format::import_record::{Import, ImportRow};
use crate::format::secret_box::Pin;
use crate::records::{Version, Versions};

/// An item with the id and revision of its record.
#[derive(Serialize, Deserialize)]
pub struct Stored<T> {
    /// Id of the record.
    pub id: Id,
    /// How often it was written, from 1.
    pub revision: i64,
    /// The item.
    pub value: T,
}

impl<T> Stored<T> {
    /// Another value with the same id and revision.
    pub(crate) fn with(&self, value: T) -> Self {
        Self { id: self.id, revision: self.revision, value }
    }
}

/// A secret, sealed: what it is and when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Id of the record and of the value.
    pub id: Id,
    /// What it is and whose.
    pub description: SecretDescription,
    /// When it was stored, in seconds since 1970.
    pub created: i64,
    pub(crate) revision: i64,
    pub(crate) pin: Pin,
}

impl StoredSecret {
    /// How often its record was written, from 1.
    pub fn revision(&self) -> i64 {
        self.revision
    }
}

/// What is set for the vault as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The default context.
    pub default: Option<ContextName>,
    /// The autosave mode; `None` while nobody has set one.
    pub autosave: Option<AutosaveMode>,
    /// Origins (`https://host:port`) of clouds that files define, to which a person agreed that
    /// credentials and tokens are sent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub confirmed: BTreeSet<String>,
    /// Claims challenges of accounts, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<Challenge>,
}

/// Everything that records hold, taken apart.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) contexts: Vec<Stored<Context>>,
    pub(crate) accounts: Vec<Stored<Account>>,
    pub(crate) environments: Vec<Stored<Environment>>,
    pub(crate) settings: Option<Stored<Settings>>,
    pub(crate) secrets: Vec<StoredSecret>,
    pub(crate) imports: Vec<Stored<Import>>,
    pub(crate) versions: Versions,
    /// While it is read: what its items say alike is there once.
    pub(crate) texts: Texts,
    reading: Reading,
}

/// How far records are read. Of which kind they are is known when they are open.
#[derive(Clone, Copy, Default)]
struct Reading {
    read: usize,
    records: usize,
}

impl Reading {
    /// For how many more of a kind there is to be room. What grows is there twice while it does, so it is to
    /// grow seldom: the rest is taken to be as what was read, once that is enough to tell.
    fn more(&self, there: usize) -> usize {
        const ENOUGH: usize = 256;
        let rest = self.records.saturating_sub(self.read);
        let more = match there {
            ..ENOUGH => there,
            _ if rest > 0 => there * rest / self.read,
            _ => there / 4,
        };
        16.max(more + more / 8)
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope<'a, T> {
    kind: &'a str,
    value: T,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    kept: Option<&'a RawValue>,
}

#[derive(Serialize, Deserialize)]
struct SecretRow {
    #[serde(flatten)]
    description: SecretDescription,
    created: i64,
    pin: Pin,
}

pub(crate) fn of_context(context: &Context) -> Zeroizing<Vec<u8>> {
    let kept = import_record::raw(&context.kept);
    encode(&Envelope { kind: "context", value: context, kept })
}

pub(crate) fn of_account(account: &Account) -> Zeroizing<Vec<u8>> {
    encode(&Envelope { kind: "account", value: account, kept: None })
}

pub(crate) fn of_environment(environment: &Environment) -> Zeroizing<Vec<u8>> {
    encode(&Envelope { kind: "environment", value: environment, kept: None })
}

pub(crate) fn of_settings(settings: &Settings) -> Zeroizing<Vec<u8>> {
    encode(&Envelope { kind: "settings", value: settings, kept: None })
}

pub(crate) fn of_secret(about: &SecretDescription, created: i64, pin: Pin) -> Zeroizing<Vec<u8>> {
    let value = SecretRow { description: about.clone(), created, pin };
    encode(&Envelope { kind: "secret", value, kept: None })
}

pub(crate) fn of_import(import: &Import) -> Zeroizing<Vec<u8>> {
    encode(&Envelope { kind: "import", value: ImportRow::of(import), kept: None })
}

impl Content {
    /// One that so many records are read into.
    pub(crate) fn of(records: usize) -> Self {
        Self { reading: Reading { read: 0, records }, ..Self::default() }
    }

    /// Takes one record's plaintext apart and adds it, or puts it in the place of what its record
    /// said before.
    pub(crate) fn put(&mut self, id: i64, revision: i64, text: &[u8]) -> Result<(), Problem> {
        let misshapen = |_| Problem::tampered("a record of another form");
        let envelope: Envelope<'_, &RawValue> = serde_json::from_slice(text).map_err(misshapen)?;
        self.reading.read += 1;
        let json = envelope.value.get();
        let id = Id(id);
        match envelope.kind {
            "context" => {
                let mut value: Context = serde_json::from_str(json).map_err(misshapen)?;
                self.texts.share(value.texts());
                if let Some(members) = envelope.kept {
                    value.kept = import_record::kept(members);
                    if let Some(other) = self.contexts.last() {
                        value.kept.share(&other.value.kept);
                    }
                }
                put(&mut self.contexts, Stored { id, revision, value }, self.reading);
                self.versions.contexts.rise();
            }
            "account" => {
                let mut value: Account = serde_json::from_str(json).map_err(misshapen)?;
                self.texts.share(value.texts());
                put(&mut self.accounts, Stored { id, revision, value }, self.reading);
                self.versions.accounts.rise();
            }
            "environment" => {
                let value = serde_json::from_str(json).map_err(misshapen)?;
                put(&mut self.environments, Stored { id, revision, value }, self.reading);
                self.versions.environments.rise();
            }
            "settings" => {
                if self.settings.as_ref().is_some_and(|settings| settings.id != id) {
                    return Err(Problem::tampered("two settings"));
                }
                let value = serde_json::from_str(json).map_err(misshapen)?;
                self.settings = Some(Stored { id, revision, value });
                self.versions.settings.rise();
            }
            "secret" => {
                let row: SecretRow = serde_json::from_str(json).map_err(misshapen)?;
                let SecretRow { mut description, created, pin } = row;
                self.texts.share(description.texts());
                let secret = StoredSecret { id, description, created, revision, pin };
                put(&mut self.secrets, secret, self.reading);
                self.versions.secrets.rise();
            }
            "import" => {
                let row: ImportRow<'_> = serde_json::from_str(json).map_err(misshapen)?;
                put(
                    &mut self.imports,
                    Stored { id, revision, value: row.into_import()? },
                    self.reading,
                );
            }
            _ => return Err(Problem::tampered("a record of unknown kind")),
        }
        Ok(())
    }

    /// A second one of its own.
    pub(crate) fn copied(&self) -> Self {
        Self {
            contexts: self.contexts.iter().map(|one| one.with(one.value.copied())).collect(),
            accounts: self.accounts.iter().map(|one| one.with(one.value.clone())).collect(),
            environments: self.environments.iter().map(|one| one.with(one.value.clone())).collect(),
            settings: self.settings.as_ref().map(|one| one.with(one.value.clone())),
            secrets: self.secrets.clone(),
            imports: self.imports.iter().map(|one| one.with(one.value.copied())).collect(),
            versions: self.versions,
            texts: Texts::default(),
            reading: Reading::default(),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.as_ref().map(|stored| stored.value.clone()).unwrap_or_default()
    }

    pub(crate) fn secret(&self, id: Id) -> Option<&StoredSecret> {
        Some(&self.secrets[find(&self.secrets, id).ok()?])
    }

    /// Takes out what records said that are not there any more; their ids are in order.
    pub(crate) fn remove(&mut self, gone: &[i64]) {
        fn stay<T: OfRecord>(all: &mut Vec<T>, gone: &[i64], version: &mut Version) {
            if gone.iter().any(|id| find(all, Id(*id)).is_ok()) {
                all.retain(|one| gone.binary_search(&one.id().0).is_err());
                version.rise();
            }
        }
        let versions = &mut self.versions;
        stay(&mut self.contexts, gone, &mut versions.contexts);
        stay(&mut self.accounts, gone, &mut versions.accounts);
        stay(&mut self.environments, gone, &mut versions.environments);
        stay(&mut self.secrets, gone, &mut versions.secrets);
        stay(&mut self.imports, gone, &mut Version::default());
    }

    /// For one that is read and stays in memory. What is made smaller is there twice while that is done: room
    /// of which little is empty stays as it is.
    pub(crate) fn shrink(&mut self) {
        fn fit<T>(all: &mut Vec<T>) {
            if all.capacity() - all.len() > all.len() / 4 {
                all.shrink_to_fit();
            }
        }
        (self.texts, self.reading) = (Texts::default(), Reading::default());
        fit(&mut self.contexts);
        fit(&mut self.accounts);
        fit(&mut self.environments);
        fit(&mut self.secrets);
        fit(&mut self.imports);
    }
}

/// What came out of a record.
pub(crate) trait OfRecord {
    /// The record's id.
    fn id(&self) -> Id;
}

impl<T> OfRecord for Stored<T> {
    fn id(&self) -> Id {
        self.id
    }
}

impl OfRecord for StoredSecret {
    fn id(&self) -> Id {
        self.id
    }
}

/// Where the item of a record is, or would be: they are in the order of their ids.
pub(crate) fn find<T: OfRecord>(all: &[T], id: Id) -> Result<usize, usize> {
    all.binary_search_by_key(&id, T::id)
}

fn put<T: OfRecord>(all: &mut Vec<T>, item: T, reading: Reading) {
    // Read in their order, each is the last one.
    let end = all.last().is_none_or(|last| last.id() < item.id()).then_some(all.len());
    match end.map_or_else(|| find(all, item.id()), Err) {
        Ok(at) => all[at] = item,
        Err(at) => {
            if all.len() == all.capacity() {
                all.reserve_exact(reading.more(all.len()));
            }
            all.insert(at, item);
        }
    }
}

fn encode(envelope: &impl Serialize) -> Zeroizing<Vec<u8>> {
    let json = json(envelope);
    let size = json.len().next_multiple_of(256);
    let mut text = Zeroizing::new(Vec::with_capacity(size));
    text.extend_from_slice(json.as_bytes());
    text.resize(size, b' ');
    text
}

/// Writes JSON into memory of its final size: a buffer that grew would leave copies behind.
pub(crate) fn json(value: &impl Serialize) -> Zeroizing<String> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("a record is plain JSON");
    let mut bytes = Vec::with_capacity(count.0);
    serde_json::to_writer(&mut bytes, value).expect("a record is plain JSON");
    Zeroizing::new(String::from_utf8(bytes).expect("JSON is UTF-8"))
}

struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
