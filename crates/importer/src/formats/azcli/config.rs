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
    for line in lines(text) {
        match line {
            Line::Setting { section, name, value } => {
                if section.eq_ignore_ascii_case("cloud") && name == "name" {
                    found.azcli.active_cloud = Some(value.to_owned());
                }
            }
            Line::Strange { number } => strange(number, found),
        }
    }
    for place in places_of_secrets(text) {
        found.warn(place, "a secret in clear, which azvault does not move: remove it");
    }
}

/// Where in `config` secrets lie: `[section] name`.
pub(crate) fn places_of_secrets(text: &str) -> Vec<String> {
    let place = |line| match line {
        Line::Setting { section, name, value } if !value.is_empty() => {
            let (section, name) = SECRETS.iter().find(|(known_section, known_name)| {
                section.eq_ignore_ascii_case(known_section) && name == *known_name
            })?;
            Some(format!("[{section}] {name}"))
        }
        _ => None,
    };
    lines(text).filter_map(place).collect()
}

/// Reads the default subscription of each cloud, and the clouds that somebody defined.
pub fn read_clouds(text: &str, found: &mut Found) {
    let mut custom: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for line in lines(text) {
        match line {
            Line::Setting { section, name, value } if name == "subscription" => {
                let entry = (section.to_owned(), value.to_owned());
                found.azcli.cloud_subscriptions.push(entry);
            }
            Line::Setting { section, name, value } => {
                custom.entry(section).or_default().insert(name, value.to_owned());
            }
            Line::Strange { number } => strange(number, found),
        }
    }
    for (name, settings) in custom {
        found.profile.environments.push(Environment { name: name.to_owned(), settings });
    }
}

fn strange(number: usize, found: &mut Found) {
    found.warn(format!("line {number}"), "neither a section, a setting nor a comment: left out");
}

enum Line<'a> {
    /// `name = value` below `[section]`; the name in lower case.
    Setting { section: &'a str, name: String, value: &'a str },
    /// Something that Python's configparser would refuse, counted from one.
    Strange { number: usize },
}

/// `[section]`, `name = value` or `name: value`, comments with `#` and `;`, as Python's
/// configparser reads them. A line that is indented deeper than the setting above goes on with its
/// value; no setting that is read here has a second line.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut section = None;
    let mut setting_indent = None;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            return None;
        }
        if setting_indent.is_some_and(|setting_indent| indent > setting_indent) {
            return None;
        }
        let number = at + 1;
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            (section, setting_indent) = (Some(name), None);
            return None;
        }
        let (Some(section), Some((name, value))) = (section, line.split_once(['=', ':'])) else {
            return Some(Line::Strange { number });
        };
        setting_indent = Some(indent);
        Some(Line::Setting { section, name: name.trim().to_lowercase(), value: value.trim() })
    })
}

#[cfg(test)]
mod tests {
    use super::{places_of_secrets, read_clouds, read_config};
    use crate::{Format, Found, Outcome, Product};

    fn found(read: fn(&str, &mut Found), text: &str) -> Found {
        let mut found = Found::new(Format::AzcliConfig, Product::AzureCli);
        read(text, &mut found);
        found
    }

    #[test]
    fn the_active_cloud_is_read_as_configparser_reads_it() {
        for (text, cloud) in [
            ("[cloud]\nname = AzureChinaCloud\n", Some("AzureChinaCloud")),
            ("[cloud]\r\nNAME: AzureChinaCloud\r\n", Some("AzureChinaCloud")),
            ("  [cloud]\n  name=a=b\n", Some("a=b")),
            ("[cloud]\n# name = x\n; name = y\n", None),
            ("[core]\nname = x\n", None),
            ("[core]\noutput = a\n  [cloud]\n  name = x\n", None),
            ("[cloud]\nname = 100%(there)s\n", Some("100%(there)s")),
            ("", None),
        ] {
            assert_eq!(found(read_config, text).azcli.active_cloud.as_deref(), cloud, "{text:?}");
        }
    }

    #[test]
    fn secrets_are_named_by_their_place_and_never_by_value() {
        let text = "[Storage]\nKEY = c2VjcmV0\nsas_token =\n[batch]\naccess_key: s3cret\n\
                    [appconfig]\nconnection_string = Endpoint=x;Secret=s3cret\n[x]\nkey = s3cret\n";
        let places = ["[storage] key", "[batch] access_key", "[appconfig] connection_string"];
        assert_eq!(places_of_secrets(text), places);
        let found = found(read_config, text);
        assert_eq!(found.outcome, Outcome::Warn);
        assert_eq!(found.notes.iter().map(|n| n.place.as_str()).collect::<Vec<_>>(), places);
        assert!(found.profile.secrets.is_empty());
        assert!(!format!("{:?}", found.notes).contains("s3cret"));
    }

    #[test]
    fn clouds_have_a_default_subscription_and_settings_of_their_own() {
        let text = "[AzureCloud]\nsubscription = one\n[Hub]\nsubscription = two\n\
                    Endpoint_Active_Directory = https://adfs.local.example/adfs\n\
                    suffix_keyvault_dns = .vault.local.example\nprofile = 2019-03-01-hybrid\n";
        let found = found(read_clouds, text);
        let subscriptions = &found.azcli.cloud_subscriptions;
        let wanted = [("AzureCloud", "one"), ("Hub", "two")];
        assert!(subscriptions.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(wanted));
        let [hub] = &found.profile.environments[..] else { panic!("one cloud of their own") };
        assert_eq!(hub.name, "Hub");
        assert!(hub.signs_in_at("adfs.local.example"));
        assert_eq!(hub.settings.len(), 3);
        assert_eq!(found.outcome, Outcome::Accept);
    }

    #[test]
    fn what_is_no_ini_is_said_by_its_line() {
        for (text, place) in
            [("name = x\n", "line 1"), ("[cloud]\nname\n", "line 2"), ("[clo", "line 1")]
        {
            for read in [read_config, read_clouds] {
                let found = found(read, text);
                assert_eq!((found.outcome, found.notes[0].place.as_str()), (Outcome::Warn, place));
            }
        }
    }
}
