//! What is done about an older copy in the vault's place, and about an anchor that is broken. That
//! each is noticed, `tests/proof/older_copies.rs` holds.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use azvault_model::{AutosaveMode, ContextName};
use azvault_os::file::Owner;
use azvault_vault::{
    Actor, AnchorFound, AnchorMismatch, Cost, Entry, Keys, Locked, NewSlot, Opener, Over, Problem,
    RawKey, Settings, StagedVault, StorageError, Transaction, Vault,
};

struct World {
    folder: tempfile::TempDir,
    key: RawKey,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), key: RawKey::generate() };
        let (opener, cost) = (Opener::RawKey(&world.key), Cost::FLOOR);
        let slot = NewSlot { opener, cost, label: "raw".to_owned() };
        azvault_vault::create(&world.path(), &[slot], &world.anchors()).unwrap();
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    fn anchors(&self) -> PathBuf {
        self.folder.path().join("anchors")
    }

    fn anchor(&self) -> PathBuf {
        let mut found = std::fs::read_dir(self.anchors()).unwrap();
        found.next().unwrap().unwrap().path()
    }

    fn open(&self) -> Result<Vault, Problem> {
        self.open_on(&self.anchors())
    }

    /// As another machine, which remembers by itself.
    fn open_on(&self, anchors: &Path) -> Result<Vault, Problem> {
        Ok(Locked::open(&self.path())?.unlock(&Opener::RawKey(&self.key), anchors)?)
    }

    fn despite(&self) -> Vault {
        let locked = Locked::open(&self.path()).unwrap();
        let keys: Keys = locked.keys(&Opener::RawKey(&self.key)).unwrap();
        locked.unlock_despite(&self.anchors(), Box::new(keys), &self.anchors()).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn put(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }
}

/// One of several changes, by number.
fn change(writing: &mut Transaction<'_>, number: u64) -> Result<(), Problem> {
    match number % 3 {
        0 => {
            let default = Some(ContextName::new(format!("context {number}")));
            writing.put_settings(&Settings { default, ..Settings::default() }).map(drop)
        }
        1 => {
            let autosave = Some(AutosaveMode::Process);
            writing.put_settings(&Settings { autosave, ..Settings::default() }).map(drop)
        }
        _ => writing.log(Entry {
            time: 1_700_000_000,
            verb: format!("change {number}"),
            subjects: Vec::new(),
            actor: Actor { user: Owner::of_record(1000), pid: 7, parent: None },
        }),
    }
}

fn write(vault: &mut Vault, number: u64) {
    vault.write(|writing| change(writing, number)).unwrap();
}

#[test]
fn what_goes_on_from_an_older_copy_makes_a_generation_that_nobody_has() {
    let world = World::new();
    let older = world.bytes();
    for number in 0..5 {
        write(&mut world.open().unwrap(), number);
    }
    let newer = world.bytes();
    world.put(&older);
    let mut vault = world.despite();
    assert_eq!((vault.generation(), vault.taken()), (1, Some(6)));
    // As long as nothing was written the machine goes on refusing it.
    assert!(matches!(
        world.open(),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 1, seen: 6 }))
    ));
    write(&mut vault, 0);
    assert_eq!(vault.generation(), 7);
    // That was once.
    write(&mut vault, 1);
    assert_eq!(vault.generation(), 8);
    drop(vault);
    assert_eq!(world.open().unwrap().generation(), 8);
    world.put(&newer);
    assert!(matches!(
        world.open(),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 6, seen: 8 }))
    ));
}

#[test]
fn a_broken_anchor_is_as_none_and_is_told_and_a_forged_one_uses_up_no_numbers() {
    let world = World::new();
    for broken in ["", "{", "{\"vault\":1}"] {
        std::fs::write(world.anchor(), broken).unwrap();
        assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Broken, "{broken}");
        assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Good, "{broken}");
    }
    let honest = std::fs::read_to_string(world.anchor()).unwrap();
    let forged = honest.replace("\"generation\":1,", "\"generation\":18446744073709551615,");
    assert_ne!(forged, honest);
    std::fs::write(world.anchor(), &forged).unwrap();
    let mut vault = world.despite();
    write(&mut vault, 0);
    assert_eq!(vault.generation(), (1 << 53) + 1);
    std::fs::write(world.anchor(), &forged).unwrap();
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Broken);
    // A folder that has no anchor of it.
    std::fs::remove_file(world.anchor()).unwrap();
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::None);
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Good);
}

#[test]
fn a_vault_from_before_a_rotation_of_keys_is_refused_and_can_be_accepted() {
    let world = World::new();
    let older = world.bytes();
    let rotate = || {
        let new = NewSlot {
            opener: Opener::RawKey(&world.key),
            cost: Cost::FLOOR,
            label: "raw".to_owned(),
        };
        let kept = [(1, new.prepare().unwrap())];
        let entry = Entry {
            time: 1_700_000_000,
            verb: "key rotate".to_owned(),
            subjects: Vec::new(),
            actor: Actor { user: Owner::of_record(1000), pid: 7, parent: None },
        };
        let mut vault = world.open().unwrap();
        vault.rotate(&kept, |_| Ok::<_, Problem>(entry), &mut |_, _| {}).unwrap();
    };
    rotate();
    let rotated = world.bytes();
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Good);
    world.put(&older);
    assert!(matches!(
        world.open(),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 1, seen: 2 }))
    ));
    let mut vault = world.despite();
    write(&mut vault, 0);
    assert_eq!(vault.generation(), 3);
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Good);
    // What was rotated is the older one by now.
    world.put(&rotated);
    assert!(matches!(
        world.open(),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 2, seen: 3 }))
    ));
    // As a restore has it remembered: without a change.
    world.despite().remember().unwrap();
    assert_eq!(world.open().unwrap().anchor_found(), AnchorFound::Good);
}

#[test]
fn nothing_is_written_into_a_file_that_is_not_the_vault_any_more() {
    let world = World::new();
    let mut late = world.open().unwrap();
    let draft =
        StagedVault::of_vault(&Locked::open(&world.path()).unwrap(), world.folder.path()).unwrap();
    let kept = world.folder.path().join("kept.db");
    assert_eq!(draft.replace(&world.path(), &kept).unwrap(), Over::Whatever);
    let before = (world.bytes(), std::fs::read(&kept).unwrap());
    let refused = late.write(|writing| change(writing, 0));
    assert!(matches!(
        refused.map_err(|e| e.problem),
        Err(Problem::Storage(StorageError::Replaced))
    ));
    assert!((world.bytes(), std::fs::read(&kept).unwrap()) == before);
    write(&mut world.open().unwrap(), 0);
}

#[test]
fn a_vault_that_somebody_is_writing_is_not_replaced_under_their_hands() {
    let world = World::new();
    let mut writer = world.open().unwrap();
    let kept = world.folder.path().join("kept.db");
    std::thread::scope(|scope| {
        let (begun, waits) = std::sync::mpsc::channel();
        let (goes_on, told) = std::sync::mpsc::channel();
        let (world, kept) = (&world, &kept);
        scope.spawn(move || {
            waits.recv().unwrap();
            let other = Locked::open(&world.path()).unwrap();
            let draft = StagedVault::of_vault(&other, world.folder.path()).unwrap();
            drop(other);
            goes_on.send(()).unwrap();
            draft.replace(&world.path(), kept).unwrap();
        });
        writer
            .write(|writing| {
                begun.send(()).unwrap();
                told.recv().unwrap();
                change(writing, 2)
            })
            .unwrap();
    });
    // What was acknowledged is in the vault that was replaced, whichever of the two came first.
    world.put(&std::fs::read(&kept).unwrap());
    assert_eq!(world.despite().generation(), 2);
}
