//! `config` and `clouds.config` of Azure CLI (knack `config.py`, azure-cli-core `cloud.py`): INI.
//!
//! `config` may hold keys of other services in clear. They are named and left where they are. It
//! is read line by line, because an INI library would copy those keys into memory that nobody
//! wipes.

use std::collections::BTreeMap;

use azvault_contexts::Environment;

use crate::Found;

/// Options that hold a secret (validators of the storage, batch and appconfig modules).
const SECRETS: [(&str, &str); 5] = [
    ("storage", "key"),
    ("storage", "connection_string"),
    ("storage", "sas_token"),
    ("batch", "access_key"),
    ("appconfig", "connection_string"),
];

/// Reads the active cloud, and names the secrets that lie here.
pub fn read_config(text: &str, found: &mut Found) {
    for Option { section, name, value } in options(text) {
        if section.eq_ignore_ascii_case("cloud") && name.eq_ignore_ascii_case("name") {
            found.azcli.active_cloud = Some(value.to_owned());
        }
        let secret = SECRETS.iter().any(|(known_section, known_name)| {
            section.eq_ignore_ascii_case(known_section) && name.eq_ignore_ascii_case(known_name)
        });
        if secret && !value.is_empty() {
            let place = format!("[{section}] {name}");
            found.warn(place, "a secret in clear, which azvault does not move: remove it");
        }
    }
}

/// Reads the default subscription of each cloud, and the clouds that somebody defined.
pub fn read_clouds(text: &str, found: &mut Found) {
    let mut custom: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for Option { section, name, value } in options(text) {
        if name == "subscription" {
            let entry = (section.to_owned(), value.to_owned());
            found.azcli.cloud_subscriptions.push(entry);
        } else {
            custom.entry(section).or_default().insert(name.to_owned(), value.to_owned());
        }
    }
    for (name, settings) in custom {
        found.profile.environments.push(Environment { name: name.to_owned(), settings });
    }
}

struct Option<'a> {
    section: &'a str,
    name: &'a str,
    value: &'a str,
}

/// `[section]`, `name = value`, comments with `#` and `;`.
fn options(text: &str) -> impl Iterator<Item = Option<'_>> {
    let mut section = "";
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.trim();
            return None;
        }
        if line.starts_with(['#', ';']) {
            return None;
        }
        let (name, value) = line.split_once(['=', ':'])?;
        Some(Option { section, name: name.trim(), value: value.trim() })
    })
}
