//! Azure CLI's folders through the readers: every fixture whole, and what may be wrong with one.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod certificates;
mod damage;
mod folders;
mod subscriptions;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Source};
use azvault_importer::{Format, Found, Outcome, Reading, look};
use azvault_model::{Context, HeldSecret, SecretKind};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tempfile::TempDir;

const DIRS: [&str; 4] = ["msal-2.91.0", "adal-2.29.2", "mixed-2.29.2-then-2.45.0", "fresh-2.91.0"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/azure-cli")
}

fn truth() -> Value {
    serde_json::from_slice(&fs::read(fixtures().join("expected.json")).unwrap()).unwrap()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn read_folder(folder: &Path, home: &Path, zone: &TimeZone) -> Vec<Source> {
    folder::read_all(&look::named(folder).unwrap(), home, zone, &mut |_| {})
}

fn read(file_name: &str, content: &str) -> Found {
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    azvault_importer::read(content.as_bytes(), &reading)
}

fn value(held: &HeldSecret) -> String {
    // EXPOSE: compared with the fixture's truth.
    String::from_utf8(held.value.expose().to_vec()).unwrap()
}

fn values(found: &Found) -> Vec<String> {
    found.profile.secrets.iter().map(value).collect()
}

/// A folder of files under `.azure` in a home of its own.
fn home_with(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    home
}

fn read_home(home: &TempDir) -> Vec<Source> {
    read_folder(home.path(), home.path(), &TimeZone::UTC)
}

fn source<'a>(sources: &'a [Source], end: &str) -> &'a Source {
    sources.iter().find(|source| source.path.ends_with(end)).unwrap()
}

/// A subscription of `azureProfile.json`.
fn subscription(id: &str, cloud: &str, is_default: Value) -> Value {
    json!({
        "id": id, "name": "Prod", "state": "Enabled", "tenantId": "t-1", "isDefault": is_default,
        "environmentName": cloud, "user": {"name": "astrid@nordlys.example", "type": "user"},
    })
}
