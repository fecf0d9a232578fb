//! Service principals in lines: `~/.azure/credentials` of Ansible (`azure.azcollection`
//! `module_utils/azure_rm_common.py`), of Chef and InSpec (`inspec-azure` `lib/libraries/support/azure/`,
//! sections are subscriptions), and the properties files of the Azure libraries for Java
//! (`ApplicationTokenCredentials`): `subscription`, `client`, `key`, `tenant`.
//!
//! Read line by line, because an INI library would copy secrets into memory that nobody wipes.

use azvault_model::{Secret, SecretKind};
use zeroize::Zeroizing;

use super::members::cloud;
use super::msal_cache::is_guid;
use super::principal::Principal;
use crate::Found;
use crate::decode::contains;

/// One setting: its section, name in lower case, value and line.
struct Setting<'a> {
    section: Option<&'a str>,
    name: String,
    value: &'a str,
    number: usize,
}

/// `[section]`, `name = value`, `name: value`; `#`, `;` and `!` start comments.
fn settings(text: &str) -> impl Iterator<Item = Result<Setting<'_>, usize>> {
    let mut section = None;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let (line, number) = (line.trim(), at + 1);
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            return None;
        }
        if let Some(end) = line.rfind(']').filter(|_| line.starts_with('[')) {
            // What stands behind it is no part of it, as Python's configparser reads it.
            section = Some(line[1..end].trim());
            return None;
        }
        let split = line.find(['=', ':']).map(|at| (&line[..at], &line[at + 1..]));
        let Some((name, value)) = split else { return Some(Err(number)) };
        let (name, value) = (name.trim().to_lowercase(), value.trim());
        Some(Ok(Setting { section, name, value, number }))
    })
}

fn has_all(text: &str, names: &[&[&str]]) -> bool {
    names.iter().all(|spellings| {
        settings(text).flatten().any(|setting| spellings.contains(&setting.name.as_str()))
    })
}

/// Whether it is a `credentials` file of Ansible, Chef or InSpec.
pub(super) fn is_ini(text: &str) -> bool {
    if !names_a_client(text) {
        return false;
    }
    let in_section = settings(text).flatten().all(|setting| setting.section.is_some());
    in_section && has_all(text, &[&["client_id"], &["secret", "client_secret"], TENANT])
}

/// Whether it is a properties file of the libraries for Java.
pub(super) fn is_properties(text: &str) -> bool {
    if !names_a_client(text) {
        return false;
    }
    let in_none = settings(text).flatten().all(|setting| setting.section.is_none());
    in_none && has_all(text, &[&["client"], &["key", "certificate"], &["tenant"]])
}

/// Asked first, because it costs nothing: every text file comes by here.
fn names_a_client(text: &str) -> bool {
    contains(text.as_bytes(), "client") || contains(text.as_bytes(), "CLIENT")
}

const TENANT: &[&str] = &["tenant", "tenant_id"];

/// Reads each section. Where there is none, it is a properties file.
pub(super) fn read(text: &str, found: &mut Found) {
    let mut sections: Vec<Option<&str>> = Vec::new();
    for setting in settings(text) {
        match setting {
            Ok(setting) if !sections.contains(&setting.section) => sections.push(setting.section),
            Ok(_) => {}
            Err(number) => found.warn(
                format!("line {number}"),
                "neither a section, a setting nor a comment: left out",
            ),
        }
    }
    let has_client = |section: Option<&str>| {
        let is_client = |name: &str| matches!(name, "client_id" | "client");
        settings(text).flatten().any(|s| s.section == section && is_client(&s.name))
    };
    let others_have = sections.iter().any(|section| *section != DEFAULTS && has_client(*section));
    for section in sections {
        // Its settings are those of the other sections.
        if section != DEFAULTS || has_client(section) || !others_have {
            read_section(text, section, found);
        }
    }
}

/// The section that every other one falls back to (Python's configparser, which Ansible reads with).
const DEFAULTS: Option<&str> = Some("DEFAULT");

/// The settings of a section, and those of the defaults that it does not set itself.
fn settings_of<'a>(text: &'a str, section: Option<&str>) -> Vec<Setting<'a>> {
    let of = |section: Option<&str>| -> Vec<Setting<'a>> {
        settings(text).flatten().filter(|setting| setting.section == section).collect()
    };
    let mut own = of(section);
    if section.is_some() && section != DEFAULTS {
        let mut inherited = of(DEFAULTS);
        inherited.retain(|setting| own.iter().all(|own| own.name != setting.name));
        own.extend(inherited);
    }
    own
}

fn read_section(text: &str, section: Option<&str>, found: &mut Found) {
    let mut principal = Principal::default();
    let mut client = None;
    let mut secrets: Vec<(SecretKind, Zeroizing<String>, usize)> = Vec::new();
    let (mut tenant, mut environment, mut subscription) = (None, None, None);
    for setting in settings_of(text, section) {
        let value = match section {
            Some(_) => Zeroizing::new(setting.value.to_owned()),
            None => unescape(setting.value),
        };
        if value.is_empty() {
            continue;
        }
        let word = || Some(value.as_str().to_owned());
        match setting.name.as_str() {
            "client_id" | "client" => client = word(),
            "tenant" | "tenant_id" => tenant = word(),
            "subscription_id" | "subscription" => subscription = word(),
            "cloud_environment" | "authurl" | "cloud" => environment = cloud(&value),
            "secret" | "client_secret" | "key" => {
                secrets.push((SecretKind::ClientSecret, value, setting.number));
            }
            "x509_certificate_path" | "certificate" => {
                secrets.push((SecretKind::CertificatePath, value, setting.number));
            }
            "certificatepassword" => {
                secrets.push((SecretKind::CertificatePassword, value, setting.number));
            }
            "password" => found.warn(
                format!("line {}", setting.number),
                "a user's password, which azvault does not store: sign in with azvault connect",
            ),
            // Addresses of a cloud that has a name say nothing more, and others hold no secret.
            _ => {}
        }
    }
    let Some(client_id) = client else {
        for (_, _, number) in secrets {
            let text = "not imported: a secret without the id of its application";
            found.warn(format!("line {number}"), text);
        }
        return;
    };
    // Chef and InSpec name a section by its subscription.
    let by_section = section.filter(|name| is_guid(name)).map(str::to_owned);
    principal.client_id = client_id.into();
    principal.tenant = tenant.map(Into::into);
    // These tools take the public cloud where nothing else is said.
    principal.environment = environment.or_else(|| Some("AzureCloud".into()));
    principal.subscription = subscription.or(by_section).map(Into::into);
    principal.know(found);
    for (kind, value, _) in secrets {
        if kind == SecretKind::CertificatePath {
            principal.point_to(&value, found);
        } else {
            principal.hold(kind, Secret::copied_from(value.as_bytes()), found);
        }
    }
}

/// A value of a properties file (java.util.Properties): a backslash takes the next character as it
/// is; the escapes for white space and `\uXXXX` do not occur in what Azure issues.
fn unescape(value: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(value.len()));
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.extend(characters.next()),
            c => text.push(c),
        }
    }
    text
}
