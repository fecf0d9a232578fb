//! Slots that come, change and go.

use super::*;

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
