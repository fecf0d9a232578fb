//! What a transaction changes of what was imported, so that the imports remember it.

use std::collections::HashMap;

use azvault_model::{Context, ContextName, Identity, Secret, SecretKind};

use super::Transaction;
use crate::error::Problem;
use crate::format::box_address::BoxAddress;
use crate::format::id::Id;
use crate::format::import_record::Import;
use crate::format::record;
use crate::format::record::{Settings, Stored, StoredSecret};
use crate::format::secret_box::{check_pin, unpad};
use crate::format::since::{Became, Course, Parting, Since, Step, ValueDigest};
use crate::sealer::BATCH;
use crate::store::secrets;

/// What has changed so far, of what may have been imported.
#[derive(Default)]
pub(super) struct Parted {
    secrets: Vec<PartedSecret>,
    contexts: Vec<PartedContext>,
    removed: usize,
    /// Contexts that came after one was removed: a renamed one is among them.
    came: HashMap<Identity, ContextName>,
    accounts: Vec<String>,
    environments: Vec<String>,
    default: Course,
    autosave: Course,
}

struct PartedSecret {
    id: i64,
    kind: SecretKind,
    created: i64,
    sealed: Vec<u8>,
    why: Parting,
}

enum PartedContext {
    Changed(Step),
    /// With what tells whether one that came is the same under another name.
    Removed(ContextName, Identity),
}

impl Transaction<'_> {
    /// Before a secret is removed.
    pub(super) fn part_secret(&mut self, id: Id, why: Parting) -> Result<(), Problem> {
        let Ok(StoredSecret { description, created, pin, .. }) = self.known_secret(id) else {
            return Ok(());
        };
        let (kind, created) = (description.kind, *created);
        if !self.before.imports.iter().any(|import| may_have_brought(&import.value, created)) {
            return Ok(());
        }
        let sealed = secrets::read(self.boxes.connection, id.0)?;
        // What is damaged may be removed all the same, and is no value to remember.
        if check_pin(&sealed, *pin).is_ok() {
            self.parted.secrets.push(PartedSecret { id: id.0, kind, created, sealed, why });
        }
        Ok(())
    }

    /// Before a context is written: in the place of one, or as a new one.
    pub(super) fn part_context(&mut self, id: Option<Id>, now: &Context) {
        if !self.remembers() {
            return;
        }
        let Some(id) = id else {
            if self.parted.removed > 0 {
                self.parted.came.insert(now.identity(), now.name.clone());
            }
            return;
        };
        let Some(before) = stored(&self.before.contexts, id) else { return };
        if !before.says_the_same_as(now) {
            let became = Became { name: Some(now.name.clone()), content: Course::Changed };
            let step = Step { from: before.name.clone(), became };
            self.parted.contexts.push(PartedContext::Changed(step));
        }
    }

    /// Before a context or an account is removed.
    pub(super) fn part(&mut self, id: Id) {
        if !self.remembers() {
            return;
        }
        if let Some(context) = stored(&self.before.contexts, id) {
            let gone = PartedContext::Removed(context.name.clone(), context.identity());
            self.parted.contexts.push(gone);
            self.parted.removed += 1;
        } else if let Some(account) = stored(&self.before.accounts, id) {
            self.parted.accounts.push(account.id.to_lowercase());
        }
    }

    /// Before an environment is written.
    pub(super) fn part_environment(&mut self, name: &str) {
        if self.remembers() {
            self.parted.environments.push(name.to_lowercase());
        }
    }

    /// Before the settings are written.
    pub(super) fn part_settings(&mut self, now: &Settings) {
        let before = self.settings();
        if before.default != now.default {
            self.parted.default = Course::Changed;
        }
        if before.autosave != now.autosave {
            self.parted.autosave = Course::Changed;
        }
    }

    /// Has the imports remember it.
    pub(super) fn remember_parted(&mut self) -> Result<(), Problem> {
        let parted = std::mem::take(&mut self.parted);
        if parted.is_empty() {
            return Ok(());
        }
        let values = self.values_of(&parted.secrets);
        for stored in &self.before.imports {
            let import = self.imports.get(&stored.id).unwrap_or(&stored.value);
            if !has_originals(import) {
                continue;
            }
            let mut since = import.since.clone();
            parted.tell(&mut since);
            for (secret, value) in parted.secrets.iter().zip(&values) {
                if let Some(value) = value.as_ref().filter(|_| secret.created <= import.created) {
                    since.part(value.clone(), secret.why);
                }
            }
            if since != import.since {
                self.change_import(stored.id, |import| import.since = since)?;
            }
        }
        Ok(())
    }

    fn remembers(&self) -> bool {
        self.before.imports.iter().any(|import| has_originals(&import.value))
    }

    /// Digests of what was in boxes; `None` for one that does not open.
    fn values_of(&self, parted: &[PartedSecret]) -> Vec<Option<ValueDigest>> {
        let mut values = Vec::with_capacity(parted.len());
        let mut rest = parted;
        while !rest.is_empty() {
            let mut size = 0;
            let fits = |secret: &&PartedSecret| {
                let is_first = size == 0;
                size += secret.sealed.len();
                is_first || size < BATCH
            };
            let number = rest.iter().take_while(fits).count();
            let (now, later) = rest.split_at(number);
            rest = later;
            let sealed = now
                .iter()
                .map(|secret| (BoxAddress::Secret { id: Id(secret.id) }, &secret.sealed[..]));
            match self.boxes.open_batch(sealed) {
                Ok(texts) => values.extend(now.iter().zip(&texts).map(|(secret, text)| {
                    let value: Secret = unpad(text).ok()?;
                    Some(ValueDigest::of(secret.kind, &value))
                })),
                Err(_) => values.extend(now.iter().map(|_| None)),
            }
        }
        values
    }
}

impl Parted {
    fn is_empty(&self) -> bool {
        let Self { secrets, contexts, accounts, environments, default, autosave, .. } = self;
        let are_as_they_were = [default, autosave].iter().all(|one| **one == Course::AsItWas);
        let nobody = accounts.is_empty() && environments.is_empty();
        secrets.is_empty() && contexts.is_empty() && nobody && are_as_they_were
    }

    /// All but secrets, which not every import has brought.
    fn tell(&self, since: &mut Since) {
        let step = |context: &PartedContext| match context {
            PartedContext::Changed(step) => step.clone(),
            PartedContext::Removed(name, identity) => {
                let became =
                    Became { name: self.came.get(identity).cloned(), content: Course::AsItWas };
                Step { from: name.clone(), became }
            }
        };
        since.note_contexts(self.contexts.iter().map(step));
        since.accounts.extend(self.accounts.iter().cloned());
        since.environments.extend(self.environments.iter().cloned());
        if self.default == Course::Changed {
            since.default = Course::Changed;
        }
        if self.autosave == Course::Changed {
            since.autosave = Course::Changed;
        }
    }
}

/// What came later than the import is none of it.
fn may_have_brought(import: &Import, created: i64) -> bool {
    has_originals(import) && created <= import.created
}

fn has_originals(import: &Import) -> bool {
    import.files.iter().any(|file| file.original.is_some())
}

fn stored<T>(all: &[Stored<T>], id: Id) -> Option<&T> {
    Some(&all[record::find(all, id).ok()?].value)
}
