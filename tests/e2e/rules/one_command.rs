//! A context for one command: `-AzContext` in Azure PowerShell.

use super::{ALL, APP, SECOND_TENANT, active, names, set, stored};
use azvault_test_support::{Home, Ran, ran};

#[test]
fn a_context_can_be_given_for_one_command_and_leaves_default_and_session_alone() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "dev"]).expect(0);
    // That a command began stands in the log, and nothing else changes.
    let kept = || ["context", "secret"].map(|what| home.json(&[what, "list"]));
    let before = kept();
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
    assert_eq!(kept(), before);
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
        let needed = if wanted == "gov" { " (sign-in needed)" } else { "" };
        assert_eq!(run(&["prompt"]).stdout, format!("{wanted}{mark}{needed}\n"), "{case}");
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
        &["exec", "--", "touch", "ran"],
        &["shell"],
    ] {
        let mut by_option = session.command(&[args, &["--context", "nobody"]].concat());
        let mut by_variable = session.command(args);
        let by_variable = by_variable.env("AZVAULT_CONTEXT", "nobody").output();
        // Where options come behind the command of exec, they are the command's.
        if args[0] != "exec" {
            ran(by_option.output().unwrap()).expect(5).says("\"nobody\"");
        }
        ran(by_variable.unwrap()).expect(5).says("\"nobody\"");
    }
    session.run(&["exec", "--context", "nobody", "--", "touch", "ran"]).expect(5);
    // A prompt says it in one word.
    let mut prompt = session.command(&["prompt"]);
    let said = ran(prompt.env("AZVAULT_CONTEXT", "nobody").output().unwrap()).expect(5);
    assert_eq!((&*said.stdout, &*said.stderr), ("none\n", ""));
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
