//! Changes of one session, and of all.

use serde_json::Value;

use super::{ALL, changes, names, seen, set, stored, yes_where_asked};
use azvault_test_support::{Home, ran};

#[test]
fn process_scope_applies_a_change_to_the_current_session_only() {
    let home = Home::with_contexts();
    let before = stored(&home);
    for change in changes() {
        let [one, other] = [home.session(), home.session()];
        let untouched = one.json(&["context", "list"]);
        let args = [&yes_where_asked(&change)[..], &["--scope", "process"]].concat();
        assert_eq!(one.json(&args)["scope"], "process", "{change:?}");
        assert_ne!(one.json(&["context", "list"]), untouched, "{change:?}");
        assert_eq!(other.json(&["context", "list"]), untouched, "{change:?}");
        assert_eq!(seen(&home), (set(ALL), Value::from("prod")), "{change:?}");
        assert_eq!(stored(&home), before, "{change:?}");
    }
}

#[test]
fn user_scope_changes_the_context_in_all_sessions() {
    for change in changes() {
        let home = Home::with_contexts();
        let [one, other] = [home.session(), home.session()];
        let before = stored(&home);
        let args = [&yes_where_asked(&change)[..], &["--scope", "CurrentUser"]].concat();
        assert_eq!(one.json(&args)["scope"], "user", "{change:?}");
        assert_ne!(stored(&home), before, "{change:?}");
        let changed = home.json(&["context", "list"]);
        assert_ne!((names(&changed), &changed["default"]), (set(ALL), &Value::from("prod")));
        for session in [&one, &other] {
            assert_eq!(session.json(&["context", "list"]), changed, "{change:?}");
        }
    }
}

#[test]
fn an_explicit_scope_wins_over_the_autosave_setting() {
    for change in changes() {
        let home = Home::with_contexts();
        home.run(&["autosave", "disable"]).expect(0);
        let args = [&yes_where_asked(&change)[..], &["--scope", "user"]].concat();
        assert_eq!(home.json(&args)["scope"], "user", "{change:?}");
        assert_ne!(seen(&home), (set(ALL), Value::from("prod")), "{change:?}");
        let without_session = [&yes_where_asked(&change)[..], &["--scope", "process"]].concat();
        home.run(&without_session).expect(7).says("session start");
    }
}

#[test]
fn selecting_for_one_session_leaves_the_default_of_other_windows_alone() {
    let home = Home::with_contexts();
    let script = "
        eval \"$(azvault session start)\"
        azvault context select gov --scope process >/dev/null
        azvault status -o json
        env -u AZVAULT_SESSION azvault status -o json
        env -u AZVAULT_SESSION bash -c 'azvault status -o json; true'
        bash -c 'eval \"$(azvault session start)\"; azvault status -o json; true'
        true";
    let told = home.bash(script).expect(0).jsons();
    let active: Vec<_> = told.iter().map(|status| status["active"].as_str().unwrap()).collect();
    assert_eq!(active, ["gov", "prod", "prod", "prod"]);
    assert!(told.iter().all(|status| status["default"] == "prod"));
    assert_ne!(told[0]["session"]["leader"], told[3]["session"]["leader"]);
    // The next window that is opened.
    assert_eq!(home.bash("azvault status -o json").expect(0).json()["active"], "prod");
}

#[test]
fn process_scope_ends_with_its_shell() {
    let home = Home::with_contexts();
    let script =
        "eval \"$(azvault session start)\"; azvault use gov >&2; echo \"$AZVAULT_SESSION\"";
    let handle = home.bash(script).expect(0).stdout;
    for args in [&["context", "show"][..], &["context", "select", "ci"]] {
        let mut command = home.command(args);
        let gone = ran(command.env("AZVAULT_SESSION", handle.trim()).output().unwrap());
        gone.expect(4).says("session is gone").says("session start");
    }
    let mut status = home.command(&["status"]);
    let told = ran(status.env("AZVAULT_SESSION", handle.trim()).output().unwrap()).expect(0);
    let told = told.says("session is gone").says("session start");
    assert!(!told.stdout.contains("gov"), "{}", told.stdout);
    assert_eq!(seen(&home).1, "prod");
}
