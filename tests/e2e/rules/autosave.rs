//! Contexts that are saved across sessions, and what switches that off.

use serde_json::Value;

use super::{ALL, active, changes, mode, seen, set, stored, yes_where_asked};
use azvault_test_support::Home;

#[test]
fn by_default_context_information_is_saved_automatically_between_sessions() {
    let home = Home::with_agent();
    let autosave = home.json(&["autosave", "show"]);
    assert_eq!(autosave["mode"], "CurrentUser");
    assert_eq!((&autosave["user"], &autosave["session"]), (&Value::Null, &Value::Null));
    assert!(autosave["because"].as_str().unwrap().contains("default"));

    let home = Home::with_contexts();
    home.bash("azvault context select gov; azvault context set own --tenant t").expect(0);
    let (found, default) = seen(&home);
    assert_eq!(default, "own");
    assert!(found.contains("own"));
}

#[test]
fn each_new_session_targets_the_context_of_the_last_one() {
    let home = Home::with_contexts();
    let within = "eval \"$(azvault session start)\"; azvault status -o json";
    home.bash(&format!("{within}; azvault context select gov")).expect(0);
    let next = home.bash(within).expect(0).json();
    assert_eq!(next["active"], "gov");
    assert_eq!(next["active_because"], "the default in the vault");
}

#[test]
fn autosave_can_be_disabled_and_then_changes_stay_in_the_session() {
    let home = Home::with_contexts();
    let [one, other] = [home.session(), home.session()];
    one.run(&["autosave", "disable"]).expect(0);
    let before = stored(&home);
    for session in [&one, &other] {
        assert_eq!(mode(&session.json(&["status"])), ("Process", "stored in the vault"));
        assert_eq!(session.json(&["context", "select", "gov"])["scope"], "process");
        assert_eq!(active(session), "gov");
    }
    assert_eq!(stored(&home), before);
    assert_eq!(seen(&home).1, "prod");
}

#[test]
fn with_autosave_off_a_change_without_a_session_is_refused_with_the_line_to_type() {
    let home = Home::with_contexts();
    home.run(&["autosave", "disable"]).expect(0);
    let before = stored(&home);
    for change in changes() {
        let refused = home.run(&yes_where_asked(&change)).expect(7);
        let refused = refused.says("autosave is off").says("eval \"$(azvault session start)\"");
        assert_eq!(refused.stdout, "", "{change:?}");
        // The line that it says is a line that works.
        let line = refused.stderr.split("try: ").nth(1).unwrap().trim();
        let script = format!("{line}; azvault session show -o json");
        assert_eq!(home.bash(&script).expect(0).json()["schema"], 1);
    }
    assert_eq!(stored(&home), before);
}

#[test]
fn autosave_can_be_enabled_again() {
    let home = Home::with_contexts();
    home.run(&["autosave", "disable"]).expect(0);
    home.run(&["context", "select", "gov"]).expect(7);
    home.run(&["autosave", "enable"]).expect(0);
    assert_eq!(home.json(&["context", "select", "gov"])["scope"], "user");
    assert_eq!(seen(&home).1, "gov");
}

#[test]
fn disabling_autosave_erases_nothing_and_says_what_does() {
    let home = Home::with_contexts();
    let secrets = home.json(&["secret", "list"]);
    home.run(&["autosave", "disable"]).expect(0).says("azvault context clear");
    let (found, default) = seen(&home);
    assert_eq!((found, default), (set(ALL), Value::from("prod")));
    assert_eq!(home.json(&["secret", "list"]), secrets);
    // What it says does it, autosave off or on.
    home.run(&["context", "clear", "--scope", "user", "--yes"]).expect(0);
    assert_eq!(seen(&home), (set([]), Value::Null));
}

#[test]
fn autosave_of_the_process_overrides_that_of_the_user() {
    let home = Home::with_contexts();
    let [one, other] = [home.session(), home.session()];
    let before = stored(&home);
    one.run(&["autosave", "disable", "--scope", "process"]).expect(0);
    assert_eq!(stored(&home), before);
    assert_eq!(mode(&one.json(&["status"])), ("Process", "set for this session"));
    assert_eq!(mode(&other.json(&["status"])).0, "CurrentUser");
    assert_eq!(one.json(&["context", "select", "gov"])["scope"], "process");
    assert_eq!(stored(&home), before);
    assert_eq!(other.json(&["context", "select", "dev"])["scope"], "user");

    other.run(&["autosave", "disable"]).expect(0);
    other.run(&["autosave", "enable", "--scope", "process"]).expect(0);
    assert_eq!(mode(&other.json(&["status"])), ("CurrentUser", "set for this session"));
    assert_eq!(other.json(&["context", "select", "ci"])["scope"], "user");
    assert_eq!(seen(&home).1, "ci");
    assert_eq!(mode(&home.json(&["status"])).0, "Process");
    home.run(&["autosave", "enable", "--scope", "process"]).expect(7).says("session start");
}

#[test]
fn what_is_set_for_the_user_holds_in_the_current_session_too() {
    let home = Home::with_contexts();
    let session = home.session();
    for (in_session, for_user, wanted) in
        [("disable", "enable", "CurrentUser"), ("enable", "disable", "Process")]
    {
        session.run(&["autosave", in_session, "--scope", "process"]).expect(0);
        session.run(&["autosave", for_user, "--scope", "user"]).expect(0);
        assert_eq!(mode(&session.json(&["status"])), (wanted, "stored in the vault"));
    }
}
