//! Background jobs, and many writers at once.

use serde_json::Value;

use super::{names, seen};
use azvault_test_support::Home;

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
