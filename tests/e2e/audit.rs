//! The audit log: what is in it, what never is, and that nothing can be taken out of it.

mod edited;
mod unwritable;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use azvault_test_support::{Home, Ran, ran};

fn entries(home: &Home, filter: &[&str]) -> Vec<Value> {
    let log = home.json(&[&["audit", "log"], filter].concat());
    log["entries"].as_array().unwrap().clone()
}

/// What the command wrote: its verb, and its subjects in words, sorted.
fn told(home: &Home, command: &[&str]) -> Vec<(String, Vec<String>)> {
    let before = entries(home, &[]).len();
    home.run(command).expect(0);
    let new = &entries(home, &[])[before..];
    new.iter().map(|entry| (entry["verb"].as_str().unwrap().to_owned(), words(entry))).collect()
}

fn words(entry: &Value) -> Vec<String> {
    let subjects = entry["subjects"].as_array().unwrap().iter();
    let mut words: Vec<_> =
        subjects.map(|subject| subject["what"].as_str().unwrap().to_owned()).collect();
    words.sort();
    words
}

fn secrets(home: &Home) -> Vec<Value> {
    home.json(&["secret", "list"])["secrets"].as_array().unwrap().clone()
}

/// The client secret of `ci`.
fn client_secret(home: &Home) -> String {
    let secrets = secrets(home);
    let found = secrets.iter().find(|secret| secret["kind"] == "client_secret").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn owned(verb: &str, words: &[&str]) -> Vec<(String, Vec<String>)> {
    vec![(verb.to_owned(), words.iter().map(|word| (*word).to_owned()).collect())]
}

const CLIENT_SECRET: &str = "client_secret of a9900000-0000-4000-8000-000000000001 in \
                             72f00000-0000-4000-8000-000000000001";

const OF_MEGAN: [&str; 9] = [
    "access_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000001",
    "access_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000001",
    "access_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000002",
    "access_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000002",
    "id_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000001",
    "id_token of megan@contoso.example in 72f00000-0000-4000-8000-000000000002",
    "refresh_token of megan@contoso.example",
    "refresh_token of megan@contoso.example",
    "refresh_token of megan@contoso.example",
];

#[test]
fn every_reveal_is_an_entry_that_says_what_and_by_whom() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    for args in [
        &["secret", "show", &id, "--reveal"][..],
        &["secret", "show", &id, "--reveal", "-o", "json"],
    ] {
        assert_eq!(told(&home, args), owned("secret reveal", &[CLIENT_SECRET]));
    }
    let all = told(&home, &["secret", "list", "--reveal", "-o", "json"]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].1.len(), 11);

    let entry = &entries(&home, &["-n", "2"])[0];
    assert_eq!(entry["subjects"][0]["id"], id.as_str());
    let me = fs::read_to_string("/proc/self/comm").unwrap();
    let parent = fs::read_to_string(format!("/proc/{}/comm", std::process::id())).unwrap();
    assert!(!me.is_empty());
    let actor = &entry["actor"];
    assert_eq!(actor["parent"], parent.trim_end());
    assert_eq!(actor["uid"], rustix::process::getuid().as_raw());
    assert!(actor["pid"].as_u64().unwrap() > 0);

    let script = format!("azvault secret show {id} --reveal >/dev/null; true");
    home.bash(&script).expect(0);
    assert_eq!(entries(&home, &["-n", "1"])[0]["actor"]["parent"], "bash");
}

#[test]
fn every_removal_is_an_entry_with_all_that_went() {
    let megan = |contexts: &[&'static str]| [&OF_MEGAN[..3], &OF_MEGAN[3..], contexts].concat();
    let sorted = |mut words: Vec<&'static str>| {
        words.sort_unstable();
        words
    };
    let of_four = ["context dev", "context prod", "context shared", "context tenant"];
    let principals = [
        CLIENT_SECRET,
        "certificate_password of a9900000-0000-4000-8000-000000000003 in \
         72f00000-0000-4000-8000-000000000001",
    ];
    let rest = ["context cert", "context ci", "context gov"];
    for (command, verb, wanted) in [
        (
            &["context", "remove", "gov", "ci"][..],
            "context remove",
            vec!["context ci", "context gov"],
        ),
        (
            &["context", "remove", "dev", "prod", "shared", "tenant", "--yes"],
            "context remove",
            megan(&of_four),
        ),
        (&["disconnect", "--yes"], "disconnect", megan(&of_four)),
        (
            &["disconnect", "--all", "--yes"],
            "disconnect",
            [&megan(&of_four)[..], &principals, &rest].concat(),
        ),
        (
            &["context", "clear", "--yes"],
            "context clear",
            [&megan(&of_four)[..], &principals, &rest].concat(),
        ),
        // What is replaced is lost as well.
        (&["context", "rename", "gov", "ci", "--force"], "context rename", vec!["context ci"]),
        (
            &["context", "set", "gov", "--subscription", "Contoso Dev", "--force"],
            "context set",
            vec!["context gov"],
        ),
    ] {
        let home = Home::with_contexts();
        assert_eq!(told(&home, command), owned(verb, &sorted(wanted)), "{command:?}");
        let last = &entries(&home, &["-n", "1"])[0];
        let subjects = last["subjects"].as_array().unwrap();
        assert!(subjects.iter().all(|subject| subject["id"].is_string()), "{command:?}");
    }
}

#[test]
fn every_step_of_a_migration_is_an_entry_with_its_files() {
    let home = Home::with_contexts();
    let run = &entries(&home, &[])[0];
    assert_eq!((&run["verb"], &run["seq"]), (&json!("migrate run"), &json!(1)));
    let id = run["subjects"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(home.json(&["migrate", "list"])["migrations"][0]["id"], id.as_str());
    let said = words(run);
    for wanted in ["migration", "context gov", CLIENT_SECRET, OF_MEGAN[6]] {
        assert!(said.iter().any(|word| word == wanted), "{wanted}: {said:?}");
    }
    let file = format!("file {}", home.join(".Azure/AzureRmContext.json").display());
    assert!(said.contains(&file), "{said:?}");
    for command in [
        &["migrate", "clean", "--yes"][..],
        &["migrate", "rollback", "--yes"],
        &["migrate", "forget", &id, "--yes"],
    ] {
        let told = told(&home, command);
        assert_eq!(told.len(), 1, "{command:?}");
        assert_eq!(told[0].0, command[..2].join(" "));
        assert!(told[0].1.contains(&file), "{command:?}: {:?}", told[0].1);
        assert_eq!(entries(&home, &["-n", "1"])[0]["subjects"][0]["id"], id.as_str());
    }
    let steps = entries(&home, &["--verb", "migrate"]);
    assert_eq!(steps.len(), 4);
    assert_eq!(entries(&home, &["--subject", &id]).len(), 4);
}

#[test]
fn what_reveals_and_removes_nothing_is_no_entry() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    for command in [
        &["secret", "list"][..],
        &["secret", "show", &id],
        &["migrate", "run", "--yes"],
        &["context", "select", "gov"],
        &["context", "rename", "dev", "other"],
        &["context", "set", "own", "--tenant", "t"],
        &["context", "remove", "own", "--dry-run"],
        &["context", "clear", "--dry-run"],
        &["disconnect", "--dry-run"],
        &["autosave", "disable"],
        &["verify"],
        &["backup", "create"],
        &["audit", "verify"],
    ] {
        assert_eq!(told(&home, command), [], "{command:?}");
    }
    // What was refused was not done, and what was done in a session is in no file.
    home.run(&["context", "clear", "--scope", "user"]).expect(14);
    home.run(&["disconnect", "--account", "nobody", "--scope", "user", "--yes"]).expect(5);
    let session = home.session();
    session.run(&["context", "clear", "--scope", "process", "--yes"]).expect(0);
    assert_eq!(entries(&home, &[]).len(), 1);
}

#[test]
fn no_entry_has_a_value() {
    let home = Home::with_contexts();
    let revealed = home.json(&["secret", "list", "--reveal"]);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    home.run(&["disconnect", "--yes"]).expect(0);
    home.run(&["context", "clear", "--yes"]).expect(0);
    let mut logs = Vec::new();
    for output in ["json", "table", "tsv"] {
        let log = home.run(&["audit", "log", "-v", "-o", output]).expect(0);
        logs.push(log.stdout + &log.stderr);
    }
    for secret in revealed["secrets"].as_array().unwrap() {
        let value = secret["value"].as_str().unwrap();
        assert!(value.len() > 8);
        for log in &logs {
            assert!(!log.contains(value), "{}", secret["kind"]);
            // Nor the half of one.
            assert!(!log.contains(&value[..value.len() / 2]), "{}", secret["kind"]);
        }
    }
}

#[test]
fn a_log_is_filtered_by_verb_subject_time_and_number() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    home.run(&["secret", "show", &id, "--reveal"]).expect(0);
    home.run(&["context", "remove", "gov"]).expect(0);
    home.run(&["disconnect", "--yes"]).expect(0);
    home.run(&["secret", "show", &id, "--reveal"]).expect(0);
    let all = entries(&home, &[]);
    let first = all[0]["time"].as_str().unwrap();
    let gov = all[2]["subjects"][0]["id"].as_str().unwrap();
    for (filter, wanted) in [
        (&[][..], &[1, 2, 3, 4, 5][..]),
        (&["--verb", "secret reveal"], &[2, 5]),
        (&["--verb", "secret"], &[2, 5]),
        (&["--verb", "context"], &[3]),
        (&["--verb", "context remove"], &[3]),
        // The half of a word is no verb.
        (&["--verb", "sec"], &[]),
        (&["--verb", "remove"], &[]),
        (&["--subject", &id], &[2, 5]),
        (&["--subject", gov], &[3]),
        (&["--subject", "0000000000000001"], &[]),
        (&["--since", "1h"], &[1, 2, 3, 4, 5]),
        (&["--until", "1h"], &[]),
        (&["--since", "2020-01-01T00:00Z"], &[1, 2, 3, 4, 5]),
        (&["--until", "2020-01-01T00:00Z"], &[]),
        (&["--since", "2990-01-01T00:00Z"], &[]),
        (&["--until", "2990-01-01T00:00Z"], &[1, 2, 3, 4, 5]),
        // From a moment on, and before it.
        (&["--since", first, "-n", "9"], &[1, 2, 3, 4, 5]),
        (&["--until", first], &[]),
        (&["-n", "2"], &[4, 5]),
        (&["-n", "0"], &[]),
        (&["-n", "99"], &[1, 2, 3, 4, 5]),
        (&["--verb", "secret", "-n", "1"], &[5]),
        (&["--verb", "secret", "--subject", gov], &[]),
    ] {
        let found: Vec<_> =
            entries(&home, filter).iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        assert_eq!(found, wanted, "{filter:?}");
        let rows = home.run(&[&["audit", "log", "-o", "tsv"], filter].concat()).expect(0).stdout;
        assert_eq!(rows.lines().count(), wanted.len(), "{filter:?}");
    }
    for filter in [
        ["--since", "yesterday"],
        ["--since", "-1h"],
        ["--until", ""],
        ["--subject", "gov"],
        ["-n", "-1"],
    ] {
        home.run(&[&["audit", "log"], &filter[..]].concat()).expect(2);
    }
}

#[test]
fn a_verb_that_the_log_does_not_have_is_told_with_those_that_it_has() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    home.run(&["secret", "show", &id, "--reveal"]).expect(0);
    for wrong in ["secret show", "no-such-verb"] {
        let none = home.run(&["audit", "log", "--verb", wrong]).expect(0);
        none.says("no entries; verbs of this log: migrate run, secret reveal");
    }
    home.run(&["audit", "log", "--until", "1h"]).expect(0).says("no entries\n");
    // The help's own example finds what it names.
    let help = home.run(&["audit", "log", "--help"]).expect(0).stdout;
    assert!(help.contains("`secret reveal`"), "{help}");
    assert_eq!(entries(&home, &["--verb", "secret reveal"]).len(), 1);
}

#[test]
fn an_entry_has_these_members() {
    let home = Home::with_contexts();
    home.run(&["context", "remove", "gov"]).expect(0);
    let log = home.json(&["audit", "log", "-n", "1"]);
    let keys =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(log["schema"], 1);
    assert_eq!(keys(&log), "entries schema");
    let entry = &log["entries"][0];
    assert_eq!(keys(entry), "actor generation seq subjects time verb");
    assert_eq!(keys(&entry["actor"]), "parent pid uid");
    assert_eq!(keys(&entry["subjects"][0]), "id what");
    assert_eq!(entry["generation"], home.json(&["verify"])["generation"]);
    let time = entry["time"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
    let empty = home.json(&["audit", "log", "-n", "0"]);
    assert_eq!(empty, json!({ "schema": 1, "entries": [] }));
    assert_eq!(home.json(&["audit", "verify"]), json!({ "schema": 1, "ok": true, "entries": 2 }));
    let said = home.run(&["audit", "verify"]).expect(0).stdout;
    assert_eq!(said, "intact: 2 entries\n");
}
