//! What Azure PowerShell's article on context objects promises, sentence by sentence, and what
//! azvault promises beside.
//!
//! The contexts are those of [`Home::with_contexts`]. A session is this test program's where one
//! is enough, and a shell's where the claim is about shells.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::home::{Home, Ran, Saved, Session, all_bytes, ran};

const MEGAN: &str = "megan@contoso.example";
const APP: &str = "a9900000-0000-4000-8000-000000000001";
const OTHER_APP: &str = "a9900000-0000-4000-8000-000000000003";
const DEV_ID: &str = "5b000000-0000-4000-8000-000000000001";
const PROD_ID: &str = "5b000000-0000-4000-8000-000000000002";
const SHARED_ID: &str = "5b000000-0000-4000-8000-000000000003";
const GOV_ID: &str = "5b000000-0000-4000-8000-000000000004";
const UNKNOWN_ID: &str = "5b000000-0000-4000-8000-00000000beef";
const SECOND_TENANT: &str = "72f00000-0000-4000-8000-000000000002";

const ALL: [&str; 7] = ["cert", "ci", "dev", "gov", "prod", "shared", "tenant"];

/// What is on disk: the vault, and what this user remembers of it.
fn stored(home: &Home) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = all_bytes(&home.join(".local"));
    found.sort();
    found
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn names(list: &Value) -> BTreeSet<String> {
    set(list["contexts"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()))
}

/// What a shell without a session sees: the names, and the default.
fn seen(home: &Home) -> (BTreeSet<String>, Value) {
    let list = home.json(&["context", "list"]);
    assert_eq!(list["active"], list["default"]);
    (names(&list), list["default"].clone())
}

fn accounts_with_secrets(home: &Home) -> BTreeSet<String> {
    let list = home.json(&["secret", "list"]);
    set(list["secrets"].as_array().unwrap().iter().map(|s| s["account"].as_str().unwrap()))
}

fn active(session: &Session<'_>) -> Value {
    session.json(&["status"])["active"].clone()
}

fn mode(status: &Value) -> (&str, &str) {
    let autosave = &status["autosave"];
    (autosave["mode"].as_str().unwrap(), autosave["because"].as_str().unwrap())
}

/// A change, and the same without being asked.
fn yes<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--yes"]].concat()
}

// Save Azure contexts across sessions.

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
        let line = refused.stderr.split("try: ").nth(1).unwrap().split(", or").next().unwrap();
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

// Using context scopes.

/// One change of each verb, and what it is about.
fn changes() -> Vec<Vec<&'static str>> {
    vec![
        vec!["context", "select", "gov"],
        vec!["context", "set", "own", "--tenant", SECOND_TENANT],
        vec!["context", "rename", "prod", "renamed"],
        vec!["context", "remove", "prod"],
        vec!["context", "clear"],
        vec!["disconnect"],
    ]
}

fn yes_where_asked<'a>(change: &[&'a str]) -> Vec<&'a str> {
    let asks = ["remove", "clear", "disconnect"].iter().any(|verb| change.contains(verb));
    if asks { yes(change) } else { change.to_vec() }
}

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
    for args in [&["status"][..], &["context", "show"], &["context", "select", "ci"]] {
        let mut command = home.command(args);
        let gone = ran(command.env("AZVAULT_SESSION", handle.trim()).output().unwrap());
        gone.expect(4).says("session is gone").says("session start");
    }
    assert_eq!(seen(&home).1, "prod");
}

// A context for one command (-AzContext).

#[test]
fn a_context_can_be_given_for_one_command_and_leaves_default_and_session_alone() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "dev"]).expect(0);
    let before = stored(&home);
    for (given, args) in [
        ("option", &["context", "show", "--context", "CI"][..]),
        ("variable", &["context", "show"]),
        ("option", &["exec", "--context", "ci", "--", "true"]),
        ("variable", &["exec", "--", "true"]),
        ("option", &["prompt", "--context", "ci"]),
    ] {
        let mut command = session.command(args);
        if given == "variable" {
            command.env("AZVAULT_CONTEXT", "ci");
        }
        ran(command.output().unwrap()).expect(0);
        assert_eq!(active(&session), "dev", "{args:?}");
        assert_eq!(home.json(&["status"])["active"], "prod", "{args:?}");
    }
    assert_eq!(session.json(&["session", "show"])["previous"], "prod");
    assert_eq!(stored(&home), before);
}

#[test]
fn the_option_beats_the_variable_beats_the_session_beats_the_default_and_status_says_why() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "dev"]).expect(0);
    for (option, variable, in_session, wanted, because) in [
        (Some("ci"), Some("gov"), true, "ci", "--context"),
        (Some("ci"), None, true, "ci", "--context"),
        (Some("ci"), Some("gov"), false, "ci", "--context"),
        (None, Some("GOV"), true, "gov", "AZVAULT_CONTEXT"),
        (None, Some("gov"), false, "gov", "AZVAULT_CONTEXT"),
        (None, None, true, "dev", "this session"),
        (None, None, false, "prod", "the default in the vault"),
        // An empty variable is none.
        (None, Some(""), false, "prod", "the default in the vault"),
    ] {
        let run = |args: &[&str]| -> Ran {
            let args = option.map_or(args.to_vec(), |name| [args, &["--context", name]].concat());
            let mut command = if in_session { session.command(&args) } else { home.command(&args) };
            command.envs(variable.map(|name| ("AZVAULT_CONTEXT", name)));
            ran(command.output().unwrap()).expect(0)
        };
        let case = format!("{option:?} {variable:?} {in_session}");
        let status = run(&["status", "-o", "json"]).json();
        assert_eq!(status["active"], wanted, "{case}");
        assert_eq!(status["active_because"], because, "{case}");
        assert_eq!(status["default"], "prod", "{case}");
        let table = run(&["status"]).stdout;
        assert!(table.contains(&format!("{wanted} ({because})")), "{case}: {table}");
        assert_eq!(run(&["context", "show", "-o", "json"]).json()["name"], wanted, "{case}");
        assert_eq!(run(&["context", "list", "-o", "json"]).json()["active"], wanted, "{case}");
        let within = run(&["exec", "--", env!("CARGO_BIN_EXE_azvault"), "status", "-o", "json"]);
        assert_eq!(within.json()["active"], wanted, "{case}");
        let mark = if because == "the default in the vault" { "" } else { "*" };
        assert_eq!(run(&["prompt"]).stdout, format!("{wanted}{mark}\n"), "{case}");
    }
}

#[test]
fn an_unknown_given_context_is_not_found_and_never_the_default() {
    let home = Home::with_contexts();
    let session = home.session();
    let before = stored(&home);
    for args in [
        &["context", "list"][..],
        &["context", "show"],
        &["context", "set", "own", "--tenant", SECOND_TENANT],
        &["disconnect", "--yes"],
        &["status"],
        &["prompt"],
        &["exec", "--", "touch", "ran"],
        &["shell"],
    ] {
        let by_option = session.command(&[args, &["--context", "nobody"]].concat()).output();
        let mut by_variable = session.command(args);
        let by_variable = by_variable.env("AZVAULT_CONTEXT", "nobody").output();
        // Where options come behind the command of exec, they are the command's.
        if args[0] != "exec" {
            ran(by_option.unwrap()).expect(5).says("\"nobody\"");
        }
        ran(by_variable.unwrap()).expect(5).says("\"nobody\"");
    }
    session.run(&["exec", "--context", "nobody", "--", "touch", "ran"]).expect(5);
    assert!(!home.join("ran").exists());
    assert_eq!(stored(&home), before);
    assert_eq!(names(&session.json(&["context", "list"])), set(ALL));
}

#[test]
fn a_change_under_a_given_context_has_process_scope_whatever_scope_says() {
    let home = Home::with_contexts();
    let before = stored(&home);
    for scope in [&[][..], &["--scope", "user"], &["--scope", "process"]] {
        let session = home.session();
        let change = ["context", "set", "own", "--subscription", "Contoso Prod"];
        let args = [&change[..], scope, &["--context", "ci"]].concat();
        let done = session.json(&args);
        assert_eq!(done["scope"], "process", "{scope:?}");
        assert_eq!(done["contexts"][0]["account"]["id"], APP, "{scope:?}");
        let mut without = home.command(&[&change[..], scope].concat());
        let refused = ran(without.env("AZVAULT_CONTEXT", "ci").output().unwrap()).expect(7);
        refused.says("under a given context").says("session start");
    }
    assert_eq!(stored(&home), before);
}

// Removing credentials.

#[test]
fn disconnecting_removes_all_credentials_and_contexts_of_the_account() {
    let everybody = set([MEGAN, APP, OTHER_APP]);
    for (args, left, secrets_of) in [
        // Of the active context: prod is Megan's.
        (&[][..], &["cert", "ci", "gov"][..], &[APP, OTHER_APP][..]),
        (&["--account", "MEGAN@Contoso.example"], &["cert", "ci", "gov"], &[APP, OTHER_APP]),
        (&["--context-name", "SHARED"], &["cert", "ci", "gov"], &[APP, OTHER_APP]),
        (
            &["--account", "A9900000-0000-4000-8000-000000000001"],
            &["cert", "dev", "gov", "prod", "shared", "tenant"],
            &[MEGAN, OTHER_APP],
        ),
        (&["--context-name", "gov"], &["cert", "ci", "dev", "prod", "shared", "tenant"], &[]),
        (&["--all"], &[], &[]),
    ] {
        let home = Home::with_contexts();
        assert_eq!(accounts_with_secrets(&home), everybody);
        let args = [&["disconnect"], args].concat();
        let before = stored(&home);
        home.run(&args).expect(14).says("--yes");
        assert_eq!(stored(&home), before, "{args:?}");
        let done = home.json(&yes(&args));
        let (found, default) = seen(&home);
        assert_eq!(found, set(left.iter().copied()), "{args:?}");
        let stays = left.contains(&"prod");
        assert_eq!(default, if stays { Value::from("prod") } else { Value::Null }, "{args:?}");
        let gone = set(ALL).difference(&found).cloned().collect::<BTreeSet<_>>();
        let told = done["removed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        assert_eq!(set(told), gone, "{args:?}");
        // Alex has no tokens.
        let wanted =
            if args.contains(&"gov") { everybody.clone() } else { set(secrets_of.iter().copied()) };
        assert_eq!(accounts_with_secrets(&home), wanted, "{args:?}");
        home.run(&["verify"]).expect(0);
    }
}

#[test]
fn an_account_that_nobody_knows_is_not_found() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["disconnect", "--account", "eve@contoso.example", "--yes"]).expect(5).says("eve@");
    home.run(&["disconnect", "--context-name", "nobody", "--yes"]).expect(5).says("nobody");
    assert_eq!(stored(&home), before);
    // A name that is a part of another.
    home.run(&["disconnect", "--account", "megan", "--yes"]).expect(5);
    assert_eq!(stored(&home), before);
}

#[test]
fn an_account_is_disconnected_by_id_where_no_context_is_active_or_has_it() {
    let home = Home::with_contexts();
    home.run(&["context", "remove", "prod", "ci", "--yes"]).expect(0);
    home.run(&["disconnect", "--yes"]).expect(5).says("no context is active");
    // Only its secret names the application now.
    let done = home.json(&["disconnect", "--account", APP, "--yes"]);
    assert_eq!(
        (&done["removed"], &done["secrets_removed"]),
        (&Value::Array(vec![]), &Value::from(1))
    );
    assert_eq!(accounts_with_secrets(&home), set([MEGAN, OTHER_APP]));
}

#[test]
fn a_session_that_disconnects_for_itself_leaves_the_vault_to_others() {
    let home = Home::with_contexts();
    let session = home.session();
    let before = stored(&home);
    session.run(&["disconnect", "--scope", "process", "--yes"]).expect(0);
    assert_eq!(names(&session.json(&["context", "list"])), set(["cert", "ci", "gov"]));
    assert_eq!(active(&session), Value::Null);
    assert_eq!(stored(&home), before);
}

#[test]
fn clearing_removes_every_context_and_credential() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "clear"]).expect(14).says("--yes");
    assert_eq!(stored(&home), before);
    let done = home.json(&["context", "clear", "--yes"]);
    assert_eq!(
        (done["removed"].as_array().unwrap().len(), &done["secrets_removed"]),
        (7, &Value::from(11))
    );
    assert_eq!(seen(&home), (set([]), Value::Null));
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 0);
    // Nothing is left to lose: nobody is asked.
    let again = home.run(&["context", "clear"]).expect(0);
    assert!(again.stdout.contains("0 contexts and 0 secrets"), "{}", again.stdout);
    home.run(&["verify"]).expect(0);
}

#[test]
fn clearing_for_one_session_touches_nothing_else() {
    let home = Home::with_contexts();
    let [one, other] = [home.session(), home.session()];
    let before = stored(&home);
    one.run(&["context", "clear", "--scope", "process"]).expect(14);
    one.run(&["context", "clear", "--scope", "process", "--yes"]).expect(0);
    assert_eq!(names(&one.json(&["context", "list"])), set([]));
    assert_eq!(active(&one), Value::Null);
    one.run(&["context", "show"]).expect(5).says("no context is active");
    one.run(&["context", "clear", "--scope", "process"]).expect(0);
    assert_eq!(names(&other.json(&["context", "list"])), set(ALL));
    assert_eq!(seen(&home), (set(ALL), Value::from("prod")));
    assert_eq!(stored(&home), before);
}

#[test]
fn secrets_without_a_context_are_not_cleared_unasked() {
    let home = Home::with_contexts();
    home.run(&yes(&[&["context", "remove"], &ALL[..]].concat())).expect(0);
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
    home.run(&["context", "clear"]).expect(14).says("--yes");
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
    home.run(&["context", "clear", "--yes"]).expect(0);
    assert_eq!(accounts_with_secrets(&home), set([]));
    home.run(&["context", "clear"]).expect(0);
}

// Creating, selecting, renaming and removing contexts.

#[test]
fn removing_the_active_context_asks_and_leaves_none_active() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "remove", "PROD"]).expect(14).says("--yes");
    assert_eq!(stored(&home), before);
    let removed = home.run(&["context", "remove", "PROD", "--yes"]).expect(0);
    removed.says("no context is active now").says("azvault context select NAME");
    let mut left = set(ALL);
    left.remove("prod");
    assert_eq!(seen(&home), (left, Value::Null));
    // Another one is not asked about, and a session's choice is.
    home.run(&["context", "remove", "gov"]).expect(0);
    let session = home.session();
    session.run(&["use", "dev"]).expect(0);
    session.run(&["context", "remove", "dev", "--scope", "process"]).expect(14);
    session.run(&["context", "remove", "dev", "--scope", "process", "--force"]).expect(0);
    assert_eq!(active(&session), Value::Null);
}

#[test]
fn the_last_context_of_a_user_takes_the_tokens_along_and_that_of_a_principal_does_not() {
    let home = Home::with_contexts();
    let everybody = set([MEGAN, APP, OTHER_APP]);
    home.run(&["context", "remove", "dev", "shared", "tenant"]).expect(0);
    home.run(&["context", "remove", "ci"]).expect(0);
    home.run(&["context", "remove", "cert"]).expect(0);
    assert_eq!(accounts_with_secrets(&home), everybody);
    let last = home.run(&["context", "remove", "prod", "--yes"]).expect(0);
    let last = last.says("warning: no contexts remain for user megan@contoso.example");
    assert!(last.stdout.contains("with 9 secrets"), "{}", last.stdout);
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
}

#[test]
fn all_contexts_that_are_named_go_or_none() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "remove", "dev", "nobody", "--yes"]).expect(5).says("\"nobody\"");
    assert_eq!(stored(&home), before);
    home.run(&["context", "remove", "dev", "DEV", "gov"]).expect(0);
    assert_eq!(seen(&home).0, set(["cert", "ci", "prod", "shared", "tenant"]));
}

#[test]
fn renaming_keeps_the_active_context_active_and_names_need_not_be_those_of_subscriptions() {
    let home = Home::with_contexts();
    for (old, new, default) in [
        ("prod", "Ship it!", "Ship it!"),
        ("SHIP IT!", "ship it!", "ship it!"),
        ("gov", "Contoso Dev", "ship it!"),
        // Only the case changes.
        ("dev", "DEV", "ship it!"),
        ("ci", "ci", "ship it!"),
    ] {
        home.run(&["context", "rename", old, new]).expect(0);
        let (found, found_default) = seen(&home);
        assert!(found.contains(new), "{new}: {found:?}");
        assert_eq!(found.len(), 7, "{new}");
        assert_eq!(found_default, default, "{new}");
    }
    let renamed = home.json(&["context", "show", "ship it!"]);
    assert_eq!(renamed["subscription"]["name"], "Contoso Prod");
    assert_eq!(renamed["extended_properties"]["Default Resource Group"], "rg-prod");
    home.run(&["context", "rename", "nobody", "x"]).expect(5);
    home.run(&["context", "rename", "dev", ""]).expect(2);
}

#[test]
fn a_name_that_is_taken_is_replaced_only_by_force() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "rename", "gov", "PROD"]).expect(9).says("--force");
    home.run(&["context", "set", "gov", "--subscription", DEV_ID]).expect(9).says("--force");
    assert_eq!(stored(&home), before);
    home.run(&["context", "rename", "gov", "PROD", "--force"]).expect(0);
    let mut left = set(ALL);
    left.remove("gov");
    left.remove("prod");
    left.insert("PROD".to_owned());
    // The default was replaced: the one of its name is the default.
    assert_eq!(seen(&home), (left, Value::from("PROD")));
    assert_eq!(home.json(&["context", "show"])["subscription"]["id"], GOV_ID);
}

#[test]
fn a_context_is_set_by_subscription_id_or_name_by_tenant_and_with_a_name() {
    let unnamed = format!("{UNKNOWN_ID} ({UNKNOWN_ID})");
    for (from, args, name, account, subscription, tenant) in [
        // What is known already is made active under the name that it has.
        ("prod", &["--subscription", DEV_ID][..], "dev", MEGAN, DEV_ID, "001"),
        ("prod", &["--subscription", "contoso DEV"], "dev", MEGAN, DEV_ID, "001"),
        ("prod", &["--subscription", SHARED_ID], "shared", MEGAN, SHARED_ID, "002"),
        ("prod", &["--tenant", SECOND_TENANT], "tenant", MEGAN, "", "002"),
        // The default name of a new one.
        (
            "ci",
            &["--subscription", "Contoso Prod"],
            "Contoso Prod (5b000000-0000-4000-8000-000000000002)",
            APP,
            PROD_ID,
            "001",
        ),
        (
            "ci",
            &["--tenant", SECOND_TENANT],
            "72f00000-0000-4000-8000-000000000002 - a9900000-0000-4000-8000-000000000001",
            APP,
            "",
            "002",
        ),
        (
            "gov",
            &["--subscription", UNKNOWN_ID],
            &unnamed,
            "alex@fabrikam.example",
            UNKNOWN_ID,
            "003",
        ),
        // With a name.
        ("prod", &["mine", "--subscription", DEV_ID], "mine", MEGAN, DEV_ID, "001"),
        (
            "ci",
            &["mine", "--subscription", PROD_ID, "--tenant", SECOND_TENANT],
            "mine",
            APP,
            PROD_ID,
            "002",
        ),
        ("gov", &["mine"], "mine", "alex@fabrikam.example", GOV_ID, "003"),
    ] {
        let home = Home::with_contexts();
        home.run(&["context", "select", from]).expect(0);
        let done = home.json(&[&["context", "set"], args].concat());
        assert_eq!(done["active"], name, "{from} {args:?}");
        let (found, default) = seen(&home);
        assert_eq!(default, name, "{from} {args:?}");
        assert_eq!(found.len(), 7 + usize::from(!ALL.contains(&name)), "{from} {args:?}");
        let shown = home.json(&["context", "show"]);
        assert_eq!(shown["account"]["id"], account, "{from} {args:?}");
        let id = shown["subscription"]["id"].as_str().unwrap_or_default();
        assert_eq!(id, subscription, "{from} {args:?}");
        assert!(shown["tenant"]["id"].as_str().unwrap().ends_with(tenant), "{from} {args:?}");
    }
}

#[test]
fn a_subscription_that_cannot_be_found_is_refused() {
    let home = Home::with_contexts();
    for (name, id) in [("one", "cafe"), ("two", "f00d")] {
        home.import(&[Saved {
            name,
            account: "bob@contoso.example",
            tenant: "72f00000-0000-4000-8000-000000000001",
            subscription: &format!("5b000000-0000-4000-8000-00000000{id}"),
            subscription_name: "Twins",
        }]);
    }
    let before = stored(&home);
    let set = |subscription| home.run(&["context", "set", "--subscription", subscription]);
    let ambiguous = set("twins").expect(5).says("several subscriptions");
    ambiguous.says("0000cafe").says("0000f00d");
    set("nowhere").expect(5).says("\"nowhere\"");
    // Another cloud's subscription is not this account's.
    set("Gov Sandbox").expect(5);
    home.run(&["context", "set"]).expect(2);
    home.run(&["context", "set", "", "--subscription", DEV_ID]).expect(2);
    assert_eq!(stored(&home), before);
}

#[test]
fn one_identity_can_have_two_names() {
    let home = Home::with_contexts();
    let second = home.run(&["context", "set", "mine", "--subscription", DEV_ID]).expect(0);
    second.says("stored as \"dev\" too");
    let (found, default) = seen(&home);
    assert!(found.contains("dev") && found.contains("mine"));
    assert_eq!(default, "mine");
    let parts = |name: &str| {
        let shown = home.json(&["context", "show", name]);
        ["account", "tenant", "subscription", "environment"].map(|part| shown[part].clone())
    };
    assert_eq!(parts("mine"), parts("dev"));
    // Each goes alone, and the account stays until the last.
    home.run(&["context", "remove", "dev", "prod", "shared", "tenant"]).expect(0);
    assert!(accounts_with_secrets(&home).contains(MEGAN));
    home.run(&["context", "remove", "mine", "--yes"]).expect(0).says("no contexts remain");
    assert!(!accounts_with_secrets(&home).contains(MEGAN));
}

#[test]
fn switching_the_subscription_starts_with_empty_properties() {
    let home = Home::with_contexts();
    let set = ["context", "set", "new", "--subscription", UNKNOWN_ID, "--property", "Owner=us=me"];
    home.run(&set).expect(0);
    let properties = home.json(&["context", "show"])["extended_properties"].clone();
    assert_eq!(properties, serde_json::json!({ "Owner": "us=me" }));
    home.run(&["context", "set", "x", "--property", "nothing"]).expect(2);
}

// Background jobs.

#[test]
fn background_jobs_share_the_context_of_their_session_and_of_no_other() {
    let home = Home::with_contexts();
    let script = "
        eval \"$(azvault session start)\"
        azvault use gov >/dev/null
        show() { azvault status -o json > \"$1.json\"; }
        for job in 1 2 3; do show job$job & done
        ( show subshell )
        ( ( sleep 0.2; show orphan; touch orphan.done ) & )
        bash -c 'azvault status -o json > nested.json; true'
        bash -c 'bash -c \"azvault status -o json > deeper.json; true\"; true'
        seq 4 | xargs -P 4 -I% sh -c 'azvault status -o json > xargs%.json'
        azvault exec -- bash -c 'azvault status -o json > exec.json; true'
        env -u AZVAULT_SESSION azvault status -o json > outside.json
        bash -c 'eval \"$(azvault session start)\"; azvault use ci >/dev/null; azvault status -o json > other.json; true'
        wait
        until [ -e orphan.done ]; do sleep 0.05; done
        show after";
    home.bash(script).expect(0);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".json") else {
            continue;
        };
        let status: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        found.push((name.to_owned(), status["active"].as_str().unwrap().to_owned()));
    }
    found.sort();
    let wanted = [
        ("after", "gov"),
        ("deeper", "gov"),
        ("exec", "gov"),
        ("job1", "gov"),
        ("job2", "gov"),
        ("job3", "gov"),
        ("nested", "gov"),
        ("orphan", "gov"),
        ("other", "ci"),
        ("outside", "prod"),
        ("subshell", "gov"),
        ("xargs1", "gov"),
        ("xargs2", "gov"),
        ("xargs3", "gov"),
        ("xargs4", "gov"),
    ];
    assert_eq!(found, wanted.map(|(name, active)| (name.to_owned(), active.to_owned())));
}

#[test]
fn of_many_writers_at_once_none_loses_what_another_did() {
    for scope in ["process", "user"] {
        let home = Home::with_contexts();
        let script = format!(
            "eval \"$(azvault session start)\"
            azvault unlock >/dev/null
            seq 24 | xargs -P 8 -I% azvault context set new% --tenant % --scope {scope} >/dev/null
            azvault context list -o json"
        );
        let list = home.bash(&script).expect(0).json();
        let new = names(&list).into_iter().filter(|name| name.starts_with("new")).count();
        assert_eq!(new, 24, "{scope}");
        let in_vault = seen(&home).0.len();
        assert_eq!(in_vault, if scope == "user" { 31 } else { 7 });
    }
}

// Back and forth, and what becomes of a choice.

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
