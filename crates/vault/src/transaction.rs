//! Transaction: what one transaction may change.

mod changed;
mod parted;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use azvault_model::{Account, Context, Environment, HeldSecret, Secret, SecretDescription};
use zeroize::Zeroizing;

use crate::audit::Entry;
use crate::boxes::Boxes;
use crate::error::Problem;
use crate::format::box_address::BoxAddress;
use crate::format::head::Head;
use crate::format::id::Id;
use crate::format::import_record::{Import, OriginalRef};
use crate::format::record;
use crate::format::record::{Content, Settings, Stored, StoredSecret};
use crate::format::secret_box::{Pin, pad};
use crate::format::since::{Course, Parting};
use crate::records::Records;
use crate::sealer::BATCH;
use crate::state::{State, open_secret};
use crate::store::{originals, records, secrets};
use crate::{audit, random};
pub(crate) use changed::Changed;
use changed::Record;
use parted::Parted;

/// Bytes of an imported file that one box holds.
const PART: usize = 1024 * 1024;

/// A transaction on a vault that has been verified. Dropped without commit, it changes nothing.
pub struct Transaction<'w> {
    pub(crate) boxes: Boxes<'w>,
    /// As it was when the transaction began.
    before: &'w Content,
    /// The root of then.
    root: &'w str,
    /// As it will be: its generation is that of this transaction.
    pub(crate) head: Head,
    /// Whether slots were written.
    pub(crate) slots: Course,
    /// Those that were written.
    settings: Option<Stored<Settings>>,
    /// Imports that were changed, as they are by now.
    imports: BTreeMap<Id, Import>,
    /// Secrets that were removed, and those that are left, once they were asked for.
    gone: BTreeSet<Id>,
    left: OnceCell<Vec<StoredSecret>>,
    waiting: Waiting,
    parted: Parted,
    changed: Changed,
}

/// What a transaction leaves to do.
pub(crate) struct Finished {
    /// The head as far as it is known.
    pub(crate) head: Head,
    pub(crate) changed: Changed,
    pub(crate) slots: Course,
}

/// What is not sealed yet: the holder of the keys seals in batches.
#[derive(Default)]
struct Waiting {
    records: Vec<Record>,
    secrets: Vec<NewSecret>,
    size: usize,
}

/// What is new to the vault.
pub enum New<'a> {
    /// A context.
    Context(&'a Context),
    /// An account.
    Account(&'a Account),
    /// An environment.
    Environment(&'a Environment),
    /// A secret, and when it came, in Unix seconds.
    Secret(&'a HeldSecret, i64),
}

struct NewSecret {
    id: i64,
    text: Zeroizing<Vec<u8>>,
    about: SecretDescription,
    created: i64,
}

impl<'w> Transaction<'w> {
    /// On a vault in that state, of which the head says what is to be said before anything changes.
    pub(crate) fn new(boxes: Boxes<'w>, state: &'w State, generation: u64) -> Self {
        let head = Head { generation, prev: state.head_hash.clone(), ..state.head.clone() };
        Self {
            boxes,
            before: &state.content,
            root: &state.head.root,
            head,
            slots: Course::AsItWas,
            settings: None,
            imports: BTreeMap::new(),
            gone: BTreeSet::new(),
            left: OnceCell::new(),
            waiting: Waiting::default(),
            parted: Parted::default(),
            changed: Changed::default(),
        }
    }

    /// All that the records held when the transaction began.
    pub fn records(&self) -> Records<'w> {
        Records { content: self.before, root: self.root }
    }

    /// The contexts as they were when the transaction began, kept members included.
    pub fn contexts(&self) -> &[Stored<Context>] {
        &self.before.contexts
    }

    /// The accounts as they were when the transaction began.
    pub fn accounts(&self) -> &[Stored<Account>] {
        &self.before.accounts
    }

    /// The environments as they were when the transaction began.
    pub fn environments(&self) -> &[Stored<Environment>] {
        &self.before.environments
    }

    /// The secrets that were there when the transaction began and still are, sealed.
    pub fn secrets(&self) -> &[StoredSecret] {
        if self.gone.is_empty() {
            return &self.before.secrets;
        }
        let is_left = |secret: &&StoredSecret| !self.gone.contains(&secret.id);
        let all = self.before.secrets.iter();
        self.left.get_or_init(|| all.filter(is_left).cloned().collect())
    }

    /// The settings as they are by now.
    pub fn settings(&self) -> Settings {
        self.stored_settings().map(|stored| stored.value.clone()).unwrap_or_default()
    }

    fn stored_settings(&self) -> Option<&Stored<Settings>> {
        self.settings.as_ref().or(self.before.settings.as_ref())
    }

    /// Stores a context: a new one, or in the place of one that is there.
    pub fn put_context(&mut self, id: Option<Id>, context: &Context) -> Result<Id, Problem> {
        let known = id.map(|id| revision(&self.before.contexts, id)).transpose()?;
        self.part_context(id, context);
        self.put(id.zip(known), record::of_context(context))
    }

    /// Stores an account.
    pub fn put_account(&mut self, id: Option<Id>, account: &Account) -> Result<Id, Problem> {
        let known = id.map(|id| revision(&self.before.accounts, id)).transpose()?;
        self.put(id.zip(known), record::of_account(account))
    }

    /// Stores an environment.
    pub fn put_environment(
        &mut self,
        id: Option<Id>,
        environment: &Environment,
    ) -> Result<Id, Problem> {
        let known = id.map(|id| revision(&self.before.environments, id)).transpose()?;
        if known.is_some() {
            self.part_environment(&environment.name);
        }
        self.put(id.zip(known), record::of_environment(environment))
    }

    /// Stores all of these, telling of each. Rows are written in the order of their ids, which are
    /// random: in any other each would be on a page of its own, and the file be read and written
    /// several times over.
    pub fn add_all<'a>(
        &mut self,
        new: impl IntoIterator<Item = New<'a>>,
        mut stored: impl FnMut(),
    ) -> Result<(), Problem> {
        let mut new: Vec<(i64, New<'a>)> = new.into_iter().map(|one| (random::id(), one)).collect();
        new.sort_unstable_by_key(|(id, _)| *id);
        for (id, one) in new {
            match one {
                New::Context(context) => {
                    self.part_context(None, context);
                    self.put_at(id, 1, record::of_context(context))?;
                }
                New::Account(account) => self.put_at(id, 1, record::of_account(account))?,
                New::Environment(environment) => {
                    self.put_at(id, 1, record::of_environment(environment))?;
                }
                New::Secret(held, created) => {
                    self.add_secret_at(id, &held.description, &held.value, created)?;
                }
            }
            stored();
        }
        Ok(())
    }

    /// Stores the settings, of which there is one set.
    pub fn put_settings(&mut self, settings: &Settings) -> Result<Id, Problem> {
        self.part_settings(settings);
        let known = self.stored_settings().map(|stored| (stored.id, stored.revision));
        let id = self.put(known, record::of_settings(settings))?;
        let revision = known.map_or(1, |(_, revision)| revision + 1);
        self.settings = Some(Stored { id, revision, value: settings.clone() });
        Ok(id)
    }

    /// Removes a context or an account.
    pub fn remove(&mut self, id: Id) -> Result<(), Problem> {
        self.part(id);
        self.delete(id)
    }

    fn delete(&mut self, id: Id) -> Result<(), Problem> {
        records::delete(self.boxes.connection, id.0)?;
        self.changed.remove(id.0);
        Ok(())
    }

    /// Removes a secret: its value and its record. Imports that brought it remember why.
    pub fn remove_secret(&mut self, id: Id, why: Parting) -> Result<(), Problem> {
        self.part_secret(id, why)?;
        self.delete(id)?;
        secrets::delete(self.boxes.connection, id.0)?;
        self.gone.insert(id);
        self.left.take();
        Ok(())
    }

    /// Seals a new secret, and a record that describes and pins it.
    pub fn add_secret(
        &mut self,
        about: &SecretDescription,
        value: &Secret,
        created: i64,
    ) -> Result<Id, Problem> {
        let id = random::id();
        self.add_secret_at(id, about, value, created)?;
        Ok(Id(id))
    }

    fn add_secret_at(
        &mut self,
        id: i64,
        about: &SecretDescription,
        value: &Secret,
        created: i64,
    ) -> Result<(), Problem> {
        let text = pad(value);
        self.waiting.size += text.len();
        self.waiting.secrets.push(NewSecret { id, text, about: about.clone(), created });
        self.seal_if_much()
    }

    /// Says something else of a secret; its value stays sealed as it is.
    pub fn update_secret(&mut self, id: Id, about: &SecretDescription) -> Result<(), Problem> {
        let known = self.known_secret(id)?;
        let (revision, text) = (known.revision, record::of_secret(about, known.created, known.pin));
        self.put(Some((id, revision)), text).map(drop)
    }

    /// Opens one secret, so that its release and the audit entry of it are one transaction.
    pub fn open_secret(&self, id: Id) -> Result<Secret, Problem> {
        let known = self.known_secret(id)?;
        open_secret(self.boxes, known)
    }

    /// Adds an entry to the audit log.
    pub fn log(&mut self, entry: Entry) -> Result<(), Problem> {
        audit::append(self.boxes, &mut self.head.audit, self.head.generation, entry)
    }

    /// Seals the bytes of a file that is imported, in parts.
    pub fn add_original(&mut self, bytes: &[u8]) -> Result<OriginalRef, Problem> {
        let id = random::id();
        let mut pins = Vec::new();
        for (part, chunk) in (0..).zip(bytes.chunks(PART)) {
            let sealed = self.boxes.seal(BoxAddress::Original { id: Id(id), part }, chunk)?;
            originals::insert(self.boxes.connection, id, part, &sealed)?;
            pins.push(Pin::of(&sealed));
        }
        Ok(OriginalRef { id, pins })
    }

    /// Stores what an import did.
    pub fn add_import(&mut self, import: &Import) -> Result<Id, Problem> {
        self.put(None, record::of_import(import))
    }

    /// Changes what is stored of an import.
    pub fn change_import(
        &mut self,
        id: Id,
        change: impl FnOnce(&mut Import),
    ) -> Result<(), Problem> {
        let stored = self.before.imports.iter().find(|stored| stored.id == id);
        let stored = stored.ok_or(Problem::tampered("an import is missing"))?;
        let import = self.imports.entry(id).or_insert_with(|| stored.value.copied());
        change(import);
        let text = record::of_import(import);
        self.put(Some((id, stored.revision)), text).map(drop)
    }

    /// Drops the sealed bytes of an import's files.
    pub fn forget_originals(&mut self, id: Id) -> Result<(), Problem> {
        let connection = self.boxes.connection;
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

    /// Seals what is waiting.
    pub(crate) fn finish(mut self) -> Result<Finished, Problem> {
        self.remember_parted()?;
        self.seal_waiting()?;
        let Self { head, changed, slots, .. } = self;
        Ok(Finished { head, changed: changed.in_order(), slots })
    }

    fn known_secret(&self, id: Id) -> Result<&StoredSecret, Problem> {
        let known = self.before.secret(id).filter(|_| !self.gone.contains(&id));
        known.ok_or(Problem::tampered("a secret without a record"))
    }

    fn put(&mut self, known: Option<(Id, i64)>, text: Zeroizing<Vec<u8>>) -> Result<Id, Problem> {
        let (id, revision) = known.map_or_else(|| (random::id(), 0), |(Id(id), rev)| (id, rev));
        self.put_at(id, revision + 1, text)?;
        Ok(Id(id))
    }

    fn put_at(&mut self, id: i64, revision: i64, text: Zeroizing<Vec<u8>>) -> Result<(), Problem> {
        self.waiting.size += text.len();
        self.waiting.records.push(Record { id, revision, text });
        self.seal_if_much()
    }

    fn seal_if_much(&mut self) -> Result<(), Problem> {
        if self.waiting.size >= BATCH { self.seal_waiting() } else { Ok(()) }
    }

    fn seal_waiting(&mut self) -> Result<(), Problem> {
        let Waiting { mut records, secrets: new, size: _ } = std::mem::take(&mut self.waiting);
        let texts = new.iter().map(|new| (BoxAddress::Secret { id: Id(new.id) }, &new.text[..]));
        for (secret, sealed) in new.iter().zip(self.boxes.seal_batch(texts)?) {
            secrets::insert(self.boxes.connection, secret.id, &sealed)?;
            // The record pins the box, so it can be written only now.
            let text = record::of_secret(&secret.about, secret.created, Pin::of(&sealed));
            records.push(Record { id: secret.id, revision: 1, text });
        }
        // One that was put twice keeps its order.
        records.sort_by_key(|record| record.id);
        let texts = records.iter().map(|Record { id, revision, text }| {
            (BoxAddress::Record { id: Id(*id), revision: *revision }, &text[..])
        });
        let sealed = self.boxes.seal_batch(texts)?;
        for (record, sealed) in records.into_iter().zip(&sealed) {
            let Record { id, revision, .. } = record;
            if revision == 1 {
                records::insert(self.boxes.connection, id, revision, sealed)?;
            } else {
                records::update(self.boxes.connection, id, revision, sealed)?;
            }
            self.changed.put(record, sealed)?;
        }
        Ok(())
    }
}

fn revision<T>(stored: &[Stored<T>], id: Id) -> Result<i64, Problem> {
    let at = record::find(stored, id);
    at.map(|at| stored[at].revision).map_err(|_| Problem::tampered("a record is missing"))
}
