//! `session start --inherit`: a process that is started from a shell has a session of its own.

use super::{Leader, START, home};
use azvault_test_support::ran;

#[test]
fn a_session_that_inherits_is_a_copy_and_neither_sees_the_others_changes() {
    let home = home();
    let script = format!(
        "{START}azvault use fab >/dev/null
         bash -c 'eval \"$(azvault session start --inherit)\"; azvault prompt
                  azvault use sp >/dev/null; azvault prompt'
         azvault prompt
         bash -c 'eval \"$(azvault session start --inherit)\"; azvault prompt >one
                  touch begun; while ! [ -e changed ]; do sleep 0.02; done; azvault prompt' &
         while ! [ -e begun ]; do sleep 0.02; done
         azvault use dev >/dev/null; touch changed; wait; azvault prompt"
    );
    let said = ran(home.shell("bash", &script).output().unwrap()).expect(0);
    assert_eq!(said.stdout, "fab*\nsp*\nfab*\nfab*\ndev*\n", "{}", said.stderr);
}

#[test]
fn the_leader_of_a_session_gets_it_again() {
    let home = home();
    let script = format!(
        "{START}before=$AZVAULT_SESSION
         eval \"$(azvault session start --inherit)\"; [ \"$before\" = \"$AZVAULT_SESSION\" ]
         eval \"$(azvault session start --inherit --leader $$)\"; [ \"$before\" = \"$AZVAULT_SESSION\" ]
         azvault exec fab -- bash -c 'eval \"$(azvault session start --inherit)\"; azvault prompt; true'"
    );
    let said = ran(home.shell("bash", &script).output().unwrap()).expect(0);
    assert_eq!(said.stdout, "fab*\n", "{}", said.stderr);
}

#[test]
fn nothing_is_inherited_where_there_is_nothing_and_what_has_ended_is_said_once() {
    let home = home();
    let fresh = "set -u; eval \"$(azvault session start --inherit)\"; azvault prompt";
    let said = ran(home.shell("bash", fresh).output().unwrap()).expect(0);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("dev\n", ""));
    // Of another terminal, and no session at all.
    let leader = Leader::start(&home);
    for handle in [leader.variable.as_str(), "garbage"] {
        let mut command = home.shell("bash", fresh);
        let said = ran(command.env("AZVAULT_SESSION", handle).output().unwrap()).expect(0);
        assert_eq!(said.stdout, "dev\n");
        assert_eq!(said.stderr.matches("warning: ").count(), 1, "{}", said.stderr);
        assert!(!said.stderr.contains(handle), "the handle is not said");
    }
}
