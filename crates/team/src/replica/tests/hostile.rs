//! The database is the enemy: whatever it does with records, none is taken that was not written so.

use super::{Log, fault, founded, joined, set, value};
use crate::{DeviceKeys, Fault, Kind, Record, RefusedBecause, Replica, Role, Taken};

/// A team of two, of which one has not seen the last three records.
fn scene() -> (Replica, Replica, Log) {
    let (mut ada, mut log) = founded();
    let bob = joined(&mut log, &mut ada, "bob", Role::Writer);
    for change in ["one", "two", "three"] {
        log.append(&ada.draft_change(&[set("prod", "name", change)], 3)).unwrap();
        log.brings(&mut ada);
    }
    (ada, bob, log)
}

fn new_of(bob: &Replica, log: &Log) -> Vec<Record> {
    log.shown_to(bob).to_vec()
}

fn show(bob: &mut Replica, records: &[Record]) -> Taken {
    let last = records.last().map_or(0, |record| record.seq);
    bob.take(records, last)
}

#[test]
fn what_is_dropped_reordered_or_replayed_is_not_taken() {
    type Deed = fn(&mut Vec<Record>);
    // Before the first of the three stands the record that bob has.
    let deeds: [(&str, Deed, usize); 7] = [
        ("one is dropped", |all| drop(all.remove(1)), 0),
        ("one is dropped from the middle", |all| drop(all.remove(2)), 1),
        ("two are swapped", |all| all.swap(1, 2), 0),
        ("one is repeated", |all| all.insert(2, all[1].clone()), 1),
        ("an old one comes again", |all| all.insert(1, all[0].clone()), 0),
        (
            "an old one gets the next number",
            |all| {
                let seq = all[1].seq;
                all.insert(1, Record { seq, ..all[0].clone() });
            },
            0,
        ),
        ("one of another log", |all| all[1].team = crate::TeamId::random(), 0),
    ];
    for (what, deed, taken_before) in deeds {
        let (_, mut bob, log) = scene();
        let before = bob.head();
        let mut records = new_of(&bob, &log);
        deed(&mut records);
        let taken = show(&mut bob, &records);
        assert_eq!(taken.applied.len(), taken_before, "{what}: {taken:?}");
        assert!(taken.refused.is_empty() && taken.fault.is_some(), "{what}: {taken:?}");
        assert_eq!(bob.head().seq, before.seq + taken_before as u64, "{what}");
        // The honest log brings him on.
        log.brings(&mut bob);
        assert_eq!(value(&bob, "prod", "name").as_deref(), Some("three"), "{what}");
    }
}

#[test]
fn less_than_before_is_a_rollback_and_another_record_a_fork() {
    let (ada, _, log) = scene();
    let mut ada = ada;
    let ours = ada.head();
    let short = Log(log.0[..log.0.len() - 1].to_vec());
    assert_eq!(
        fault(&short.sync(&mut ada)),
        Some(&Fault::RolledBack { ours, theirs: short.last() })
    );
    assert_eq!(fault(&ada.take(&[], 0)), Some(&Fault::RolledBack { ours, theirs: 0 }));
    // The same place, another record.
    let mut forked = log;
    forked.0.last_mut().unwrap().signature[0] ^= 1;
    let theirs = forked.0.last().unwrap().head();
    assert_eq!(fault(&forked.sync(&mut ada)), Some(&Fault::Forked { ours, theirs }));
    assert_eq!(ada.head(), ours);
}

#[test]
fn two_members_who_were_shown_different_logs_find_out_at_the_first_record_that_crosses() {
    let (mut ada, mut bob, log) = scene();
    // Bob is shown a log without the last three, and writes into that.
    let mut his = Log(log.0[..log.0.len() - 3].to_vec());
    his.append(&bob.draft_change(&[set("prod", "name", "bob")], 4)).unwrap();
    his.brings(&mut bob);
    let crossing = his.0.last().unwrap().clone();
    let ours = ada.head();
    // As it is, his number is one that she has; with another number his signature does not hold.
    assert_eq!(
        fault(&ada.take(&[log.0.last().unwrap().clone(), crossing.clone()], ours.seq + 1)),
        Some(&Fault::Gap { expected: ours.seq + 1, found: crossing.seq }),
    );
    let moved = Record { seq: ours.seq + 1, ..crossing };
    let taken = ada.take(&[log.0.last().unwrap().clone(), moved.clone()], moved.seq);
    assert_eq!(fault(&taken), Some(&Fault::OutOfChain { ours, seq: moved.seq }));
    // With her chain put under it, too.
    let chained = Record { prev: ours.hash, ..moved };
    let taken = ada.take(&[log.0.last().unwrap().clone(), chained], ours.seq + 1);
    assert_eq!(taken.refused[0].because, RefusedBecause::Signature);
    assert_ne!(ada.head().hash, bob.head().hash);
    // And his head is not in what she sees.
    assert!(matches!(fault(&log.sync(&mut bob)), Some(Fault::Forked { .. })));
}

#[test]
fn a_record_that_nobody_wrote_says_nothing_and_is_named() {
    let stranger = DeviceKeys::generate();
    type Forgery<'a> = Box<dyn Fn(&mut Record) + 'a>;
    let own = |record: &mut Record| {
        record.device = stranger.public().device;
        record.sign(&stranger);
    };
    let forgeries: Vec<(&str, Forgery<'_>, RefusedBecause)> = vec![
        ("a stranger's", Box::new(own), RefusedBecause::NoMember),
        ("signed by a stranger", Box::new(|one| one.sign(&stranger)), RefusedBecause::Signature),
        (
            "of another kind",
            Box::new(|one| one.kind = Kind::Snapshot as u8),
            RefusedBecause::Signature,
        ),
        ("of no kind", Box::new(|one| one.kind = 77), RefusedBecause::Misshapen),
        ("of another epoch", Box::new(|one| one.epoch += 1), RefusedBecause::Signature),
        ("with another body", Box::new(|one| one.body[70] ^= 1), RefusedBecause::Signature),
        ("a second beginning", Box::new(|one| one.kind = Kind::Create as u8), RefusedBecause::Role),
    ];
    for (what, forge, because) in forgeries {
        let (mut ada, mut bob, mut log) = scene();
        log.brings(&mut bob);
        let mut forged = ada.draft_change(&[set("prod", "name", "forged")], 4).remove(0);
        forge(&mut forged);
        log.0.push(forged);
        for replica in [&mut ada, &mut bob] {
            let taken = log.sync(replica);
            assert_eq!((taken.applied.len(), taken.refused.len()), (0, 1), "{what}");
            assert_eq!(taken.refused[0].because, because, "{what}");
            assert_eq!(taken.fault, None, "{what}");
            assert_eq!(value(replica, "prod", "name").as_deref(), Some("three"), "{what}");
        }
        // It stands in the way of nothing.
        log.append(&bob.draft_change(&[set("prod", "name", "on")], 5)).unwrap();
        log.brings(&mut ada);
        assert_eq!(value(&ada, "prod", "name").as_deref(), Some("on"), "{what}");
    }
}

#[test]
fn every_bit_of_a_record_counts() {
    let (_, mut bob, log) = scene();
    let records = new_of(&bob, &log);
    let bytes = records[1].to_bytes();
    let mut refused = 0;
    for at in (0..bytes.len()).filter(|at| at % 7 == 0 || *at < 100) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        refused += 1;
        let Ok(changed) = Record::from_bytes(&changed) else { continue };
        let bytes = bob.to_bytes();
        let taken = show(&mut bob, &[records[0].clone(), changed]);
        assert!(taken.applied.is_empty(), "byte {at}");
        assert!(taken.fault.is_some() || taken.refused.len() == 1, "byte {at}");
        bob = Replica::from_bytes(&bytes).unwrap_or_else(|_| panic!("its own bytes"));
    }
    println!("figure: {refused} changed bytes of a record, each refused: 0 accepted");
}
