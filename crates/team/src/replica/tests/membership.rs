//! Who may write what, and what a removed member can read.

use super::{fault, founded, joined, set, started, value};
use crate::{DeviceKeys, Fault, Kind, Member, NoStart, RefusedBecause, Replica, Role, Start, What};

fn member(device: &DeviceKeys, role: Role) -> Member {
    Member { name: "eve".to_owned(), role, keys: device.public().clone(), since: 0 }
}

#[test]
fn a_role_writes_what_it_may_and_nothing_else() {
    for (role, may_change, may_admit) in
        [(Role::Reader, false, false), (Role::Writer, true, false), (Role::Admin, true, true)]
    {
        let (mut ada, mut log) = founded();
        let mut other = joined(&mut log, &mut ada, "other", role);
        let eve = DeviceKeys::generate();
        let cases = [
            (other.draft_change(&[set("prod", "name", "x")], 3), may_change),
            (other.draft_admit(&member(&eve, Role::Admin), 3), may_admit),
            (other.draft_remove(ada.device().public().device, 3), may_admit && role == Role::Admin),
            (other.draft_rotate(3), may_admit),
        ];
        for (records, may) in cases {
            let (mut log, mut ada) = (log.clone(), copy(&ada));
            log.append(&records).unwrap();
            let taken = log.sync(&mut ada);
            let kind = Kind::of(records[0].kind);
            assert_eq!(taken.refused.is_empty(), may, "{role:?} {kind:?} {taken:?}");
            if !may {
                assert!(taken.applied.is_empty(), "{role:?} {kind:?} {taken:?}");
                assert_eq!(taken.refused[0].because, RefusedBecause::Role, "{role:?} {kind:?}");
            }
        }
        log.brings(&mut other);
    }
}

#[test]
fn who_was_removed_reads_nothing_that_came_later_and_writes_nothing() {
    let (mut ada, mut log) = founded();
    let mut bob = joined(&mut log, &mut ada, "bob", Role::Admin);
    let kept = copy(&bob);
    log.append(&ada.draft_remove(bob.device().public().device, 4)).unwrap();
    log.brings(&mut ada);
    assert_eq!((ada.epoch(), ada.members().all().count()), (2, 1));
    log.append(&ada.draft_change(&[set("prod", "name", "after")], 5)).unwrap();
    log.brings(&mut ada);

    let taken = log.sync(&mut bob);
    let seq = log.last() - 3;
    assert_eq!(fault(&taken), Some(&Fault::Removed { seq }));
    assert_eq!(taken.applied.len(), 1);
    assert_eq!(taken.applied[0].what, What::Removed("bob".to_owned()));
    // With all that he kept he opens none of the later bodies.
    let later = &log.0[usize::try_from(seq).unwrap()..];
    for record in later {
        for epoch in kept.epochs.values().chain(bob.epochs.values()) {
            assert!(
                epoch.key.open(&record.clear(), &record.body).is_err(),
                "record {}",
                record.seq
            );
        }
        let wrapped = crate::epoch::Epoch::unwrapped(record.team, 2, bob.device(), &record.body);
        assert!(wrapped.is_none(), "record {}", record.seq);
    }
    println!(
        "figure: 0 of {} records after the removal open with all keys that he kept",
        later.len()
    );
    // What he writes is refused, under the old key and behind the right head.
    let mut forger = copy(&kept);
    forger.head = ada.head();
    log.append(&forger.draft_change(&[set("prod", "name", "still here")], 6)).unwrap();
    let taken = log.sync(&mut ada);
    assert_eq!(taken.refused[0].because, RefusedBecause::NoMember);
    assert_eq!(value(&ada, "prod", "name").as_deref(), Some("after"));
}

#[test]
fn after_a_removal_nothing_is_written_under_a_key_that_the_removed_one_has() {
    let (mut ada, mut log) = founded();
    let mut bob = joined(&mut log, &mut ada, "bob", Role::Admin);
    let mut eve = joined(&mut log, &mut ada, "eve", Role::Writer);
    log.brings(&mut bob);
    // The database keeps the removal and loses the new epoch.
    let removal = ada.draft_remove(eve.device().public().device, 4);
    log.append(&removal[..1]).unwrap();
    log.brings(&mut ada);
    log.brings(&mut bob);
    assert!(bob.needs_rotation());
    log.append(&ada.draft_change(&[set("prod", "name", "to eve")], 5)).unwrap();
    assert_eq!(log.sync(&mut bob).refused[0].because, RefusedBecause::EpochDue);
    log.append(&bob.draft_rotate(6)).unwrap();
    log.brings(&mut bob);
    assert!(!bob.needs_rotation());
    assert_eq!(log.sync(&mut ada).refused.len(), 1);
    assert_eq!(ada.epoch(), 2);
    assert!(matches!(fault(&log.sync(&mut eve)), Some(Fault::Removed { .. })));
}

#[test]
fn a_member_may_leave_and_the_last_admin_may_not() {
    let (mut ada, mut log) = founded();
    let mut bob = joined(&mut log, &mut ada, "bob", Role::Reader);
    log.append(&bob.draft_remove(bob.device().public().device, 4)).unwrap();
    log.brings(&mut ada);
    assert!(ada.needs_rotation());
    log.append(&ada.draft_rotate(5)).unwrap();
    log.brings(&mut ada);
    assert!(matches!(fault(&log.sync(&mut bob)), Some(Fault::Removed { .. })));
    log.append(&ada.draft_remove(ada.device().public().device, 6)).unwrap();
    let taken = log.sync(&mut ada);
    assert_eq!(taken.refused[0].because, RefusedBecause::Members);
    assert_eq!(ada.role(), Some(Role::Admin));
}

#[test]
fn a_snapshot_that_says_something_else_is_refused() {
    let (mut ada, mut log) = founded();
    let mut bob = joined(&mut log, &mut ada, "bob", Role::Admin);
    let mut lying = copy(&ada);
    lying.state.apply(vec![set("prod", "name", "never written")]);
    log.append(&lying.draft_snapshot(4)).unwrap();
    let taken = log.sync(&mut bob);
    assert_eq!(taken.refused.len(), 1);
    assert_eq!(taken.refused[0].because, RefusedBecause::Snapshot);
    assert_eq!(value(&bob, "prod", "name"), None);
}

#[test]
fn a_device_starts_from_the_admin_that_it_compared_words_with_and_from_no_other() {
    let (mut ada, mut log) = founded();
    let device = DeviceKeys::generate();
    // Before it is admitted.
    let (start, why) = started(&log, &ada, device).err().unwrap();
    assert_eq!(why, NoStart::NotAdmitted);
    log.append(&ada.draft_admit(&member(&start.device, Role::Writer), 3)).unwrap();
    log.brings(&mut ada);
    // A team of the database's own, with the same id.
    let (mut mallory, records) = Replica::create("payments", "ada", 1);
    mallory.team = ada.team();
    let mut forged = super::Log(records);
    forged.0.iter_mut().for_each(|record| record.team = ada.team());
    let admitted = mallory.draft_admit(&member(&start.device, Role::Writer), 3);
    let (start, why) = start.from(&admitted[1], &admitted[2]).err().unwrap();
    assert_eq!(why, NoStart::NotByAdmin);
    // Named as ada's, signed by mallory.
    let mut renamed = admitted;
    for record in &mut renamed {
        record.device = ada.device().public().device;
        record.sign(mallory.device());
    }
    let (start, why) = start.from(&renamed[1], &renamed[2]).err().unwrap();
    assert_eq!(why, NoStart::NotByAdmin);
    let Start { device, .. } = *start;
    let own = started(&log, &ada, device).unwrap_or_else(|(_, why)| panic!("{why}"));
    assert_eq!(own.role(), Some(Role::Writer));
}

#[test]
fn words_differ_when_anything_differs() {
    let (ada, _) = founded();
    let device = DeviceKeys::generate();
    let other = DeviceKeys::generate();
    let admin = ada.device().public();
    let words = crate::words::words(ada.team(), &[1; 16], admin, device.public());
    assert_eq!(words.split(' ').count(), 6);
    for differing in [
        crate::words::words(crate::TeamId::random(), &[1; 16], admin, device.public()),
        crate::words::words(ada.team(), &[2; 16], admin, device.public()),
        crate::words::words(ada.team(), &[1; 16], other.public(), device.public()),
        crate::words::words(ada.team(), &[1; 16], admin, other.public()),
        crate::words::words(ada.team(), &[1; 16], device.public(), admin),
    ] {
        assert_ne!(differing, words);
    }
}

fn copy(replica: &Replica) -> Replica {
    Replica::from_bytes(&replica.to_bytes()).unwrap_or_else(|_| panic!("its own bytes"))
}
