//! What may come between the steps of opening a vault and a change of its keys.

use super::*;

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
