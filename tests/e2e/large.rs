//! Large files: memory and work grow no faster than they do.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::measured::{calls, most_memory};
use azvault_test_support::{Home, fixture};

const CONTEXTS: &str = "real-az/eras/2.8.0/home/.Azure/AzureRmContext.json";

/// A file of that many service principals with a secret each, every one as Az.Accounts 2.8.0 wrote one.
fn principals(home: &Home, number: usize) -> PathBuf {
    let text = fs::read_to_string(fixture(CONTEXTS)).unwrap();
    let written: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let all = written["Contexts"].as_object().unwrap();
    let secret = "/Account/ExtendedProperties/ServicePrincipalSecret";
    let one = all.values().find(|context| context.pointer(secret).is_some()).unwrap();
    let mut text = String::from("{\"DefaultContextKey\":\"context 0\",\"Contexts\":{");
    for number in 0..number {
        let mut one = one.clone();
        one["Account"]["Id"] = json!(format!("a{number:07}-0000-4000-8000-000000000001"));
        one["Subscription"]["Id"] = json!(format!("5b{number:06}-0000-4000-8000-000000000001"));
        *one.pointer_mut(secret).unwrap() = json!(format!("not-a-real-secret-{number:08}"));
        let comma = if number == 0 { "" } else { "," };
        write!(text, "{comma}\"context {number}\": {one:#}").unwrap();
    }
    text.push_str("}}");
    let file = home.join("contexts.json");
    fs::write(&file, text).unwrap();
    file
}

/// A file of that many service principals with nothing beyond name, tenant and secret.
fn lean(home: &Home, number: usize) -> PathBuf {
    let one = |number: usize| {
        let id = format!("{number:07}-0000-4000-8000-000000000001");
        let context = json!({
            "Account": {"Id": format!("a{id}"), "Type": "ServicePrincipal",
                "ExtendedProperties": {
                    "ServicePrincipalSecret": format!("not-a-real-secret-{number:08}")}},
            "Tenant": {"Id": "72f00000-0000-4000-8000-000000000001"},
            "Subscription": {"Id": format!("5{id}"), "Name": format!("Subscription {number}"),
                "State": "Enabled"},
            "Environment": {"Name": "AzureCloud"},
        });
        format!("\"context {number}\":{context}")
    };
    let contexts: Vec<String> = (0..number).map(one).collect();
    let file = home.join("contexts.json");
    let contexts = contexts.join(",");
    let text = format!("{{\"DefaultContextKey\":\"context 0\",\"Contexts\":{{{contexts}}}}}");
    fs::write(&file, text).unwrap();
    file
}

/// Four times the file and 64 MiB, in KiB: what a run may need.
fn allowed(file: &PathBuf) -> u64 {
    fs::metadata(file).unwrap().len() * 4 / 1024 + 64 * 1024
}

#[test]
fn a_large_file_is_imported_in_memory_of_its_size() {
    let home = Home::with_vault();
    let file = principals(&home, 4000);
    let run = ["migrate", "run", "--yes", "--from", file.to_str().unwrap(), "-o", "json"];
    let (memory, answer) = most_memory(&home, 0, &run);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["secrets"], 4000, "{answer}");
    assert!(memory <= allowed(&file), "{memory} KiB, allowed are {}", allowed(&file));
}

#[test]
fn the_proof_of_a_large_file_takes_memory_of_its_size() {
    let home = Home::with_vault();
    let file = principals(&home, 8000);
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    let (memory, answer) = most_memory(&home, 0, &["migrate", "verify", "-o", "json"]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((&answer["equal"], &answer["secrets"]), (&json!(true), &json!(8000)), "{answer}");
    assert!(memory <= allowed(&file), "{memory} KiB, allowed are {}", allowed(&file));
}

#[test]
fn what_is_lean_is_imported_and_proven_in_memory_of_its_size_too() {
    let home = Home::with_vault();
    let file = lean(&home, 30_000);
    let run = ["migrate", "run", "--yes", "--from", file.to_str().unwrap(), "-o", "json"];
    for verb in [&run[..], &["migrate", "verify", "-o", "json"]] {
        let (memory, answer) = most_memory(&home, 0, verb);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["secrets"], 30_000, "{answer}");
        let allowed = allowed(&file);
        assert!(memory <= allowed, "{verb:?}: {memory} KiB, allowed are {allowed}");
    }
}

#[test]
fn an_import_writes_no_more_often_than_its_file_grows() {
    let number = |principals_of_it: usize| {
        let home = Home::with_vault();
        let file = principals(&home, principals_of_it);
        let run = ["migrate", "run", "--yes", "--from", file.to_str().unwrap()];
        calls(&home, "write,pwrite64", &run).len()
    };
    // Both are larger than what the database keeps in memory.
    let (small, large) = (number(1000), number(4000));
    assert!(large * 10 <= small * 4 * 11, "{small} writes for 1,000, {large} for 4,000");
}
