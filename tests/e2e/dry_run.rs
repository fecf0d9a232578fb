//! What a dry run says is what would be done, and none of it is done.

use std::path::PathBuf;

use serde_json::Value;

use azvault_test_support::{Home, all_bytes};

fn stored(home: &Home) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = all_bytes(&home.join(".local"));
    found.sort();
    found
}

const DESTRUCTIVE: [&[&str]; 8] = [
    &["context", "remove", "gov"],
    &["context", "remove", "prod", "gov"],
    &["context", "remove", "dev", "prod", "shared", "tenant"],
    &["context", "clear"],
    &["disconnect"],
    &["disconnect", "--account", "A9900000-0000-4000-8000-000000000001"],
    &["disconnect", "--context-name", "gov"],
    &["disconnect", "--all"],
];

#[test]
fn a_dry_run_changes_no_byte_and_says_what_the_same_without_it_does() {
    for scope in ["user", "process"] {
        for command in DESTRUCTIVE {
            let home = Home::with_contexts();
            let session = home.session();
            session.run(&["use", "prod"]).expect(0);
            let command = [command, &["--scope", scope]].concat();
            let before = (
                stored(&home),
                session.json(&["session", "show"]),
                session.json(&["context", "list"]),
            );
            // Nobody is asked: nothing is lost.
            let dry = [&command[..], &["--dry-run"]].concat();
            let said = session.run(&dry).expect(0).says("nothing was done");
            assert!(said.stdout.starts_with("dry run: "), "{command:?}: {}", said.stdout);
            let would = session.json(&dry);
            let after = (
                stored(&home),
                session.json(&["session", "show"]),
                session.json(&["context", "list"]),
            );
            assert_eq!(after, before, "{command:?}");

            let real =
                session.run(&[&command[..], &["--yes", "-o", "json"]].concat()).expect(0).json();
            assert_eq!(
                (&would["dry_run"], &real["dry_run"]),
                (&Value::from(true), &Value::from(false))
            );
            for member in ["schema", "scope", "active", "removed", "contexts", "secrets_removed"] {
                assert_eq!(would[member], real[member], "{command:?}: {member}");
            }
            assert!(!real["removed"].as_array().unwrap().is_empty());
            assert_ne!(session.json(&["context", "list"]), before.2, "{command:?}");
        }
    }
}

#[test]
fn a_dry_run_is_refused_where_the_same_without_it_is() {
    let home = Home::with_contexts();
    let before = stored(&home);
    for (command, code) in [
        (&["context", "remove", "nobody"][..], 5),
        (&["disconnect", "--account", "nobody"], 5),
        (&["context", "clear", "--scope", "process"], 7),
    ] {
        home.run(&[command, &["--dry-run"]].concat()).expect(code);
        home.run(&[command, &["--yes"]].concat()).expect(code);
    }
    assert_eq!(stored(&home), before);
}

#[test]
fn originals_stay_when_their_removal_is_a_dry_run() {
    let home = Home::with_contexts();
    let before = (stored(&home), azvault_test_support::files(home.path()));
    let would = home.json(&["migrate", "clean", "--dry-run"]);
    assert_eq!((stored(&home), azvault_test_support::files(home.path())), before);
    let real = home.json(&["migrate", "clean", "--yes"]);
    assert_eq!(would["removed"], real["removed"]);
    assert_eq!((&would["dry_run"], &real["dry_run"]), (&Value::from(true), &Value::from(false)));
}
