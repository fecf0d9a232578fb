//! Environments: the whole object of a context, and the table of clouds that are not public
//! (APC src/Authentication.Abstractions/AzureEnvironment.cs).

use std::collections::{BTreeMap, HashSet};

use azvault_model::EnvironmentName;
use azvault_model::{Context, Environment, Profile};
use serde_json::value::RawValue;

use super::clouds::{EXTENDED, PUBLIC, URLS, Url};
use crate::json::Json;
use crate::kept::{Member, member, members, text};

/// `EnvironmentTable`'s members.
pub(super) fn write_table(profile: &Profile, json: &mut Json<'_>) {
    for environment in &profile.environments {
        if public(&environment.name).is_none() {
            write_custom(environment, json.member(&environment.name));
        }
    }
}

/// The environment of a context: as it was kept, else as the profile or the product defines it.
pub(super) fn write(
    context: &Context,
    kept: Option<&Member<'_>>,
    profile: &Profile,
    json: &mut Json<'_>,
) {
    let kept = kept.and_then(Member::value);
    let name = match (&context.environment, kept) {
        (None, None) => return json.raw("null"),
        // An environment that does not even name itself is what the file has.
        (None, Some(kept)) => return json.raw(kept),
        (Some(name), _) => name,
    };
    let kept = kept.filter(|kept| {
        let own = member(kept, "Name").and_then(text);
        own.is_some_and(|own| own.eq_ignore_ascii_case(name))
    });
    let legacy = kept.and_then(|kept| member(kept, "Endpoints"));
    if let (Some(kept), None) = (kept, legacy) {
        return json.raw(kept);
    }
    if let Some(column) = public(name) {
        return write_public(column, json);
    }
    if let Some(known) =
        profile.environments.iter().find(|e| EnvironmentName(&e.name) == EnvironmentName(name))
    {
        return write_custom(known, json);
    }
    let endpoints = legacy.map(members).unwrap_or_default().into_iter();
    let settings =
        endpoints.filter_map(|(name, value)| Some((format!("Endpoints/{name}"), text(value)?)));
    write_custom(&Environment { name: name.to_string(), settings: settings.collect() }, json);
}

/// A setting of an environment under the product's name, whichever file it comes from.
pub(super) fn setting<'e>(environment: &'e Environment, name: &str) -> Option<&'e str> {
    let url = URLS.iter().find(|url| url.name == name)?;
    Settings::of(environment).url(url)
}

/// An endpoint of a cloud, public or of the profile.
pub(super) fn endpoint<'p>(cloud: &str, name: &str, profile: &'p Profile) -> Option<&'p str> {
    match public(cloud) {
        Some(column) => URLS.iter().find(|url| url.name == name)?.public[column],
        None => {
            let mut environments = profile.environments.iter();
            setting(
                environments.find(|own| EnvironmentName(&own.name) == EnvironmentName(cloud))?,
                name,
            )
        }
    }
}

fn public(name: &str) -> Option<usize> {
    PUBLIC.iter().position(|public| public.eq_ignore_ascii_case(name))
}

fn write_public(column: usize, json: &mut Json<'_>) {
    json.object(|json| {
        json.member("Name").text(PUBLIC[column]);
        json.member("Type").text("Built-in");
        json.member("OnPremise").raw("false");
        for url in &URLS {
            json.member(url.name).optional(url.public[column]);
        }
        json.member("VersionProfiles").raw("[]");
        json.member("ExtendedProperties").object(|json| {
            for (name, values) in &EXTENDED {
                if let Some(value) = values[column] {
                    json.member(name).text(value);
                }
            }
        });
    });
}

/// Settings of an environment, and which of them were written.
struct Settings<'e> {
    all: &'e BTreeMap<String, String>,
    used: HashSet<&'e str>,
}

impl<'e> Settings<'e> {
    fn of(environment: &'e Environment) -> Self {
        Self { all: &environment.settings, used: HashSet::new() }
    }

    fn take(&mut self, name: &str) -> Option<&'e str> {
        let (name, value) = self.all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        self.used.insert(name);
        Some(value)
    }

    fn url(&mut self, url: &Url) -> Option<&'e str> {
        let legacy = format!("Endpoints/{}", url.legacy);
        self.take(url.name).or_else(|| self.take(&legacy)).or_else(|| {
            let value = self.take(url.cli)?;
            // Azure CLI has a dot before each suffix; Azure PowerShell only before that of SQL.
            let dotted = url.name == "SqlDatabaseDnsSuffix";
            Some(if dotted { value } else { value.strip_prefix('.').unwrap_or(value) })
        })
    }
}

fn write_custom(environment: &Environment, json: &mut Json<'_>) {
    json.object(|json| {
        let mut settings = Settings::of(environment);
        let name = settings.take("Name").unwrap_or(&environment.name);
        json.member("Name").text(name);
        json.member("Type").text(settings.take("Type").unwrap_or("User-defined"));
        let on_premise = settings.take("OnPremise") == Some("true");
        json.member("OnPremise").raw(if on_premise { "true" } else { "false" });
        for url in &URLS {
            json.member(url.name).optional(settings.url(url));
        }
        // JSON itself, as the importer holds what is no text.
        let profiles = settings.take("VersionProfiles").map(items).unwrap_or_default();
        json.member("VersionProfiles").array(&profiles);
        json.member("ExtendedProperties").object(|json| {
            for (name, value) in settings.all {
                if let Some(name) = name.strip_prefix("ExtendedProperties/") {
                    json.member(name).text(value);
                }
            }
        });
        for (name, value) in settings.all {
            let written = settings.used.contains(&name[..])
                || name.starts_with("ExtendedProperties/")
                || name == "ExtendedProperties";
            if !written {
                json.member(name).text(value);
            }
        }
    });
}

/// Items of a JSON array; none if the text is another.
fn items(json: &str) -> Vec<&str> {
    let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    items.into_iter().map(RawValue::get).collect()
}
