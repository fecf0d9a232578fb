//! A token that lives, from the vault and from az, in the same run: `CI=true cargo bench -p azvault
//! --bench token`, which installs az once. Prints medians and the ratio, asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::BASE64;
use serde_json::{Value, json};

use azvault_test_support::unlocked_home::{UnlockedHome, median, milliseconds};
use azvault_test_support::{azure_cli, peer};

/// Contexts in the vault, of service principals; the person's is one more.
const CONTEXTS: usize = 100;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let home = UnlockedHome::with(&contexts().to_string());
    let ours: Vec<(&[&str], f64)> = [&["token"][..], &["token", "-o", "json"]]
        .into_iter()
        .map(|words| (words, milliseconds(median(|| home.command(words)))))
        .collect();
    home.end();
    let az = azure_cli::programs().map(|programs| {
        let folder = login(programs);
        let took = median(|| {
            let mut command = Command::new(programs.join("az"));
            command.args(["account", "get-access-token"]).env_clear();
            command.env("PATH", "/usr/bin:/bin").env("HOME", &folder);
            command.env("AZURE_CONFIG_DIR", &folder);
            command
        });
        milliseconds(took)
    });
    if let Some(az) = az {
        println!("az account get-access-token, logged in, cached   {az:8.2} ms");
    }
    for (words, took) in ours {
        let ratio = az.map(|az| format!("{:5.0} x as fast", az / took)).unwrap_or_default();
        println!("azvault {:40} {took:8.2} ms   {ratio}", words.join(" "));
    }
}

/// A folder of az in which somebody is logged in, and whose token lives.
fn login(programs: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-azure-cli");
    let script = peer("az_cached.py");
    let made = Command::new(programs.join("python")).arg(script).arg(&folder).output().unwrap();
    assert!(made.status.success(), "{}", made.stderr.escape_ascii());
    folder
}

/// A context file of Azure PowerShell, whose default has a cached token.
fn contexts() -> Value {
    let tenant = "72f00000-0000-4000-8000-000000000001";
    let context = |account: Value, number: usize| {
        json!({
            "Account": account,
            "Tenant": { "Id": tenant },
            "Subscription": {
                "Id": format!("5b{number:06}-0000-4000-8000-000000000001"),
                "Name": format!("Subscription {number}"), "State": "Enabled",
            },
            "Environment": { "Name": "AzureCloud" },
        })
    };
    let mut contexts = serde_json::Map::new();
    for number in 1..=CONTEXTS {
        let secret = json!({ "ServicePrincipalSecret": format!("not-a-real-secret-{number:08}") });
        let principal = json!({
            "Id": format!("a{number:07}-0000-4000-8000-000000000001"),
            "Type": "ServicePrincipal", "ExtendedProperties": secret,
        });
        contexts.insert(format!("context {number}"), context(principal, number));
    }
    let mut person = context(json!({ "Id": "megan@contoso.example", "Type": "User" }), 0);
    let owner = json!({ "home_account_id": "oid-1.t", "environment": "login.microsoftonline.com" });
    let with = |mut more: Value| {
        more.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        more
    };
    let cache = json!({
        "AccessToken": { "a": with(json!({
            "credential_type": "AccessToken", "secret": format!("at.{}", "a".repeat(1800)),
            "realm": tenant, "client_id": "1950a258-227b-4e31-a9cf-717495945fc2",
            "target": "https://management.core.windows.net//.default", "expires_on": "4102444800",
        })) },
        "Account": { "p": with(json!({
            "realm": tenant, "username": "megan@contoso.example", "authority_type": "MSSTS",
        })) },
    });
    person["TokenCache"] = json!({ "CacheData": BASE64.encode(cache.to_string().as_bytes()) });
    contexts.insert("person".to_owned(), person);
    json!({ "DefaultContextKey": "person", "EnvironmentTable": {}, "Contexts": contexts })
}
