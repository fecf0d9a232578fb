use std::process::{Command, Stdio};
use std::time::Duration;

use super::expiry::Expiry;
use super::{Grants, HEAD, KeepsUnlocked, MAX_SEALED, MAX_TOTAL, NewGrant};
use crate::hold::Moment;
use crate::protocol::{Body, Leader, Message};

fn new(number: u8) -> NewGrant {
    let (hash, id) = ([number; 32], i64::from(number));
    let (process, keeps) = (Leader::Caller, KeepsUnlocked::WhenAsked);
    NewGrant { hash, id, process, keeps, expires: None, sealed: b"sealed".to_vec() }
}

#[test]
fn a_grant_is_for_its_process_and_what_descends_from_it() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let own = std::process::id();
    let mut grants = Grants::default();
    grants.give(new(1), own).unwrap();
    grants.give(new(2), child.id()).unwrap();
    assert!(grants.give(new(2), own).is_err(), "a handle is of one grant");
    assert!(grants.give(new(3), u32::MAX).is_err(), "nobody");
    for (hash, caller, id) in [
        ([1; 32], own, Some(1)),
        ([1; 32], child.id(), Some(1)),
        ([2; 32], child.id(), Some(2)),
        // Its parent started it, and does not descend from it.
        ([2; 32], own, None),
        ([3; 32], own, None),
        ([1; 32], 1, None),
    ] {
        assert_eq!(grants.of(&hash, caller).map(|grant| grant.id), id);
    }
    let mut taken = again(&grants);
    assert_eq!(taken.of(&[2; 32], child.id()).map(|grant| grant.sealed), Some(b"sealed".to_vec()));
    grants.end(1);
    assert!(grants.of(&[1; 32], own).is_none());
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(grants.is_empty() && taken.all().len() == 1, "it ends with its process");
}

fn again(grants: &Grants) -> Grants {
    let frame = grants.handed_over(Message::new(0, grants.room())).finish().unwrap();
    let mut body = Body(&frame[5..]);
    let taken = Grants::taken_over(&mut body).unwrap();
    body.end().unwrap();
    taken
}

#[test]
fn a_grant_that_was_claimed_is_for_nobody_else_also_with_the_next_agent() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let own = std::process::id();
    let mut grants = Grants::default();
    // For an ancestor of who asks, and for nobody who is none.
    let of = |number, pid| NewGrant { process: Leader::Ancestor(pid), ..new(number) };
    grants.give(of(1, own), child.id()).unwrap();
    assert!(grants.give(of(2, child.id()), own).is_err());
    assert!(grants.give(of(2, 0), own).is_err());
    assert!(grants.claim(&[2; 32], own).is_err(), "there is no such grant");
    assert!(grants.claim(&[1; 32], 1).is_err(), "who does not descend from its process");
    assert!(grants.of(&[1; 32], own).is_some(), "nobody has claimed it yet");
    for _ in 0..2 {
        grants.claim(&[1; 32], child.id()).unwrap();
        assert!(grants.claim(&[1; 32], own).is_err());
        assert!(grants.of(&[1; 32], own).is_none());
        assert!(grants.of(&[1; 32], child.id()).is_some());
        grants = again(&grants);
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(grants.is_empty(), "it ends with who has claimed it");
}

#[test]
fn a_grant_ends_in_its_time_on_whichever_clock_comes_first() {
    let at = |wall, boot| {
        let [wall, boot] = [wall, boot].map(Duration::from_secs);
        Moment { wall, boot, awake: boot }
    };
    let expires = Expiry::of(1_000, at(900, 50));
    for (wall, boot, past) in [
        (900, 50, false),
        (999, 149, false),
        (1_000, 149, true),
        (800, 149, false),
        // The clock on the wall was set back.
        (800, 150, true),
    ] {
        assert_eq!(expires.is_past(at(wall, boot)), past, "{wall} {boot}");
    }
    assert!(Expiry::of(-1, at(900, 50)).is_past(at(900, 50)));
    let own = std::process::id();
    let mut grants = Grants::default();
    let now = i64::try_from(crate::clock::now().wall.as_secs()).unwrap();
    grants.give(NewGrant { expires: Some(now + 100), ..new(1) }, own).unwrap();
    grants.give(NewGrant { expires: Some(now - 1), ..new(2) }, own).unwrap();
    for _ in 0..2 {
        assert_eq!(grants.of(&[1; 32], own).unwrap().expires, Some(now + 100));
        assert!(grants.of(&[2; 32], own).is_none());
        grants = again(&grants);
    }
}

#[test]
fn all_grants_fit_into_one_message() {
    let own = std::process::id();
    let mut grants = Grants::default();
    let sealed = |length| vec![0; length];
    let too_large = NewGrant { sealed: sealed(MAX_SEALED + 1), ..new(1) };
    assert!(grants.give(too_large, own).is_err());
    let mut given = 0;
    for number in 0..1024_u16 {
        let mut one = NewGrant { sealed: sealed(MAX_SEALED), ..new(0) };
        one.hash[..2].copy_from_slice(&number.to_be_bytes());
        one.id = number.into();
        given += usize::from(grants.give(one, own).is_ok());
    }
    assert_eq!(given, MAX_TOTAL / (MAX_SEALED + HEAD));
    assert!(grants.room() <= MAX_TOTAL);
}

#[test]
fn nonsense_is_no_grant() {
    for bytes in [&[][..], &[0, 0], &[0, 0, 0, 1], &[0, 0, 0, 1, 9, 9, 9]] {
        assert!(Grants::taken_over(&mut Body(bytes)).is_none(), "{bytes:?}");
    }
}
