//! `config` and `clouds.config` of Azure CLI (knack `config.py`, azure-cli-core `cloud.py`): INI.
//!
//! `config` may hold keys of other services unencrypted. They are named and left where they are. It
//! is read line by line, because an INI library would copy those keys into memory that nobody
//! wipes.

use std::collections::{BTreeMap, HashSet};

use azvault_model::Environment;

use crate::Found;
use crate::reported::azure_cli::name_setting;

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
    for line in read_lines(text, found) {
        let is_active = line.section.eq_ignore_ascii_case("cloud") && line.name == "name";
        if is_active && let Some(value) = line.one_line(found) {
            found.azcli.active_cloud = Some(value.into());
        }
    }
    for (section, name) in secrets(text) {
        name_setting(section, name, found);
    }
}

/// The options of `config` that hold secrets: section and name.
fn secrets(text: &str) -> Vec<(&'static str, &'static str)> {
    let (settings, _) = lines(text);
    let known = |setting: &Setting<'_>| {
        let known = SECRETS.into_iter().find(|(section, name)| {
            setting.section.eq_ignore_ascii_case(section) && setting.name == *name
        })?;
        let is_empty = setting.value.is_empty() && setting.continued.is_none();
        (!is_empty).then_some(known)
    };
    settings.iter().filter_map(known).collect()
}

/// Reads the default subscription of each cloud, and the clouds that someone defined.
pub fn read_clouds(text: &str, found: &mut Found) {
    let mut custom: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for setting in read_lines(text, found) {
        let Some(value) = setting.one_line(found) else { continue };
        if setting.name == "subscription" {
            let known = &mut found.azcli.cloud_subscriptions;
            known.retain(|(cloud, _)| cloud != setting.section);
            known.push((setting.section.to_owned(), value.to_owned()));
        } else {
            custom.entry(setting.section).or_default().insert(setting.name, value.to_owned());
        }
    }
    for (name, settings) in custom {
        found.profile.environments.push(Environment { name: name.to_owned(), settings });
    }
}

/// The settings, with a word on each line that is none and on each setting that stands again:
/// Azure CLI refuses a file with one, and any other reader takes the last.
fn read_lines<'a>(text: &'a str, found: &mut Found) -> Vec<Setting<'a>> {
    let (settings, strange) = lines(text);
    for number in strange {
        found
            .miss(format!("line {number}"), "neither a section, a setting nor a comment: left out");
    }
    let mut seen = HashSet::new();
    for setting in &settings {
        if !seen.insert((setting.section, setting.name.as_str())) {
            let place = format!("line {}", setting.number);
            found.warn(place, "a setting that stands in its section before: the last one counts");
        }
    }
    settings
}

/// `name = value` below `[section]`; the name in lower case.
struct Setting<'a> {
    section: &'a str,
    name: String,
    value: &'a str,
    /// Its line, counted from one.
    number: usize,
    /// The first line that continues its value.
    continued: Option<usize>,
}

impl<'a> Setting<'a> {
    /// Its value if that is one line, as in every setting that is read here. One of several lines
    /// is named: nothing of it is taken for the whole.
    fn one_line(&self, found: &mut Found) -> Option<&'a str> {
        match self.continued {
            None => Some(self.value),
            Some(number) => {
                let text = "continues the value above, where one line is expected: not imported";
                found.miss(format!("line {number}"), text);
                None
            }
        }
    }
}

/// `[section]`, `name = value` or `name: value`, comments with `#` and `;`, as Python's
/// configparser reads them, and the lines that it would refuse. A line that is indented deeper than
/// the setting above continues its value.
fn lines(text: &str) -> (Vec<Setting<'_>>, Vec<usize>) {
    let (mut settings, mut strange) = (Vec::<Setting<'_>>::new(), Vec::new());
    let mut section = None;
    let mut setting_indent = None;
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if setting_indent.is_some_and(|setting_indent| indent > setting_indent) {
            if let Some(setting) = settings.last_mut() {
                setting.continued.get_or_insert(number);
            }
            continue;
        }
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            (section, setting_indent) = (Some(name), None);
            continue;
        }
        let (Some(section), Some((name, value))) = (section, line.split_once(['=', ':'])) else {
            strange.push(number);
            continue;
        };
        setting_indent = Some(indent);
        let (name, value) = (name.trim().to_lowercase(), value.trim());
        settings.push(Setting { section, name, value, number, continued: None });
    }
    (settings, strange)
}

#[cfg(test)]
mod tests {
    use super::{read_clouds, read_config};
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
            ("[cloud]\nname = x\nNAME = y\n", Some("y")),
            ("[cloud]\nname = x\n[core]\na = b\n[cloud]\nname = y\n", Some("y")),
            ("[cloud]\nname = x\n  y\n", None),
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
        let found = found(read_config, text);
        assert_eq!(found.outcome, Outcome::Warn);
        assert_eq!(found.notes.iter().map(|n| n.place.as_str()).collect::<Vec<_>>(), places);
        let reported: Vec<_> = found.reported.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(reported, places);
        assert!(found.profile.secrets.is_empty());
        assert!(!format!("{:?}", found.notes).contains("s3cret"));
    }

    #[test]
    fn a_setting_that_stands_again_and_a_value_of_several_lines_are_said_with_their_line() {
        for (text, place, subscriptions, settings) in [
            ("[Hub]\nsubscription = a\nsubscription = b\n", "line 3", &["b"][..], None),
            ("[Hub]\nsubscription = a\n\n[Hub]\nSubscription: b\n", "line 5", &["b"], None),
            ("[Hub]\nprofile = a\nprofile = b\n", "line 3", &[], Some("b")),
            ("[Hub]\nprofile = a\nprofile = b\nprofile = c\n", "line 4", &[], Some("c")),
            ("[Hub]\nsubscription = a\n # c\n  b\nprofile = c\n", "line 4", &[], Some("c")),
            ("[Hub]\nprofile =\n  b\n  c\n", "line 3", &[], None),
        ] {
            let found = found(read_clouds, text);
            assert_eq!(found.outcome, Outcome::Warn, "{text:?}");
            assert_eq!(found.notes.last().unwrap().place, place, "{text:?}");
            let ids = found.azcli.cloud_subscriptions.iter().map(|(_, id)| id.as_str());
            assert!(ids.eq(subscriptions.iter().copied()), "{text:?}");
            let profiles = found.profile.environments.first().map(|hub| &hub.settings["profile"]);
            assert_eq!(profiles.map(String::as_str), settings, "{text:?}");
        }
        let two = "[Hub]\nsubscription = a\n[Other]\nsubscription = a\n";
        assert_eq!(found(read_clouds, two).outcome, Outcome::Accept);
        // A secret on a line of its own is a secret.
        let reported = |text| found(read_config, text).reported.len();
        assert_eq!(reported("[storage]\nkey =\n  s3cret\n"), 1);
        assert_eq!(reported("[storage]\nkey =\n  # s3cret\n"), 0);
        let lists = "[defaults]\na = b\n  c\n";
        assert_eq!(found(read_config, lists).outcome, Outcome::Accept, "nothing of it is read");
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
