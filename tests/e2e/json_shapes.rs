//! docs/json.schema.json accepts every document and names each of its members; docs/json.md says the same
//! for people. Regenerated with `AZVAULT_UPDATE_DOCS=1`: what the page allowed before stays allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use azvault_test_support::root;
use serde_json::{Map, Value, json};

/// Fails unless the page and the schema say what these documents are, by verb.
pub(crate) fn hold(documents: &BTreeMap<String, Vec<Value>>) {
    let (schema, page) = (root().join("docs/json.schema.json"), root().join("docs/json.md"));
    let written = fs::read(&schema).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let written: Value = written.unwrap_or_default();
    let mut defs = written["$defs"].as_object().cloned().unwrap_or_default();
    for (verb, documents) in documents {
        let mut shape = defs.remove(verb);
        for document in documents {
            let own = of(document, "");
            shape = Some(shape.map_or_else(|| own.clone(), |known| both(&known, &own)));
        }
        defs.insert(verb.clone(), shape.unwrap_or_default());
    }
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The documents of azvault -o json, by command",
        "$defs": defs,
    });
    let text = fs::read_to_string(&page).unwrap();
    let head = text.split("\n## Documents\n").next().unwrap();
    let expected = format!("{head}\n## Documents\n{}", told(&defs));
    if std::env::var_os("AZVAULT_UPDATE_DOCS").is_some() {
        fs::write(&schema, serde_json::to_string_pretty(&whole).unwrap() + "\n").unwrap();
        fs::write(&page, &expected).unwrap();
        return;
    }
    for (verb, shape) in &defs {
        assert_eq!(shape, &written["$defs"][verb], "docs/json.schema.json is old: {verb}");
    }
    assert!(text == expected, "docs/json.md is not what the schema says: regenerate it");
}

/// Objects whose members are names that people chose.
const OPEN: [&str; 2] = ["account_properties", "extended_properties"];

/// What a value is.
fn of(value: &Value, name: &str) -> Value {
    match value {
        Value::Null => json!({"type": "null"}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(items) => {
            let shapes = items.iter().map(|item| of(item, ""));
            let items = shapes.reduce(|one, other| both(&one, &other));
            items.map_or_else(|| json!({"type": "array"}), |i| json!({"type": "array", "items": i}))
        }
        Value::Object(_) if OPEN.contains(&name) => {
            json!({"type": "object", "additionalProperties": {"type": "string"}})
        }
        Value::Object(members) => {
            let shapes: Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), of(value, name))).collect();
            let required: Vec<&String> = members.keys().collect();
            json!({"type": "object", "properties": shapes, "required": required})
        }
    }
}

/// What is either of two.
fn both(one: &Value, other: &Value) -> Value {
    let mut all = Map::new();
    let types: BTreeSet<String> = types(one).into_iter().chain(types(other)).collect();
    let types: Vec<String> = types.into_iter().collect();
    all.insert("type".into(), if let [only] = &*types { json!(only) } else { json!(types) });
    for part in ["items", "additionalProperties"] {
        match (one.get(part), other.get(part)) {
            (Some(one), Some(other)) => all.insert(part.into(), both(one, other)),
            (Some(own), None) | (None, Some(own)) => all.insert(part.into(), own.clone()),
            (None, None) => None,
        };
    }
    if let (Some(one), Some(other)) = (members(one), members(other)) {
        let mut shapes = one.clone();
        for (name, own) in other {
            let known = shapes.get(name).map(|known| both(known, own));
            shapes.insert(name.clone(), known.unwrap_or_else(|| own.clone()));
        }
        all.insert("properties".into(), Value::Object(shapes));
    } else if let Some(only) = members(one).or_else(|| members(other)) {
        all.insert("properties".into(), Value::Object(only.clone()));
    }
    let required = match (required(one), required(other)) {
        (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
        (one, other) => one.or(other),
    };
    if let Some(required) = required {
        all.insert("required".into(), json!(required));
    }
    Value::Object(all)
}

fn types(shape: &Value) -> Vec<String> {
    match &shape["type"] {
        Value::String(only) => vec![only.clone()],
        several => several
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|t| t.as_str())
            .map(str::to_owned)
            .collect(),
    }
}

fn members(shape: &Value) -> Option<&Map<String, Value>> {
    shape.get("properties")?.as_object()
}

fn required(shape: &Value) -> Option<BTreeSet<String>> {
    let names = shape.get("required")?.as_array()?.iter();
    Some(names.filter_map(|name| name.as_str()).map(str::to_owned).collect())
}

/// A section for each verb: its members, each with where it stands and what it is.
fn told(defs: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (verb, shape) in defs {
        write!(text, "\n### azvault {verb}\n\n```text\n").unwrap();
        let mut rows = Vec::new();
        tell(shape, "", &mut rows);
        let width = rows.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
        for (place, what) in rows {
            writeln!(text, "{place:width$}  {what}").unwrap();
        }
        text.push_str("```\n");
    }
    text
}

fn tell(shape: &Value, place: &str, rows: &mut Vec<(String, String)>) {
    let needed = required(shape).unwrap_or_default();
    for (name, own) in members(shape).into_iter().flatten() {
        let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        let mut what = types(own).join(" or ");
        if !needed.contains(name) {
            what.push_str(", may be absent");
        }
        rows.push((place.clone(), what));
        tell(own, &place, rows);
        if let Some(items) = own.get("items") {
            let place = format!("{place}[]");
            if members(items).is_none() {
                rows.push((place.clone(), types(items).join(" or ")));
            }
            tell(items, &place, rows);
        }
    }
}
