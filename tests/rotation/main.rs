//! Slots that come and go, and new keys for everything: what opens, what no longer does, and what
//! is left of the old ones in the file.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{
    Actor, AnchorMismatch, Cost, Entry, Error, Import, ImportedFile, KeyFile, Locked, MasterKey,
    NewSlot, Opener, PreparedSlot, Problem, RawKey, RecoveryCode, Rotated, SealerError, SlotError,
    Subject, Tampered, Try, Vault, sha256,
};
use proptest::prelude::*;

struct World {
    folder: tempfile::TempDir,
    passphrase: Secret,
    raw: RawKey,
}

fn new<'a>(opener: Opener<'a>, cost: Cost) -> NewSlot<'a> {
    NewSlot { opener, cost, label: "a label".to_owned() }
}

fn prepared(opener: Opener<'_>) -> PreparedSlot {
    new(opener, Cost::FLOOR).prepare().unwrap()
}

fn entry(verb: &str) -> Entry {
    Entry {
        time: 1_700_000_000,
        verb: verb.to_owned(),
        subjects: vec![Subject { id: None, what: "slot".to_owned() }],
        actor: Actor { user: Owner::of_record(1000), pid: 7, parent: None },
    }
}

impl World {
    /// A vault with a passphrase and a raw key.
    fn new() -> (Self, Vault) {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
            passphrase: Secret::copied_from(b"correct horse battery staple"),
            raw: RawKey::generate(),
        };
        let slots = [new(world.by_passphrase(), Cost::FLOOR), new(world.by_raw(), Cost::FLOOR)];
        let vault = azvault_vault::create(&world.path(), &slots, &world.anchors()).unwrap();
        (world, vault)
    }

    fn by_passphrase(&self) -> Opener<'_> {
        Opener::Passphrase(&self.passphrase)
    }

    fn by_raw(&self) -> Opener<'_> {
        Opener::RawKey(&self.raw)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    fn anchors(&self) -> PathBuf {
        self.folder.path().join("anchors")
    }

    fn open(&self, opener: &Opener<'_>) -> Result<Vault, Problem> {
        Ok(Locked::open(&self.path())?.unlock(opener, &self.anchors())?)
    }

    fn master_key(&self) -> MasterKey {
        Locked::open(&self.path()).unwrap().master_key(&self.by_raw(), Try::All).unwrap()
    }

    /// Slots as the file has them, whole.
    fn slot_boxes(&self) -> Vec<Vec<u8>> {
        self.column("SELECT box FROM slot")
    }

    fn column(&self, query: &str) -> Vec<Vec<u8>> {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }
}

fn secret(number: u32) -> Vec<u8> {
    format!("secret number {number} {}", "x".repeat(usize::try_from(number % 7).unwrap() * 300))
        .into_bytes()
}

/// Secrets, an original of two parts, and a log.
fn fill(vault: &mut Vault, secrets: u32) {
    vault
        .write(|writing| -> Result<(), Problem> {
            for number in 0..secrets {
                let about = SecretDescription::of(SecretKind::RefreshToken);
                let value = Secret::copied_from(&secret(number));
                writing.add_secret(&about, &value, 1_700_000_000 + i64::from(number))?;
                writing.log(entry("import"))?;
            }
            let bytes = vec![7; 1024 * 1024 + 5];
            let original = Some(writing.add_original(&bytes)?);
            let file = ImportedFile {
                path: "/home/ada/.Azure/AzureRmContext.json".into(),
                format: String::new(),
                product: String::new(),
                outcome: String::new(),
                permissions: Permissions::of_record(0o600),
                owner: Owner::of_record(1000),
                modified_ns: 1,
                size: bytes.len() as u64,
                identity: FileIdentity::of_record([1, 2]),
                sha256: sha256(&bytes),
                kept: azvault_model::Kept::default(),
                original,
                removed: None,
                links: Vec::new(),
            };
            writing.add_import(&Import { created: 1, files: vec![file], ..Import::default() })?;
            writing.put_settings(&azvault_vault::Settings::default()).map(drop)
        })
        .unwrap();
}

fn secrets(vault: &Vault) -> Vec<Vec<u8>> {
    let snapshot = vault.snapshot().unwrap();
    let mut values: Vec<_> =
        snapshot.open_secrets().unwrap().iter().map(|secret| secret.expose().to_vec()).collect();
    values.sort_unstable();
    values
}

fn rotate(vault: &mut Vault, kept: &[(i64, PreparedSlot)]) -> Result<Rotated, Problem> {
    Ok(vault.rotate(kept, |_| Ok::<_, Problem>(entry("key rotate")), &mut |_, _| {})?)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn each_kind_of_slot_opens_once_it_is_added_and_no_more_once_it_is_removed() {
    let (world, mut vault) = World::new();
    let key = world.master_key();
    let (other, code) = (Secret::copied_from(b"another passphrase"), RecoveryCode::generate());
    let (file, raw, ring) = (KeyFile::generate(), RawKey::generate(), RawKey::generate());
    let openers = || {
        [
            Opener::Passphrase(&other),
            Opener::PassphraseAndKeyFile { passphrase: &other, key_file: &file },
            Opener::RawKey(&raw),
            Opener::RecoveryCode(&code),
            Opener::Keyring(&ring),
        ]
    };
    for opener in openers() {
        let kind = opener.kind();
        assert!(matches!(world.open(&opener), Err(Problem::WrongKey)), "{kind:?}");
        let again = openers().into_iter().find(|one| one.kind() == kind).unwrap();
        let slot = prepared(again);
        let added = vault.write(|writing| {
            let id = writing.add_slot(&key, &slot)?;
            Ok::<_, Problem>((id, writing.slots()?.iter().any(|slot| slot.id == id)))
        });
        let (id, is_seen_within) = added.unwrap();
        assert!(is_seen_within);
        let opened = world.open(&opener).unwrap();
        assert_eq!(opened.slots().len(), 3);
        assert_eq!(opened.slots()[2].kind, kind);
        assert_eq!(opened.slots()[2].salt, slot.salt());
        assert_eq!(opened.label(id), Some("a label"));
        // The handle that wrote knows it too.
        assert_eq!(vault.slots().len(), 3);
        // By its number, and by no other.
        let locked = Locked::open(&world.path()).unwrap();
        assert_eq!(locked.master_key(&opener, Try::Slot(id)).unwrap().slot(), id);
        let another = locked.master_key(&opener, Try::Slot(1));
        assert!(matches!(another, Err(Error { problem: Problem::WrongKey, .. })));
        drop(opened);
        let gone = vault.write(|writing| writing.remove_slot(id)).unwrap();
        assert_eq!((gone.id, gone.kind), (id, kind));
        assert!(matches!(world.open(&opener), Err(Problem::WrongKey)), "{kind:?}");
    }
    vault.verify_all().unwrap();
}

#[test]
fn what_slots_may_not_be_is_refused_and_changes_nothing() {
    let (world, mut vault) = World::new();
    let key = world.master_key();
    let refused = |vault: &mut Vault, wanted: SlotError, change: &dyn Fn(&mut Vault) -> Problem| {
        let before = world.bytes();
        match change(vault) {
            Problem::Slot(found) => assert_eq!(found, wanted),
            other => panic!("{wanted}: {other}"),
        }
        assert!(world.bytes() == before, "{wanted}");
    };
    let add = |slot: &PreparedSlot, vault: &mut Vault| {
        vault.write(|writing| writing.add_slot(&key, slot)).map(drop)
    };
    let remove =
        |id: i64, vault: &mut Vault| vault.write(|writing| writing.remove_slot(id)).map(drop);
    refused(&mut vault, SlotError::Missing(9), &|v| remove(9, v).unwrap_err().problem);
    let passphrase = prepared(world.by_passphrase());
    let rewrap = |vault: &mut Vault, id: i64| {
        vault.write(|writing| writing.rewrap_slot(&key, id, &passphrase)).unwrap_err().problem
    };
    refused(&mut vault, SlotError::Missing(9), &|v| rewrap(v, 9));
    refused(&mut vault, SlotError::OtherKind(2), &|v| rewrap(v, 2));

    // A keyring alone is not enough to be left with.
    let ring = RawKey::generate();
    add(&prepared(Opener::Keyring(&ring)), &mut vault).unwrap();
    remove(1, &mut vault).unwrap();
    refused(&mut vault, SlotError::Last, &|v| remove(2, v).unwrap_err().problem);
    let only_ring = || vec![(3, prepared(Opener::Keyring(&ring)))];
    refused(&mut vault, SlotError::Last, &|v| rotate(v, &only_ring()).err().unwrap());
    refused(&mut vault, SlotError::Last, &|v| rotate(v, &[]).err().unwrap());
    remove(3, &mut vault).unwrap();
    refused(&mut vault, SlotError::Last, &|v| remove(2, v).unwrap_err().problem);

    // Eight with a passphrase, 32 in all.
    for _ in 0..8 {
        add(&passphrase, &mut vault).unwrap();
    }
    refused(&mut vault, SlotError::FullOfKind(8), &|v| add(&passphrase, v).unwrap_err().problem);
    for number in 9..32 {
        let code = RecoveryCode::generate();
        add(&prepared(Opener::RecoveryCode(&code)), &mut vault).unwrap();
        assert_eq!(vault.slots().len(), number + 1);
        assert!(world.open(&Opener::RecoveryCode(&code)).is_ok(), "each of many opens");
    }
    let one_more = prepared(Opener::RecoveryCode(&RecoveryCode::generate()));
    refused(&mut vault, SlotError::Full(32), &|v| add(&one_more, v).unwrap_err().problem);
    let unknown = || vec![(99, prepared(world.by_raw()))];
    refused(&mut vault, SlotError::Missing(99), &|v| rotate(v, &unknown()).err().unwrap());
    let other_kind = || vec![(3, prepared(world.by_raw()))];
    refused(&mut vault, SlotError::OtherKind(3), &|v| rotate(v, &other_kind()).err().unwrap());
}

#[test]
fn the_least_cost_only_rises_and_nothing_below_it_is_taken() {
    let (world, mut vault) = World::new();
    let key = world.master_key();
    let dear = Cost::new(32 * 1024, 2, 1).unwrap();
    let cheap = prepared(world.by_passphrase());
    let better = new(world.by_passphrase(), dear).prepare().unwrap();
    let is_weaker = |error: Problem| {
        let (memory_kib, passes) = (dear.memory_kib(), dear.passes());
        matches!(error, Problem::Slot(found) if found == SlotError::Weaker { memory_kib, passes })
    };
    assert_eq!(vault.least_cost(), Some(Cost::FLOOR));
    // More memory, of which less use is made.
    let wide = Cost::new(40 * 1024, 1, 1).unwrap();
    let slot = new(world.by_passphrase(), wide).prepare().unwrap();
    vault.write(|writing| writing.rewrap_slot(&key, 1, &slot)).unwrap();
    assert_eq!(vault.least_cost(), Some(wide));
    vault.write(|writing| writing.rewrap_slot(&key, 1, &better)).unwrap();
    assert_eq!(vault.least_cost(), Some(dear));
    assert_eq!(world.open(&world.by_passphrase()).unwrap().least_cost(), Some(dear));
    assert!(is_weaker(vault.write(|writing| writing.add_slot(&key, &cheap)).unwrap_err().problem));
    assert!(is_weaker(vault.write(|w| w.rewrap_slot(&key, 1, &cheap)).unwrap_err().problem));
    assert!(is_weaker(rotate(&mut vault, &[(1, cheap)]).err().unwrap()));
    // Also when the slot that it comes from is gone, and the keys are others.
    let raw = |world: &World| vec![(2, prepared(world.by_raw()))];
    assert_eq!(rotate(&mut vault, &raw(&world)).unwrap().dropped.len(), 1);
    assert_eq!(vault.least_cost(), Some(dear));
}

#[test]
fn a_new_passphrase_opens_in_the_place_of_the_old_one_whose_box_is_gone() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 3);
    let old_boxes = world.slot_boxes();
    let other = Secret::copied_from(b"another passphrase");
    let slot = prepared(Opener::Passphrase(&other));
    vault.write(|writing| writing.rewrap_slot(&world.master_key(), 1, &slot)).unwrap();
    assert!(matches!(world.open(&world.by_passphrase()), Err(Problem::WrongKey)));
    let opened = world.open(&Opener::Passphrase(&other)).unwrap();
    assert_eq!(opened.label(1), Some("a label"));
    assert_eq!(opened.verify_all().unwrap().secrets, 3);
    assert!(!contains(&world.bytes(), &old_boxes[0]));
    assert!(contains(&world.bytes(), &old_boxes[1]), "the control: the other slot is as it was");
}

#[test]
fn after_a_rotation_everything_is_there_and_the_old_keys_open_nothing() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 40);
    let before = secrets(&vault);
    let old = world.open(&world.by_passphrase()).unwrap();
    let mut late = world.open(&world.by_raw()).unwrap();
    let (old_key, old_file) = (world.master_key(), world.bytes());
    let fingerprint = vault.fingerprint().unwrap();
    let mut seen = Vec::new();
    let mut progress = |done, of| seen.push((done, of));
    let told = |dropped: &[(azvault_vault::Slot, String)]| {
        assert_eq!(dropped.len(), 1);
        Ok::<_, Problem>(entry("key rotate"))
    };
    let kept = [(2, prepared(world.by_raw()))];
    let rotated = vault.rotate(&kept, told, &mut progress).unwrap();
    assert_eq!(rotated.epoch, 2);
    assert!(rotated.not_compacted.is_none());
    assert_eq!((rotated.dropped[0].0.id, rotated.dropped[0].1.as_str()), (1, "a label"));
    let created: Vec<i64> = rotated.readable.iter().map(|secret| secret.created).collect();
    assert_eq!(created.len(), 40);
    assert!(created.is_sorted_by(|a, b| a >= b), "newest first");
    // Every box once: 40 secrets with their records, 2 parts, an import, the settings, the log.
    let of = 40 * 2 + 2 + 1 + 1 + 40;
    let wanted: Vec<_> = (1..=of).map(|done| (done, of)).collect();
    assert_eq!(seen, wanted);

    // The handle that rotated goes on, and so does whoever opens it anew.
    for vault in [&vault, &world.open(&world.by_raw()).unwrap()] {
        assert_eq!(secrets(vault), before);
        let verified = vault.verify_all().unwrap();
        assert_eq!((verified.secrets, verified.originals, verified.audit_entries), (40, 2, 41));
        let log = vault.snapshot().unwrap().audit_log().unwrap();
        assert_eq!(log[40].entry.verb, "key rotate");
        assert_eq!(log[40].generation, verified.generation);
        assert_eq!(vault.slots().len(), 1);
        assert_ne!(vault.fingerprint().unwrap(), fingerprint);
    }
    // Old handles, keys and slots: refused for what they are.
    let is_rotated = |e: &Error| matches!(e.problem, Problem::Sealer(SealerError::Rotated));
    assert!(is_rotated(&old.snapshot().err().unwrap()));
    assert!(is_rotated(&late.write(|writing| writing.log(entry("late"))).unwrap_err()));
    let locked = Locked::open(&world.path()).unwrap();
    let refused = locked.unlock_with(Box::new(old_key.keys()), &world.anchors());
    assert!(is_rotated(&refused.err().unwrap()));
    let slot = prepared(world.by_raw());
    let refused = vault.write(|writing| writing.add_slot(&old_key, &slot));
    assert!(is_rotated(&refused.unwrap_err()));
    assert!(matches!(world.open(&world.by_passphrase()), Err(Problem::WrongKey)));

    // The file from before, with its own passphrase, is an older one on this machine.
    drop((vault, old, late));
    let new_file = world.bytes();
    std::fs::write(world.path(), &old_file).unwrap();
    assert!(matches!(
        world.open(&world.by_passphrase()),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { .. }))
    ));
    std::fs::write(world.path(), new_file).unwrap();
    world.open(&world.by_raw()).unwrap();
}

#[test]
fn no_old_box_is_left_in_the_file_of_a_rotated_vault() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 60);
    let mut old = world.slot_boxes();
    for query in [
        "SELECT head FROM header",
        "SELECT box FROM record",
        "SELECT box FROM secret",
        "SELECT box FROM original",
        "SELECT box FROM audit",
    ] {
        old.extend(world.column(query));
    }
    assert!(old.len() > 180);
    // A start and a middle of each: pages cut boxes in pieces.
    let left = |world: &World| {
        let bytes = world.bytes();
        let found = |part: &[u8]| memchr::memmem::find(&bytes, part).is_some();
        let parts = |sealed: &Vec<u8>| found(&sealed[..48]) || found(&sealed[sealed.len() - 48..]);
        old.iter().filter(|sealed| parts(sealed)).count()
    };
    assert_eq!(left(&world), old.len(), "a control: before, all are found");
    rotate(&mut vault, &[(2, prepared(world.by_raw()))]).unwrap();
    assert_eq!(left(&world), 0);

    // The control: the same statements through a connection as SQLite has it leave boxes behind.
    let (world, mut vault) = World::new();
    fill(&mut vault, 60);
    let boxes = world.slot_boxes();
    drop(vault);
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    connection.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM slot;").unwrap();
    drop(connection);
    assert!(boxes.iter().any(|sealed| contains(&world.bytes(), &sealed[..48])));
}

#[test]
fn a_rotation_that_is_refused_or_broken_off_leaves_the_vault_as_it_was() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 20);
    let before = world.bytes();
    let kept = || vec![(2, prepared(world.by_raw()))];
    let refused = vault.rotate(&kept(), |_| Err(Problem::WrongKey), &mut |_, _| {});
    assert!(matches!(refused, Err(Error { problem: Problem::WrongKey, .. })));
    assert!(world.bytes() == before);
    // Broken off in the middle, as by a signal: nothing was committed.
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut stop = |done, _| assert!(done < 30, "enough");
        vault.rotate(&kept(), |_| Ok::<_, Problem>(entry("key rotate")), &mut stop).map(drop)
    }));
    assert!(broken.is_err());
    drop(vault);
    let vault = world.open(&world.by_passphrase()).unwrap();
    assert_eq!(vault.verify_all().unwrap().secrets, 20);
    assert!(world.bytes() == before);
    // What somebody added or changed from outside is not sealed anew as if it were ours.
    drop(vault);
    for edit in [
        "INSERT INTO secret SELECT 77, box FROM secret LIMIT 1",
        "INSERT INTO original SELECT id, part + 9, box FROM original LIMIT 1",
        "UPDATE secret SET box = zeroblob(400) WHERE id = (SELECT min(id) FROM secret)",
        "UPDATE audit SET box = (SELECT box FROM audit WHERE seq = 2) WHERE seq = 7",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM original WHERE part = 1",
    ] {
        std::fs::write(world.path(), &before).unwrap();
        rusqlite::Connection::open(world.path()).unwrap().execute_batch(edit).unwrap();
        let mut vault = world.open(&world.by_raw()).unwrap();
        let refused = rotate(&mut vault, &kept()).err().unwrap();
        let is_found = matches!(refused, Problem::Tampered(_));
        assert!(is_found, "{edit}: {refused}");
    }
    // An entry of another future of this vault opens at its place, and is not of this chain.
    let go_on = |verb: &str| {
        std::fs::write(world.path(), &before).unwrap();
        std::fs::remove_dir_all(world.anchors()).unwrap();
        let mut vault = world.open(&world.by_raw()).unwrap();
        (0..2).for_each(|_| vault.write(|writing| writing.log(entry(verb))).unwrap());
        world.column("SELECT box FROM audit WHERE seq = 21").remove(0)
    };
    let of_another = go_on("one");
    go_on("two");
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    connection.execute("UPDATE audit SET box = ?1 WHERE seq = 21", [of_another]).unwrap();
    drop(connection);
    let refused = rotate(&mut world.open(&world.by_raw()).unwrap(), &kept()).err().unwrap();
    assert!(
        matches!(refused, Problem::Tampered(Tampered::AuditEntry { seq: 22, .. })),
        "{refused}"
    );
}

#[test]
fn whoever_opens_a_vault_while_its_keys_are_rotated_is_never_told_that_it_was_changed() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 5);
    drop(vault);
    let done = std::sync::atomic::AtomicBool::new(false);
    let opened = std::thread::scope(|threads| {
        let opening = threads.spawn(|| {
            let mut opened = 0;
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                let opens = world.open(&world.by_raw()).and_then(|vault| {
                    vault.snapshot()?;
                    Ok(())
                });
                match opens {
                    Ok(()) => opened += 1,
                    Err(Problem::Sealer(SealerError::Rotated)) => {}
                    Err(e) => panic!("{e}"),
                }
            }
            opened
        });
        let mut vault = world.open(&world.by_raw()).unwrap();
        for _ in 0..30 {
            rotate(&mut vault, &[(2, prepared(world.by_raw()))]).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        opening.join().unwrap()
    });
    assert!(opened > 0);
    assert_eq!(world.open(&world.by_raw()).unwrap().verify_all().unwrap().secrets, 5);
}

/// What happens between the steps of somebody who opens the vault: it is looked at, a slot is
/// opened, its keys open the head, the records are read.
#[derive(Clone, Copy, Debug)]
enum Step {
    Look,
    Derive,
    Unlock,
    Read,
    Rotate,
    Add,
    Remove,
    Rewrap,
    Write,
}

enum Between {
    Nothing,
    Looked(Locked),
    Derived(Locked, MasterKey),
    Unlocked(Box<Vault>),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() })]

    #[test]
    fn steps_of_opening_and_changes_of_keys_may_come_between_each_other_at_will(
        steps in prop::collection::vec(
            prop::sample::select(vec![
                Step::Look, Step::Derive, Step::Unlock, Step::Read, Step::Look, Step::Derive,
                Step::Unlock, Step::Rotate, Step::Add, Step::Remove, Step::Rewrap, Step::Write,
            ]),
            1..60,
        ),
    ) {
        let (world, mut vault) = World::new();
        fill(&mut vault, 2);
        // By the model: what opens, by number. The raw key of slot 2 is always kept.
        let mut codes: BTreeMap<i64, RecoveryCode> = BTreeMap::new();
        let mut hands = Between::Nothing;
        let mut writes = 0;
        for step in steps {
            let master_key = |world: &World| world.master_key();
            match step {
                Step::Look => hands = Between::Looked(Locked::open(&world.path()).unwrap()),
                Step::Derive => if let Between::Looked(locked) = hands {
                    // The slots that were read belong to one moment, however long ago.
                    let key = locked.master_key(&world.by_raw(), Try::All).unwrap();
                    hands = Between::Derived(locked, key);
                },
                Step::Unlock => if let Between::Derived(locked, key) = hands {
                    let now = Locked::open(&world.path()).unwrap().epoch();
                    let same = now == locked.epoch();
                    hands = match locked.unlock_with(Box::new(key.keys()), &world.anchors()) {
                        Ok(opened) => {
                            prop_assert!(same);
                            prop_assert_eq!(opened.slots().len(), vault.slots().len());
                            Between::Unlocked(Box::new(opened))
                        }
                        Err(Error { problem: Problem::Sealer(SealerError::Rotated), .. }) => {
                            prop_assert!(!same);
                            Between::Nothing
                        }
                        Err(e) => panic!("{e}"),
                    };
                },
                Step::Read => if let Between::Unlocked(opened) = &hands {
                    match opened.snapshot() {
                        Ok(snapshot) => prop_assert_eq!(snapshot.secrets().len(), 2 + writes),
                        Err(Error { problem: Problem::Sealer(SealerError::Rotated), .. }) => {}
                        Err(e) => panic!("{e}"),
                    }
                },
                Step::Rotate => {
                    let fresh: BTreeMap<i64, RecoveryCode> =
                        codes.keys().skip(1).map(|id| (*id, RecoveryCode::generate())).collect();
                    let mut kept: Vec<_> = fresh
                        .iter()
                        .map(|(id, code)| (*id, prepared(Opener::RecoveryCode(code))))
                        .collect();
                    kept.push((2, prepared(world.by_raw())));
                    rotate(&mut vault, &kept).unwrap();
                    for old in codes.values() {
                        prop_assert!(world.open(&Opener::RecoveryCode(old)).is_err());
                    }
                    codes = fresh;
                }
                Step::Add => {
                    let code = RecoveryCode::generate();
                    let slot = prepared(Opener::RecoveryCode(&code));
                    let key = master_key(&world);
                    let id = vault.write(|writing| writing.add_slot(&key, &slot)).unwrap();
                    codes.insert(id, code);
                }
                Step::Remove => if let Some((id, code)) = codes.pop_first() {
                    vault.write(|writing| writing.remove_slot(id)).unwrap();
                    prop_assert!(world.open(&Opener::RecoveryCode(&code)).is_err());
                },
                Step::Rewrap => if let Some(mut entry) = codes.first_entry() {
                    let code = RecoveryCode::generate();
                    let slot = prepared(Opener::RecoveryCode(&code));
                    let (key, id) = (master_key(&world), *entry.key());
                    vault.write(|writing| writing.rewrap_slot(&key, id, &slot)).unwrap();
                    let old = entry.insert(code);
                    prop_assert!(world.open(&Opener::RecoveryCode(&old)).is_err());
                },
                Step::Write => {
                    fill(&mut vault, 1);
                    writes += 1;
                }
            }
            for (id, code) in &codes {
                let locked = Locked::open(&world.path()).unwrap();
                let opener = Opener::RecoveryCode(code);
                prop_assert_eq!(locked.master_key(&opener, Try::All).unwrap().slot(), *id);
            }
        }
        vault.verify_all().unwrap();
    }
}
