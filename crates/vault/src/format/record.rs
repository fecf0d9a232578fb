//! Records: JSON with its kind inside, padded with blanks to a multiple of 256 bytes.

use std::collections::BTreeSet;
use std::io::{self, Write};

use azvault_model::{
    Account, AutosaveMode, Challenge, Context, ContextName, Environment, SecretDescription,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::format::id::Id;
use crate::format::import_record;
use crate::format::import_record::{Import, ImportRow};

/// An item with the id and revision of its record.
pub struct Stored<T> {
    /// Id of the record.
    pub id: Id,
    /// How often it was written, from 1.
    pub revision: i64,
    /// The item.
    pub value: T,
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
    pub(crate) pin: String,
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
}

/// Whether kept members, which only imports and exports need, are copied out of the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptMembers {
    Taken,
    Left,
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
    pin: String,
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

pub(crate) fn of_secret(about: &SecretDescription, created: i64, pin: &str) -> Zeroizing<Vec<u8>> {
    let value = SecretRow { description: about.clone(), created, pin: pin.to_owned() };
    encode(&Envelope { kind: "secret", value, kept: None })
}

pub(crate) fn of_import(import: &Import) -> Zeroizing<Vec<u8>> {
    encode(&Envelope { kind: "import", value: ImportRow::of(import), kept: None })
}

impl Content {
    /// Takes one record's plaintext apart and adds it.
    pub(crate) fn add(
        &mut self,
        id: i64,
        revision: i64,
        text: &[u8],
        kept: KeptMembers,
    ) -> Result<(), Problem> {
        let misshapen = |_| Problem::tampered("a record of another form");
        let envelope: Envelope<'_, &RawValue> = serde_json::from_slice(text).map_err(misshapen)?;
        let json = envelope.value.get();
        let id = Id(id);
        match envelope.kind {
            "context" => {
                let mut value: Context = serde_json::from_str(json).map_err(misshapen)?;
                if let (KeptMembers::Taken, Some(members)) = (kept, envelope.kept) {
                    value.kept = import_record::kept(members);
                    if let Some(before) = self.contexts.last() {
                        value.kept.share(&before.value.kept);
                    }
                }
                self.contexts.push(Stored { id, revision, value });
            }
            "account" => {
                let value = serde_json::from_str(json).map_err(misshapen)?;
                self.accounts.push(Stored { id, revision, value });
            }
            "environment" => {
                let value = serde_json::from_str(json).map_err(misshapen)?;
                self.environments.push(Stored { id, revision, value });
            }
            "settings" => {
                if self.settings.is_some() {
                    return Err(Problem::tampered("two settings"));
                }
                let value = serde_json::from_str(json).map_err(misshapen)?;
                self.settings = Some(Stored { id, revision, value });
            }
            "secret" => {
                let row: SecretRow = serde_json::from_str(json).map_err(misshapen)?;
                let SecretRow { description, created, pin } = row;
                self.secrets.push(StoredSecret { id, description, created, revision, pin });
            }
            "import" => {
                let row: ImportRow<'_> = serde_json::from_str(json).map_err(misshapen)?;
                self.imports.push(Stored { id, revision, value: row.into_import()? });
            }
            _ => return Err(Problem::tampered("a record of unknown kind")),
        }
        Ok(())
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
