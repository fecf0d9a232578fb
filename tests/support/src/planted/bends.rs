//! What happens to files: their structure, and the clothes of their text.

use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Content, Planted, password, secret};

/// What happens to the structure of a file.
#[derive(Debug, Clone)]
pub enum Bend {
    /// The value at this leaf stands in an object or an array.
    Wrap(usize, Around),
    /// The value at this leaf becomes a number, if it holds no secret.
    Number(usize),
    /// An unknown member with a secret stands in this object, or on a line of its own.
    Add(usize, &'static str, String),
    /// The same, as a member of a document that is written in another way.
    AddWritten(usize, Written, String),
    /// This member has an unknown name.
    Rename(usize),
}

/// What a value is wrapped in.
#[derive(Debug, Clone, Copy)]
pub enum Around {
    Object,
    Array,
}

/// How a document stands in another one.
#[derive(Debug, Clone, Copy)]
pub enum Written {
    Json,
    Base64,
    Hex,
    Utf16,
}

pub fn bend() -> impl Strategy<Value = Bend> {
    let around = prop_oneof![Just(Around::Object), Just(Around::Array)];
    let written = prop_oneof![
        Just(Written::Json),
        Just(Written::Base64),
        Just(Written::Hex),
        Just(Written::Utf16)
    ];
    prop_oneof![
        (any::<usize>(), around).prop_map(|(at, around)| Bend::Wrap(at, around)),
        any::<usize>().prop_map(Bend::Number),
        (any::<usize>(), secret()).prop_map(|(at, value)| Bend::Add(at, "Zusatz", value)),
        (any::<usize>(), password()).prop_map(|(at, value)| Bend::Add(
            at,
            "backup_password",
            value
        )),
        (any::<usize>(), written, secret())
            .prop_map(|(at, written, value)| Bend::AddWritten(at, written, value)),
        any::<usize>().prop_map(Bend::Rename),
    ]
}

impl Bend {
    pub fn apply(&self, planted: &mut Planted) {
        let Planted { content, secrets, .. } = planted;
        match content {
            Content::Json(document) => self.apply_to_json(document, secrets),
            Content::Ini(text) => self.apply_to_lines(text, secrets),
        }
    }

    fn apply_to_lines(&self, text: &mut String, secrets: &mut Vec<String>) {
        match self {
            Self::Add(at, name, value) => {
                text.push_str(&format!("{name}{} = {value}\n", at % 9));
                secrets.push(value.clone());
            }
            Self::AddWritten(_, written, value) => {
                text.push_str(&format!("# was: {}\n", written.document_with(value)));
                secrets.push(value.clone());
            }
            Self::Rename(_) => *text = text.replace('\n', "\r\n"),
            Self::Number(_) => *text = text.replace(" = ", ": "),
            Self::Wrap(..) => text.push_str("; the end\n"),
        }
    }

    fn apply_to_json(&self, content: &mut Value, secrets: &mut Vec<String>) {
        let count = count_objects(content);
        let mut add = |at: &usize, name: &str, text: String, secret: &String| {
            let mut number = at % count.max(1);
            objects(content, &mut number, &mut |map| {
                let number = map.len();
                map.insert(format!("{name}{number}"), json!(text));
            });
            secrets.push(secret.clone());
        };
        match self {
            Self::Wrap(at, around) => {
                let mut all = Vec::new();
                leaves(content, &mut all);
                let number = all.len();
                let leaf = &mut all[at % number];
                let inner = leaf.take();
                **leaf = match around {
                    Around::Array => json!([inner]),
                    Around::Object => json!({ "value": inner }),
                };
            }
            Self::Number(at) => {
                let mut all = Vec::new();
                leaves(content, &mut all);
                let number = all.len();
                let leaf = &mut all[at % number];
                let text = leaf.as_str().unwrap_or_default().to_owned();
                // A long text may hold one that is encoded.
                let is_secret =
                    text.len() > 60 || secrets.iter().any(|secret| text.contains(secret));
                if !is_secret {
                    **leaf = json!(17);
                }
            }
            Self::Add(at, name, value) if count > 0 => add(at, name, value.clone(), value),
            Self::AddWritten(at, written, value) if count > 0 => {
                add(at, "Nested", written.document_with(value), value);
            }
            Self::Rename(at) if count > 0 => {
                let mut number = at % count;
                objects(content, &mut number, &mut |map| {
                    // A password without its name is a word like another: that is not promised.
                    let tells = |value: &Value| value.as_str().is_none_or(|text| text.len() > 40);
                    let first =
                        map.iter().find(|(_, value)| tells(value)).map(|(name, _)| name.clone());
                    if let Some(name) = first
                        && let Some(value) = map.remove(&name)
                    {
                        map.insert(format!("{name}2"), value);
                    }
                });
            }
            Self::Add(..) | Self::AddWritten(..) | Self::Rename(_) => {}
        }
    }
}

impl Written {
    fn document_with(self, secret: &str) -> String {
        let document = json!({"kind": "old", "client_secret": secret}).to_string();
        match self {
            Self::Json => document,
            Self::Base64 => BASE64.encode(document.as_bytes()),
            Self::Hex => HEXLOWER.encode(document.as_bytes()),
            Self::Utf16 => {
                let bytes: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
                BASE64.encode(&bytes)
            }
        }
    }
}

fn leaves<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| leaves(value, found)),
        Value::Array(list) => list.iter_mut().for_each(|value| leaves(value, found)),
        leaf => found.push(leaf),
    }
}

fn objects<'v>(
    value: &'v mut Value,
    at: &mut usize,
    change: &mut dyn FnMut(&mut serde_json::Map<String, Value>),
) {
    match value {
        Value::Object(map) => {
            if *at == 0 {
                change(map);
            }
            *at = at.wrapping_sub(1);
            map.values_mut().for_each(|value| objects(value, at, change));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| objects(value, at, change)),
        _ => {}
    }
}

fn count_objects(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(count_objects).sum::<usize>(),
        Value::Array(list) => list.iter().map(count_objects).sum(),
        _ => 0,
    }
}

/// The bytes of a file, in these clothes.
pub fn bytes_of(planted: &Planted, clothes: u8) -> Vec<u8> {
    let text = match &planted.content {
        Content::Json(document) => document.to_string(),
        Content::Ini(text) => text.clone(),
    };
    let spaced = text.replace("\"CacheData\":\"ey", "\"CacheData\":\"e\\r\\n y");
    match clothes {
        0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        1 => [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat(),
        2 => [text.as_bytes(), &[0; 9]].concat(),
        3 => spaced.into_bytes(),
        4 => format!("junk {text}").into_bytes(),
        // The end of a document is no part of a secret; that of lines is.
        5 if matches!(planted.content, Content::Json(_)) => {
            text.as_bytes()[..text.len() - 2].to_vec()
        }
        _ => text.into_bytes(),
    }
}
