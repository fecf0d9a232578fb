//! Whole homes of Azure PowerShell, the places where the products keep files, and files that are
//! no plain files of this user.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod opening;
mod places;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use azvault_importer::folder::{self, Source};
use azvault_importer::look;
use azvault_importer::open::{MAX_SIZE, OpenError, read_once};
use azvault_importer::places::{Candidate, CandidateReason, Roots};
use azvault_importer::{Format, Outcome, Product};
use azvault_model::{Context, HeldSecret};
use azvault_os::file::{Owner, Permissions};
use jiff::tz::TimeZone;
use rustix::fs::FlockOperation;
use serde_json::Value;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/azure-powershell")
}

fn truth() -> Value {
    serde_json::from_slice(&fs::read(fixtures().join("expected.json")).unwrap()).unwrap()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn roots(home: &Path) -> Roots {
    Roots::of(home)
}

fn read(candidates: &[Candidate], home: &Path) -> Vec<Source> {
    folder::read_all(candidates, home, &TimeZone::UTC, &mut |_| {})
}

/// A copy of a home, its files with the modes that the product leaves.
fn copy_of(name: &str, home: &Value) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (file, facts) in home["files"].as_object().unwrap() {
        let path = copy.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, fs::read(fixtures().join("homes").join(name).join(file)).unwrap())
            .unwrap();
        let mode = u32::from_str_radix(facts["mode"].as_str().unwrap(), 8).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    copy
}

fn write(home: &Path, files: &[&str]) {
    for file in files {
        let path = home.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
}

/// Paths below `home`, as text.
fn below<'a>(paths: impl IntoIterator<Item = &'a Path>, home: &Path) -> Vec<String> {
    let relative = |path: &Path| path.strip_prefix(home).unwrap().to_str().unwrap().to_owned();
    paths.into_iter().map(relative).collect()
}

fn listed(candidates: &[Candidate], home: &Path) -> Vec<String> {
    below(candidates.iter().map(|candidate| candidate.path.as_path()), home)
}

type Row = Vec<Option<String>>;

fn expected_secret(secret: &Value) -> Row {
    let kind = match secret["kind"].as_str().unwrap() {
        "service_principal_secret" => "client_secret",
        "graph_access_token" | "keyvault_access_token" | "microsoft_graph_access_token" => {
            "access_token"
        }
        "msi_login_secret" => "managed_identity_secret",
        other => other,
    };
    vec![
        Some(kind.to_owned()),
        text(&secret["value"]),
        text(&secret["owner"]),
        text(&secret["tenant"]),
        text(&secret["family_id"]),
        text(&secret["home_account_id"]),
        secret["expires_on"].as_i64().map(|at| at.to_string()),
    ]
}

fn found_secret(held: &HeldSecret) -> Row {
    let about = &held.description;
    // EXPOSE: compared with the fixture's truth.
    let value = String::from_utf8(held.value.expose().to_vec()).unwrap();
    vec![
        Some(about.kind.as_str().to_owned()),
        Some(value),
        about.account.as_ref().map(|text| text.to_string()),
        about.tenant.as_ref().map(|text| text.to_string()),
        about.family_id.as_ref().map(|text| text.to_string()),
        about.home_account_id.as_ref().map(|text| text.to_string()),
        about.expires_on.map(|at| at.to_string()),
    ]
}

fn expected_context(context: &Value) -> Row {
    let names = ["name", "account_id", "account_type", "tenant_id", "subscription_id"];
    let names = names.iter().chain(&["subscription_name", "environment"]);
    names.map(|name| text(&context[*name])).collect()
}

fn found_context(context: &Context) -> Row {
    let (account, subscription) = (context.account.as_ref(), context.subscription.as_ref());
    vec![
        Some(context.name.as_str().to_owned()),
        account.map(|a| a.id.clone()).map(|text| text.to_string()),
        account.map(|a| a.account_type.as_str().to_owned()),
        context.tenant.as_ref().map(|t| t.id.clone()).map(|text| text.to_string()),
        subscription.map(|s| s.id.clone()).map(|text| text.to_string()),
        subscription.and_then(|s| s.name.clone()).map(|text| text.to_string()),
        context.environment.as_ref().map(|text| text.to_string()),
    ]
}
