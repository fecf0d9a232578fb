//! What Azure PowerShell's article on context objects promises, sentence by sentence, and what
//! azvault promises beside.
//!
//! The contexts are those of [`Home::with_contexts`]. A session is this test program's where one
//! is enough, and a shell's where the claim is about shells.

mod autosave;
mod changing;
mod choices;
mod credentials;
mod jobs;
mod one_command;
mod scopes;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use azvault_test_support::{Home, Session, all_bytes};

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
