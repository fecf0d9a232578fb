//! The vault that is held against the model.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use azvault_model::{ContextName, Secret, SecretDescription, SecretKind};
use azvault_vault::{
    AnchorMismatch, Cost, Error, Id, Locked, MasterKey, NewSlot, Opener, PreparedSlot, Problem,
    RawKey, SealerError, Settings, Transaction, Vault,
};
use proptest_state_machine::StateMachineTest;
use zeroize::Zeroizing;

use super::{Content, End, Handle, Model, ROTATED, Resolved, Step, label};
use azvault_test_support::vault::{World, context, entry, import};

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

/// What the vault calls the things of the model, and what opens its slots, whether they are there
/// or not any more.
#[derive(Clone, Default)]
struct Known {
    ids: BTreeMap<u32, Id>,
    slots: BTreeMap<u32, i64>,
    keys: BTreeMap<u32, Arc<RawKey>>,
    /// Which slot has a salt: ids are given again, salts are not.
    salts: BTreeMap<[u8; 16], u32>,
}

impl Known {
    /// A slot that the vault is to get, or to get anew.
    fn prepare(&mut self, number: u32) -> PreparedSlot {
        let key = self.keys.entry(number).or_insert_with(|| RawKey::generate().into());
        let prepared = prepared(key, &label(number));
        self.salts.insert(prepared.salt(), number);
        prepared
    }
}

/// The slot that opens every vault here.
const FIRST_SLOT: i64 = 1;

pub(crate) struct OnDisk {
    world: World,
    /// `None` while the file is changed from outside.
    handles: Option<[Vault; 2]>,
    known: Known,
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
        let (known, copies) = (Known::default(), Vec::new());
        let mut vault = Self { world, handles: None, known, copies, model: model.clone() };
        vault.reopen();
        vault
    }

    fn apply(mut vault: Self, after: &Model, step: Step) -> Self {
        match step {
            Step::Write(handle, changes, end) => {
                let resolved = vault.model.resolve(&changes);
                vault.write(handle, &resolved, end);
            }
            Step::Rotate(handle, bits) => vault.rotate(handle, &vault.model.kept(bits)),
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
        for (number, key) in &vault.known.keys {
            let opened = Locked::open(&vault.path()).unwrap().keys(&Opener::RawKey(key));
            assert_eq!(opened.is_ok(), model.now.slots.contains(number), "slot {number}");
        }
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

    fn open(&self, anchors: &Path) -> Result<Vault, Problem> {
        self.world.open(&self.path(), anchors)
    }

    fn reopen(&mut self) {
        let open = || self.open(&self.anchors()).unwrap();
        self.handles = Some([open(), open()]);
    }

    fn write(&mut self, handle: Handle, changes: &[Resolved], end: End) {
        let (path, journal) = (self.path(), self.journal());
        let mut known = self.known.clone();
        let mut crashed = None;
        let adds = changes.iter().any(|change| matches!(change, Resolved::AddSlot(_)));
        let key = adds.then(|| self.world.master_key());
        let vault = &mut self.handles.as_mut().unwrap()[handle as usize];
        let written = vault.write(|writing| -> Result<(), Problem> {
            changes
                .iter()
                .try_for_each(|change| carry_out(writing, change, &mut known, key.as_ref()))?;
            if end == End::Crash {
                crashed = Some((fs::read(&path)?, fs::read(&journal).ok()));
            }
            if end == End::Commit { Ok(()) } else { Err(Problem::NotThere) }
        });
        match end {
            End::Commit => {
                counted("commit");
                written.unwrap();
                self.known = known;
            }
            End::GiveUp => {
                counted("give up");
                assert!(
                    matches!(written, Err(Error { problem: Problem::NotThere, .. })),
                    "{written:?}"
                );
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

    /// All through one handle; the other one has the old keys, which open nothing any more.
    fn rotate(&mut self, handle: Handle, kept: &[u32]) {
        counted("rotate");
        let first = (FIRST_SLOT, prepared(self.world.raw(), "machine"));
        let others =
            kept.iter().map(|number| (self.known.slots[number], self.known.prepare(*number)));
        let kept: Vec<_> = std::iter::once(first).chain(others).collect();
        let [one, other] = self.handles.as_mut().unwrap();
        let (vault, other) = if handle == Handle::One { (one, other) } else { (other, one) };
        let rotated = vault.rotate(&kept, |_| Ok::<_, Problem>(entry(ROTATED)), &mut |_, _| {});
        let rotated = rotated.unwrap();
        assert!(rotated.not_compacted.is_none());
        rotated.dropped.iter().for_each(|(slot, name)| {
            assert_eq!(*name, label(self.known.salts[&slot.salt]));
        });
        let stale = other.snapshot().map(drop);
        assert!(
            matches!(stale, Err(Error { problem: Problem::Sealer(SealerError::Rotated), .. })),
            "{stale:?}"
        );
        self.reopen();
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
                Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: f, seen: s }))
                    if (f, s) == (found, seen) => {}
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
                // One with keys of before is older however far it goes.
                Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { .. }))
                    if (was.epoch, generation)
                        < (self.model.now.epoch, self.model.now.generation) => {}
                Err(Problem::AnchorMismatch(AnchorMismatch::Forked { at }))
                    if at == self.model.now.generation =>
                {
                    counted("fork");
                }
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
        let number = |id: Id| *self.known.ids.iter().find(|(_, known)| **known == id).unwrap().0;
        let snapshot = vault.snapshot().unwrap();
        let contexts = snapshot.contexts().iter().map(|stored| {
            (number(stored.id), (stored.value.name.as_str().to_owned(), stored.revision))
        });
        let values = snapshot.open_secrets().unwrap();
        let secrets = snapshot.secrets().iter().zip(&values).map(|(secret, value)| {
            // EXPOSE: compared with what was stored.
            let value = value.expose().to_vec();
            (number(secret.id), (value, secret.description.tenant.as_deref().map(str::to_owned)))
        });
        let imports = snapshot.imports().iter().map(|stored| {
            let original = stored.value.files[0].original.as_ref();
            (number(stored.id), original.map(|named| snapshot.original(named).unwrap().to_vec()))
        });
        let locked = Locked::open(&self.path()).unwrap();
        let slots = locked.slots().iter().filter(|slot| slot.id != FIRST_SLOT);
        let (generation, epoch) = seen(anchors);
        let log = snapshot.audit_log().unwrap();
        Content {
            contexts: contexts.collect(),
            secrets: secrets.collect(),
            default: snapshot.settings().default.map(|name| name.as_str().to_owned()),
            imports: imports.collect(),
            slots: slots.map(|slot| self.known.salts[&slot.salt]).collect(),
            log: log.into_iter().map(|logged| logged.entry.verb).collect(),
            generation,
            epoch,
        }
    }
}

/// Generation and epoch of the one anchor in a folder.
fn seen(anchors: &Path) -> (u64, u32) {
    let file = fs::read_dir(anchors).unwrap().next().unwrap().unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    let number = |name: &str| {
        let number = text.split_once(&format!("\"{name}\":")).unwrap().1;
        number.split_once(',').unwrap().0.parse::<u64>().unwrap()
    };
    (number("generation"), u32::try_from(number("epoch")).unwrap())
}

fn prepared(key: &RawKey, label: &str) -> PreparedSlot {
    let opener = Opener::RawKey(key);
    NewSlot { opener, cost: Cost::FLOOR, label: label.to_owned() }.prepare().unwrap()
}

fn carry_out(
    writing: &mut Transaction<'_>,
    change: &Resolved,
    known: &mut Known,
    key: Option<&MasterKey>,
) -> Result<(), Problem> {
    let about = SecretDescription::of(SecretKind::RefreshToken);
    let ids = &mut known.ids;
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
            let about = SecretDescription { tenant: Some(tenant.clone().into()), ..about };
            writing.update_secret(ids[number], &about)?;
        }
        Resolved::RemoveSecret(number) => {
            writing.remove_secret(ids[number], azvault_vault::Parting::SignedOut)?;
        }
        Resolved::Settings(name) => {
            let default = Some(ContextName::new(name.clone()));
            writing.put_settings(&Settings { default, ..Settings::default() })?;
        }
        Resolved::Import(number, bytes) => {
            let import = import(writing, bytes)?;
            ids.insert(*number, writing.add_import(&import)?);
        }
        Resolved::Forget(number) => writing.forget_originals(ids[number])?,
        Resolved::AddSlot(number) => {
            let prepared = known.prepare(*number);
            known.slots.insert(*number, writing.add_slot(key.unwrap(), &prepared)?);
        }
        Resolved::RemoveSlot(number) => {
            // Its number in the vault is free for another one.
            let slot = known.slots.remove(number).unwrap();
            assert_eq!(writing.remove_slot(slot)?.id, slot);
        }
        Resolved::Log(verb) => writing.log(entry(verb))?,
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
