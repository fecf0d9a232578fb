//! The vault that is held against the model.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use azvault_contexts::{ContextName, Secret, SecretDescription, SecretKind};
use azvault_vault::{Error, Id, Settings, Vault, Writing};
use proptest_state_machine::StateMachineTest;
use zeroize::Zeroizing;

use super::{Content, End, Handle, Model, Resolved, Step};
use crate::world::{World, context, entry, import};

/// How often each kind of step was gone.
pub(super) static STEPS: Mutex<BTreeMap<&str, usize>> = Mutex::new(BTreeMap::new());

fn counted(step: &'static str) {
    *STEPS.lock().unwrap().entry(step).or_default() += 1;
}

/// One new vault for all sequences, and the key that opens it: each begins with a copy.
static FIRST: LazyLock<(Zeroizing<String>, Vec<u8>)> = LazyLock::new(|| {
    let world = World::new();
    drop(world.create_bare(&world.path(), &world.join("anchors")));
    (world.raw_key(), fs::read(world.path()).unwrap())
});

pub(crate) struct OnDisk {
    world: World,
    /// `None` while the file is changed from outside.
    handles: Option<[Vault; 2]>,
    ids: BTreeMap<u32, Id>,
    copies: Vec<Vec<u8>>,
    /// As it was before the step.
    model: Model,
}

impl StateMachineTest for OnDisk {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        counted("sequences");
        let world = World::opened_by(&FIRST.0);
        put(&world.path(), &FIRST.1);
        let (ids, copies) = (BTreeMap::new(), Vec::new());
        let mut vault = Self { world, handles: None, ids, copies, model: model.clone() };
        vault.reopen();
        vault
    }

    fn apply(mut vault: Self, after: &Model, step: Step) -> Self {
        match step {
            Step::Write(handle, changes, end) => {
                let resolved = vault.model.resolve(&changes);
                vault.write(handle, &resolved, end);
            }
            Step::Reopen(handle) => {
                counted("reopen");
                let opened = vault.open(&vault.anchors()).unwrap();
                vault.handles.as_mut().unwrap()[handle as usize] = opened;
            }
            Step::Copy => {
                counted("copy");
                vault.copies.push(fs::read(vault.path()).unwrap());
            }
            Step::RollBack(at) => vault.roll_back(at),
            Step::Fork(at) => vault.fork(at),
        }
        vault.model = after.clone();
        vault
    }

    fn check_invariants(vault: &Self, model: &Model) {
        for handle in vault.handles.as_ref().unwrap() {
            assert_eq!(vault.read(handle, &vault.anchors()), model.now);
            assert_eq!(handle.anchor_error(), None);
        }
    }

    fn teardown(vault: Self, model: Model) {
        let verified = vault.open(&vault.anchors()).unwrap().verify_all().unwrap();
        assert_eq!(verified.generation, model.now.generation);
        assert_eq!(verified.secrets, model.now.secrets.len());
        assert_eq!(verified.audit_entries, model.now.log.len());
    }
}

impl OnDisk {
    fn path(&self) -> PathBuf {
        self.world.path()
    }

    fn journal(&self) -> PathBuf {
        self.world.join("vault.db-journal")
    }

    fn anchors(&self) -> PathBuf {
        self.world.join("anchors")
    }

    /// What another machine has seen.
    fn elsewhere(&self) -> PathBuf {
        self.world.join("elsewhere")
    }

    fn open(&self, anchors: &Path) -> Result<Vault, Error> {
        self.world.open(&self.path(), anchors)
    }

    fn reopen(&mut self) {
        let open = || self.open(&self.anchors()).unwrap();
        self.handles = Some([open(), open()]);
    }

    fn write(&mut self, handle: Handle, changes: &[Resolved], end: End) {
        let (path, journal) = (self.path(), self.journal());
        let mut ids = self.ids.clone();
        let mut crashed = None;
        let vault = &mut self.handles.as_mut().unwrap()[handle as usize];
        let written = vault.write(|writing| -> Result<(), Error> {
            changes.iter().try_for_each(|change| carry_out(writing, change, &mut ids))?;
            if end == End::Crash {
                crashed = Some((fs::read(&path)?, fs::read(&journal).ok()));
            }
            if end == End::Commit { Ok(()) } else { Err(Error::NotThere) }
        });
        match end {
            End::Commit => {
                counted("commit");
                written.unwrap();
                self.ids = ids;
            }
            End::GiveUp => {
                counted("give up");
                assert!(matches!(written, Err(Error::NotThere)), "{written:?}");
            }
            End::Crash => {
                counted("crash");
                self.handles = None;
                let (file, journal) = crashed.unwrap();
                put(&self.path(), &file);
                match journal {
                    Some(journal) => put(&self.journal(), &journal),
                    None => drop(fs::remove_file(self.journal())),
                }
                self.reopen();
            }
        }
    }

    /// An older copy is refused here; on a machine that saw nothing it is what it was.
    fn roll_back(&mut self, at: usize) {
        let Some((copy, was)) = self.pick(at) else { return };
        let file = self.swap(&copy);
        let opened = self.open(&self.anchors());
        if was.generation == self.model.now.generation {
            opened.unwrap();
        } else {
            let (found, seen) = (was.generation, self.model.now.generation);
            match opened.map(drop) {
                Err(Error::RolledBack { found: f, seen: s }) if (f, s) == (found, seen) => {}
                other => panic!("generation {found} where {seen} was seen: {other:?}"),
            }
            counted("roll-back");
        }
        let elsewhere = self.open(&self.elsewhere()).unwrap();
        assert_eq!(self.read(&elsewhere, &self.elsewhere()), was);
        self.put_back(elsewhere, &file);
    }

    /// One that went another way is refused when it has come exactly as far, and before.
    fn fork(&mut self, at: usize) {
        let Some((copy, was)) = self.pick(at) else { return };
        let file = self.swap(&copy);
        let mut elsewhere = self.open(&self.elsewhere()).unwrap();
        for generation in was.generation + 1..=self.model.now.generation {
            elsewhere.write(|writing| writing.log(entry("fork"))).unwrap();
            match self.open(&self.anchors()).map(drop) {
                Err(Error::RolledBack { .. }) if generation < self.model.now.generation => {}
                Err(Error::Forked { at }) if at == self.model.now.generation => counted("fork"),
                other => panic!("a fork at {generation}: {other:?}"),
            }
        }
        self.put_back(elsewhere, &file);
    }

    fn pick(&self, at: usize) -> Option<(Vec<u8>, Content)> {
        let at = at.checked_rem(self.copies.len())?;
        Some((self.copies[at].clone(), self.model.copies[at].clone()))
    }

    /// Puts another file in the place of the vault, which is shut for it.
    fn swap(&mut self, other: &[u8]) -> Vec<u8> {
        self.handles = None;
        let file = fs::read(self.path()).unwrap();
        put(&self.path(), other);
        file
    }

    fn put_back(&mut self, elsewhere: Vault, file: &[u8]) {
        drop(elsewhere);
        fs::remove_dir_all(self.elsewhere()).unwrap();
        put(&self.path(), file);
        self.reopen();
    }

    /// All that it holds, and the generation that its machine has seen.
    fn read(&self, vault: &Vault, anchors: &Path) -> Content {
        let number = |id: Id| *self.ids.iter().find(|(_, known)| **known == id).unwrap().0;
        let snapshot = vault.snapshot().unwrap();
        let contexts = snapshot.contexts().iter().map(|stored| {
            (number(stored.id), (stored.value.name.as_str().to_owned(), stored.revision))
        });
        let values = snapshot.open_secrets().unwrap();
        let secrets = snapshot.secrets().iter().zip(&values).map(|(secret, value)| {
            // EXPOSE: compared with what was stored.
            let value = value.expose().to_vec();
            (number(secret.id), (value, secret.description.tenant.clone()))
        });
        let imports = snapshot.imports().iter().map(|stored| {
            let original = stored.value.files[0].original.as_ref();
            (number(stored.id), original.map(|named| snapshot.original(named).unwrap().to_vec()))
        });
        let log = snapshot.audit_log().unwrap();
        Content {
            contexts: contexts.collect(),
            secrets: secrets.collect(),
            default: snapshot.settings().default.map(|name| name.as_str().to_owned()),
            imports: imports.collect(),
            log: log.into_iter().map(|logged| logged.entry.verb).collect(),
            generation: seen(anchors),
        }
    }
}

/// The generation of the one anchor in a folder.
fn seen(anchors: &Path) -> u64 {
    let file = fs::read_dir(anchors).unwrap().next().unwrap().unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    let number = text.split_once("\"generation\":").unwrap().1;
    number.split_once(',').unwrap().0.parse().unwrap()
}

fn carry_out(
    writing: &mut Writing<'_>,
    change: &Resolved,
    ids: &mut BTreeMap<u32, Id>,
) -> Result<(), Error> {
    let about = SecretDescription::of(SecretKind::RefreshToken);
    match change {
        Resolved::AddContext(number, name) => {
            ids.insert(*number, writing.put_context(None, &context(name, "s"))?);
        }
        Resolved::UpdateContext(number, name) => {
            writing.put_context(Some(ids[number]), &context(name, "s"))?;
        }
        Resolved::RemoveContext(number) => writing.remove(ids[number])?,
        Resolved::AddSecret(number, value) => {
            let id = writing.add_secret(&about, &Secret::copied_from(value), 0)?;
            ids.insert(*number, id);
        }
        Resolved::UpdateSecret(number, tenant) => {
            let about = SecretDescription { tenant: Some(tenant.clone()), ..about };
            writing.update_secret(ids[number], &about)?;
        }
        Resolved::RemoveSecret(number) => writing.remove_secret(ids[number])?,
        Resolved::Settings(name) => {
            let default = Some(ContextName::new(name.clone()));
            writing.put_settings(&Settings { default, ..Settings::default() })?;
        }
        Resolved::Import(number, bytes) => {
            let import = import(writing, bytes)?;
            ids.insert(*number, writing.add_import(&import)?);
        }
        Resolved::Forget(number) => writing.forget_originals(ids[number])?,
        Resolved::Log(verb) => writing.log(entry(verb))?,
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
