//! Every fixture through the readers, against a truth that was written from the inputs of the
//! generators and never by parsing.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::{Found, Outcome, Reading, folder, look};
use azvault_model::{Context, HeldSecret, SecretKind};
use jiff::tz::TimeZone;
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn truth(set: &str) -> Value {
    serde_json::from_slice(&fs::read(fixtures().join(set).join("expected.json")).unwrap()).unwrap()
}

fn read(bytes: &[u8], path: &str) -> Found {
    let file_name = path.rsplit('/').next().unwrap();
    azvault_importer::read(bytes, &Reading { file_name, time_zone: &TimeZone::UTC })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The kind and, for tokens in properties, the property's name as their target.
fn kind(expected: &str) -> (&str, Option<&'static str>) {
    match expected {
        "service_principal_secret" => ("client_secret", None),
        "graph_access_token" => ("access_token", Some("GraphAccessToken")),
        "keyvault_access_token" => ("access_token", Some("KeyVault")),
        "microsoft_graph_access_token" => ("access_token", Some("MicrosoftGraphAccessToken")),
        "msi_login_secret" => ("managed_identity_secret", None),
        other => (other, None),
    }
}

type Row = Vec<Option<String>>;

fn expected_secret(secret: &Value) -> Row {
    let (kind, property) = kind(secret["kind"].as_str().unwrap());
    let words = |name: &str| -> BTreeSet<String> {
        secret[name].as_array().into_iter().flatten().filter_map(text).collect()
    };
    let mut target: BTreeSet<String> = words("resources");
    target.extend(words("scopes"));
    target.extend(property.map(str::to_owned));
    if kind == "storage_connection_string" {
        target.extend(text(&secret["subscription_id"]));
    }
    vec![
        Some(kind.to_owned()),
        text(&secret["value"]),
        text(&secret["owner"]),
        text(&secret["tenant"]),
        Some(target.into_iter().collect::<Vec<_>>().join(" ")),
        secret["expires_on"].as_i64().map(|n| n.to_string()),
        text(&secret["family_id"]),
        text(&secret["home_account_id"]),
    ]
}

fn found_secret(held: &HeldSecret) -> Row {
    let about = &held.description;
    let target: BTreeSet<&str> =
        about.target.as_deref().unwrap_or_default().split(' ').filter(|w| !w.is_empty()).collect();
    // EXPOSE: compared with the fixture's truth.
    let value = String::from_utf8(held.value.expose().to_vec()).unwrap();
    vec![
        Some(about.kind.as_str().to_owned()),
        Some(value),
        about.account.as_ref().map(|text| text.to_string()),
        about.tenant.as_ref().map(|text| text.to_string()),
        Some(target.into_iter().collect::<Vec<_>>().join(" ")),
        about.expires_on.map(|n| n.to_string()),
        about.family_id.as_ref().map(|text| text.to_string()),
        about.home_account_id.as_ref().map(|text| text.to_string()),
    ]
}

fn expected_context(context: &Value) -> Row {
    let map = |name: &str| {
        let map: BTreeMap<String, String> =
            serde_json::from_value(context[name].clone()).unwrap_or_default();
        Some(format!("{map:?}"))
    };
    let mut row: Row = ["name", "account_id", "account_type", "tenant_id", "subscription_id"]
        .iter()
        .chain(&["subscription_name", "environment", "version_profile"])
        .map(|name| text(&context[*name]))
        .collect();
    row.extend([map("account_properties"), map("extended_properties")]);
    row.push(Some(context["complete"].to_string()));
    row
}

fn found_context(context: &Context) -> Row {
    let account = context.account.as_ref();
    let subscription = context.subscription.as_ref();
    vec![
        Some(context.name.as_str().to_owned()),
        account.map(|a| a.id.clone()).map(|text| text.to_string()),
        account.map(|a| a.account_type.as_str().to_owned()),
        context.tenant.as_ref().map(|t| t.id.clone()).map(|text| text.to_string()),
        subscription.map(|s| s.id.clone()).map(|text| text.to_string()),
        subscription.and_then(|s| s.name.clone()).map(|text| text.to_string()),
        context.environment.as_ref().map(|text| text.to_string()),
        context.version_profile.as_ref().map(|text| text.to_string()),
        Some(format!("{:?}", account.map(|a| a.properties.clone()).unwrap_or_default())),
        Some(format!("{:?}", context.extended_properties)),
        Some(context.is_complete().to_string()),
    ]
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

#[test]
fn azure_powershell_files_are_read_as_their_truth_says() {
    let truth = truth("azure-powershell");
    let mut wrong = Vec::new();
    for (path, expected) in truth["files"].as_object().unwrap() {
        if expected["tool"] == "azure-cli" {
            continue;
        }
        let bytes = fs::read(fixtures().join("azure-powershell").join(path)).unwrap();
        let found = read(&bytes, path);
        let outcome = match expected["outcome"].as_str().unwrap() {
            "accept-with-warning" => "warn",
            other => other,
        };
        let rows = |name: &str| expected[name].as_array().cloned().unwrap_or_default();
        let contexts: Vec<Row> = rows("contexts")
            .iter()
            .filter(|context| context["placeholder"] != true)
            .map(expected_context)
            .collect();
        let secrets: Vec<Row> = rows("secrets").iter().map(expected_secret).collect();
        let default = found.profile.default.as_ref().map(|name| name.as_str().to_owned());
        let mut environments: Vec<_> = rows("environment_table").iter().filter_map(text).collect();
        environments.sort();
        let mut found_environments: Vec<_> =
            found.profile.environments.iter().map(|e| e.name.clone()).collect();
        found_environments.sort();
        for (what, got, wanted) in [
            ("outcome", found.outcome.as_str().to_owned(), outcome.to_owned()),
            (
                "default",
                format!("{default:?}"),
                format!("{:?}", text(&expected["default_context"])),
            ),
            (
                "autosave",
                format!("{:?}", found.profile.autosave.map(|mode| mode.as_str().to_owned())),
                format!("{:?}", text(&expected["autosave_mode"])),
            ),
            (
                "contexts",
                format!(
                    "{:#?}",
                    found.profile.contexts.iter().map(found_context).collect::<Vec<_>>()
                ),
                format!("{contexts:#?}"),
            ),
            (
                "secrets",
                format!("{:#?}", sorted(found.profile.secrets.iter().map(found_secret).collect())),
                format!("{:#?}", sorted(secrets)),
            ),
            ("environments", format!("{found_environments:?}"), format!("{environments:?}")),
        ] {
            if got != wanted {
                wrong.push(format!("{path} {what}: {:?}\n got {got}\nwant {wanted}", found.notes));
            }
        }
        for pointer in rows("must_keep").iter().filter_map(text) {
            let name = pointer.rsplit('/').next().unwrap();
            let kept = std::iter::once(&found.profile.kept)
                .chain(found.profile.contexts.iter().map(|context| &context.kept));
            if !kept.into_iter().any(|kept| kept.as_json().contains(name)) {
                wrong.push(format!("{path} does not keep {pointer}"));
            }
        }
        if found.outcome == Outcome::Reject {
            assert!(found.profile.contexts.is_empty() && found.profile.secrets.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn azure_cli_folders_are_read_as_their_truth_says() {
    let truth = truth("azure-cli");
    for (name, expected) in truth["dirs"].as_object().unwrap() {
        let zone = TimeZone::get(expected["tz"].as_str().unwrap()).unwrap();
        let candidates = look::named(&fixtures().join("azure-cli").join(name)).unwrap();
        let sources = folder::read_all(&candidates, Path::new("/nowhere"), &zone, &mut |_| {});
        for source in &sources {
            assert!(source.found.outcome <= Outcome::Warn, "{:?}", source.path);
        }
        let mut found: Vec<Row> = Vec::new();
        for source in &sources {
            found.extend(source.found.profile.secrets.iter().map(|held| {
                let row = found_secret(held);
                vec![row[0].clone(), row[1].clone(), row[2].clone()]
            }));
            for held in &source.found.profile.secrets {
                let about = &held.description;
                let secret = expected["secrets"].as_array().unwrap().iter();
                // EXPOSE: found again in the fixture's truth.
                let value = std::str::from_utf8(held.value.expose()).unwrap();
                let truth = secret.into_iter().find(|s| s["value"] == value).unwrap();
                if let (SecretKind::AccessToken, Some(at)) =
                    (about.kind, truth["expires_on"].as_i64())
                {
                    assert!((about.expires_on.unwrap() - at).abs() <= 5, "{name}: {truth}");
                }
            }
        }
        found.sort();
        found.dedup();
        let mut wanted: Vec<Row> = expected["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| vec![text(&s["kind"]), text(&s["value"]), text(&s["owner"])])
            .collect();
        wanted.sort();
        assert_eq!(found, wanted, "{name}");
        let mut accounts: BTreeSet<String> = BTreeSet::new();
        for source in &sources {
            accounts.extend(source.found.profile.accounts.iter().map(|a| a.id.to_lowercase()));
        }
        for account in expected["accounts"].as_array().unwrap() {
            let id = text(&account["name"]).or_else(|| text(&account["client_id"]));
            if let Some(id) = id {
                assert!(accounts.contains(&id.to_lowercase()), "{name}: {id} is no account");
            }
        }
    }
}

#[test]
fn no_damage_makes_a_reader_panic_or_invent() {
    let truth = truth("azure-powershell");
    let mut paths: Vec<PathBuf> = truth["files"]
        .as_object()
        .unwrap()
        .keys()
        .map(|path| fixtures().join("azure-powershell").join(path))
        .collect();
    for folder in ["adal-2.29.2", "msal-2.91.0"] {
        for entry in fs::read_dir(fixtures().join("azure-cli").join(folder)).unwrap() {
            paths.push(entry.unwrap().path());
        }
    }
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let name = path.to_str().unwrap();
        let whole = read(&bytes, name);
        let values: BTreeSet<Vec<u8>> =
            whole.profile.secrets.iter().map(|held| held.value.expose().to_vec()).collect();
        // Small files at every offset, large ones at some hundred: fuzzing does the rest.
        let step = (bytes.len() / 100).max(1);
        for length in (0..bytes.len()).step_by(step) {
            let cut = read(&bytes[..length], name);
            for held in &cut.profile.secrets {
                assert!(values.contains(held.value.expose()), "{name} cut at {length}");
            }
            if cut.outcome >= Outcome::Opaque {
                assert!(cut.profile.secrets.is_empty() && cut.profile.contexts.is_empty());
                assert!(!cut.notes.is_empty(), "{name} cut at {length}: no reason");
            }
        }
        for at in (0..bytes.len()).step_by(step) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            let _ = read(&flipped, name);
        }
    }
}
