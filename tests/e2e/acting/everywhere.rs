//! Verbs, sources of the context and scopes, crossed: what is touched is what `status` shows.

use std::process::Command;

use serde_json::Value;

use super::accounts;
use azvault_test_support::{Home, Session, ran};

/// Where the context of a command comes from; several may disagree.
#[derive(Clone, Copy, Debug)]
struct Source {
    option: Option<&'static str>,
    variable: Option<&'static str>,
    /// `None`: there is no session; an empty name: it follows the default.
    session: Option<&'static str>,
}

fn sources() -> Vec<Source> {
    let mut all = Vec::new();
    for option in [None, Some("ci")] {
        for variable in [None, Some("gov")] {
            for session in [None, Some(""), Some("shared"), Some("cert")] {
                all.push(Source { option, variable, session });
            }
        }
    }
    all
}

/// A command under such a source.
fn command(home: &Home, session: Option<&Session<'_>>, source: Source, args: &[&str]) -> Command {
    let option = source.option.map(|name| ["--context", name]);
    let option: Vec<&str> = option.into_iter().flatten().collect();
    // Options of azvault stand before the command of exec.
    let args = [&option[..], args].concat();
    let mut command = match session {
        Some(session) => session.command(&args),
        None => home.command(&args),
    };
    command.envs(source.variable.map(|name| ("AZVAULT_CONTEXT", name)));
    command
}

#[test]
fn every_verb_touches_the_account_that_status_shows() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let azvault = env!("CARGO_BIN_EXE_azvault");
    let (mut touched, mut refused) = (0, 0);
    for source in sources() {
        for scope in [&[][..], &["--scope", "user"], &["--scope", "process"]] {
            let session = source.session.map(|name| (home.session(), name));
            if let Some((session, name)) = session.as_ref().filter(|(_, name)| !name.is_empty()) {
                session.run(&["use", name]).expect(0);
            }
            let session = session.as_ref().map(|(session, _)| session);
            let run = |args: &[&str]| ran(command(&home, session, source, args).output().unwrap());
            let status = || run(&["status", "-o", "json"]).expect(0).json()["acting"].clone();
            let acting = status();
            let account = acting["account"].as_str().unwrap().to_owned();
            let case = format!("{source:?} {scope:?}: {acting}");

            let shown = run(&["context", "show", "-o", "json"]).expect(0).json();
            assert_eq!(shown["account"]["id"], *account, "{case}");
            assert_eq!(shown["environment"], acting["environment"], "{case}");
            if scope.is_empty() {
                let inside = run(&["exec", "--", azvault, "status", "-o", "json"]).expect(0).json();
                assert_eq!(inside["acting"]["account"], *account, "{case}");
            }
            let told = run(&[&["disconnect", "--dry-run", "-o", "json"], scope].concat());
            let set = ["context", "set", "own", "--property", "k=v", "--force", "-o", "json"];
            if told.code == 7 {
                // A change of one process, and no session to keep it in.
                run(&[&set[..], scope].concat()).expect(7);
                refused += 1;
                continue;
            }
            let told = told.expect(0).json();
            assert_eq!(told["acting"], acting, "{case}");
            assert_eq!(accounts(&told), [&*account], "{case}");
            let done = run(&[&set[..], scope].concat()).expect(0).json();
            assert_eq!(done["acting"], acting, "{case}");
            assert_eq!(done["contexts"][0]["account"]["id"], *account, "{case}");
            assert_eq!(done["active"], "own", "{case}");
            // It is what acts now, where nothing is given for one command.
            let plain = Source { option: None, variable: None, ..source };
            let now = command(&home, session, plain, &["status", "-o", "json"]).output().unwrap();
            let now: Value = ran(now).expect(0).json();
            assert_eq!(now["acting"]["account"], *account, "{case}");
            touched += 1;
        }
    }
    println!("{touched} changes of the acting account, {refused} refused for want of a session");
    assert_eq!((touched, refused), (38, 10));
}
