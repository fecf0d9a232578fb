//! Each member of each entry of a good file, given each wrong type in turn: what else the file holds is
//! imported all the same, the file is not accepted as whole, the place is named, and the odd value
//! itself is in what is kept.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod documents;

use std::collections::BTreeSet;

use azvault_importer::{Found, Outcome, Reading};
use azvault_model::{HeldSecret, Profile};
use documents::{Document, documents};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// A text, a number and a name that stand nowhere else.
const ODD_TEXT: &str = "odd-value-4711";
const ODD_NUMBER: i64 = 47_114_711;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Null,
    Number,
    Boolean,
    Text,
    Array,
    Object,
    Gone,
}

const WRONG: [Wrong; 7] = [
    Wrong::Null,
    Wrong::Number,
    Wrong::Boolean,
    Wrong::Text,
    Wrong::Array,
    Wrong::Object,
    Wrong::Gone,
];

fn value(wrong: Wrong) -> Option<Value> {
    Some(match wrong {
        Wrong::Null => Value::Null,
        Wrong::Number => json!(ODD_NUMBER),
        Wrong::Boolean => json!(true),
        Wrong::Text => json!(ODD_TEXT),
        Wrong::Array => json!([ODD_TEXT, [ODD_NUMBER]]),
        Wrong::Object => json!({"odd": ODD_TEXT}),
        Wrong::Gone => return None,
    })
}

fn is_of_type(value: &Value, wrong: Wrong) -> bool {
    match wrong {
        Wrong::Null => value.is_null(),
        Wrong::Number => value.is_number(),
        Wrong::Boolean => value.is_boolean(),
        Wrong::Text => value.is_string(),
        Wrong::Array => value.is_array(),
        Wrong::Object => value.is_object(),
        Wrong::Gone => false,
    }
}

fn read(name: &str, bytes: &[u8]) -> Found {
    azvault_importer::read(bytes, &Reading { file_name: name, time_zone: &TimeZone::UTC })
}

/// Every pointer of a document, its root left out.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        all.push(pointer.clone());
        pointers(child, pointer, all);
    }
}

fn with(document: &Value, pointer: &str, wrong: Wrong) -> Value {
    let mut changed = document.clone();
    match value(wrong) {
        Some(value) => *changed.pointer_mut(pointer).unwrap() = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let name = name.replace("~1", "/").replace("~0", "~");
            match changed.pointer_mut(parent).unwrap() {
                Value::Object(members) => drop(members.remove(&name)),
                Value::Array(items) => drop(items.remove(name.parse().unwrap())),
                _ => unreachable!("only these have children"),
            }
        }
    }
    changed
}

fn values(secrets: &[HeldSecret]) -> BTreeSet<Vec<u8>> {
    // EXPOSE: compared with what the document holds.
    secrets.iter().map(|held| held.value.expose().to_vec()).collect()
}

/// Everything that an import takes from a file, in one text.
fn all_text(profile: &Profile) -> String {
    let mut text = profile.kept.as_json().to_owned();
    for context in &profile.contexts {
        text += context.kept.as_json();
        text += context.name.as_str();
        text += &format!("{:?}{:?}", context.account, context.tenant);
        text += &format!("{:?}{:?}", context.subscription, context.environment);
        text += &format!("{:?}{:?}", context.version_profile, context.extended_properties);
    }
    text += &format!("{:?}{:?}", profile.accounts, profile.environments);
    for held in &profile.secrets {
        text += &format!("{:?}", held.description);
        // EXPOSE: searched for a made-up value.
        text += str::from_utf8(held.value.expose()).unwrap_or_default();
    }
    text
}

/// Secrets of the document that do not stand at or below the pointer.
fn others(document: &Document, pointer: &str) -> BTreeSet<Vec<u8>> {
    let whole = read(document.name, document.json.to_string().as_bytes());
    let mut rest = document.json.clone();
    *rest.pointer_mut(pointer).unwrap() = Value::Null;
    let rest = rest.to_string();
    let stands = |value: &Vec<u8>| {
        let text = serde_json::to_string(std::str::from_utf8(value).unwrap()).unwrap();
        // Texts inside texts are escaped once more.
        let inner = text.trim_matches('"');
        rest.contains(inner) || rest.contains(inner.replace('\\', "\\\\").as_str())
    };
    values(&whole.profile.secrets).into_iter().filter(stands).collect()
}

#[test]
fn each_member_of_each_wrong_type_costs_that_member_alone() {
    let (mut cases, mut failed) = (0, Vec::new());
    for document in documents() {
        let good = read(document.name, document.json.to_string().as_bytes());
        assert_eq!(good.outcome, Outcome::Accept, "{}: {:?}", document.name, good.notes);
        let mut all = Vec::new();
        pointers(&document.json, String::new(), &mut all);
        for pointer in all {
            let others = others(&document, &pointer);
            let written = document.json.pointer(&pointer).unwrap();
            for wrong in WRONG.into_iter().filter(|wrong| !is_of_type(written, *wrong)) {
                cases += 1;
                let text = with(&document.json, &pointer, wrong).to_string();
                let found = read(document.name, text.as_bytes());
                for fault in faults(&document, &pointer, wrong, &found, &others) {
                    failed.push(format!("{} {pointer} {wrong:?}: {fault}", document.name));
                }
            }
        }
    }
    assert!(cases > 1000, "{cases}");
    assert!(failed.is_empty(), "{} of {cases}:\n{}", failed.len(), failed.join("\n"));
}

fn faults(
    document: &Document,
    pointer: &str,
    wrong: Wrong,
    found: &Found,
    others: &BTreeSet<Vec<u8>>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let lost = others.difference(&values(&found.profile.secrets)).count();
    if lost > 0 {
        faults.push(format!("{lost} other secrets are lost: {:?}", found.notes));
    }
    if matches!(wrong, Wrong::Null | Wrong::Gone) {
        return faults;
    }
    // What no text can be made of is kept as it stands.
    let is_kept = matches!(wrong, Wrong::Array | Wrong::Object);
    if is_kept && !all_text(&found.profile).contains(ODD_TEXT) {
        faults.push(format!("the odd value is nowhere: {:?}", found.notes));
    }
    let is_scalar = matches!(wrong, Wrong::Text | Wrong::Number | Wrong::Boolean);
    if document.takes_anything(pointer) || (is_scalar && document.takes_scalars(pointer)) {
        return faults;
    }
    if found.outcome == Outcome::Accept {
        faults.push("accepted".to_owned());
    }
    // By its own place, that of the entry that it stands in, or one within it.
    let named = |place: &str| {
        !place.is_empty() && (pointer.starts_with(place) || place.starts_with(pointer))
    };
    if !found.notes.iter().any(|note| named(&note.place)) {
        faults.push(format!("not named: {:?}", found.notes));
    }
    faults
}
