//! Back and forth, and what becomes of a choice.

use serde_json::Value;

use super::{active, seen};
use azvault_test_support::Home;

#[test]
fn a_dash_goes_back_to_the_context_before() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "-"]).expect(5).says("azvault use NAME");
    for (name, wanted) in
        [("gov", "gov"), ("-", "prod"), ("-", "gov"), ("ci", "ci"), ("ci", "ci"), ("-", "gov")]
    {
        session.run(&["use", name]).expect(0);
        assert_eq!(active(&session), wanted, "{name}");
    }
    home.run(&["use", "-"]).expect(7).says("session start");
    home.run(&["use", "gov"]).expect(7).says("session start");
    assert_eq!(seen(&home).1, "prod");
}

#[test]
fn a_choice_that_another_shell_removed_is_an_error_and_not_the_default() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    home.run(&["context", "remove", "gov"]).expect(0);
    for args in [
        &["context", "show"][..],
        &["exec", "--", "touch", "ran"],
        &["context", "set", "own", "--tenant", "t", "--scope", "process"],
        &["disconnect", "--scope", "process", "--yes"],
        &["use", "gov"],
    ] {
        session.run(args).expect(5);
    }
    assert!(!home.join("ran").exists());
    let list = session.json(&["context", "list"]);
    assert_eq!((&list["active"], &list["default"]), (&Value::Null, &Value::from("prod")));
    let status = session.json(&["status"]);
    assert_eq!((&status["active"], &status["default"]), (&Value::Null, &Value::from("prod")));
    assert_eq!(status["active_because"], "this session");
    // It has a way out.
    session.run(&["use", "dev"]).expect(0);
    assert_eq!(active(&session), "dev");
}

#[test]
fn a_choice_follows_its_context_when_the_session_renames_it_for_the_user() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let done = session.json(&["context", "rename", "gov", "government", "--scope", "user"]);
    assert_eq!(done["active"], "government");
    let status = session.json(&["status"]);
    assert_eq!(status["active"], "government");
    assert_eq!(status["active_because"], "this session");
    assert_eq!(status["default"], "prod");
    assert!(seen(&home).0.contains("government"));
}

#[test]
fn a_choice_goes_with_its_context_when_the_session_removes_it_for_the_user() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let remove = ["context", "remove", "gov", "--scope", "user"];
    session.run(&remove).expect(14).says("\"gov\" is the current context");
    let done = session.run(&[&remove[..], &["--yes", "-o", "json"]].concat()).expect(0);
    let done = done.says("no context is active now");
    assert_eq!(done.json()["active"], Value::Null);
    assert_eq!(active(&session), Value::Null);
    session.run(&["context", "show"]).expect(5).says("no context is active");
    assert_eq!(seen(&home).1, "prod");
}

#[test]
fn what_is_active_in_a_session_stays_when_it_removes_the_default() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let remove = ["context", "remove", "prod", "--scope", "user"];
    session.run(&remove).expect(14);
    let dry = session.json(&[&remove[..], &["--dry-run"]].concat());
    assert_eq!(dry["active"], "gov");
    let done = session.run(&[&remove[..], &["--yes", "-o", "json"]].concat()).expect(0);
    let done = done.says("other shells have no default now");
    assert_eq!(done.json()["active"], "gov");
    assert_eq!(active(&session), "gov");
    assert_eq!(seen(&home).1, Value::Null);
}
