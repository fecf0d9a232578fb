//! What the real products wrote, there and back: into a vault, out for Azure PowerShell, into another
//! vault.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use azvault_test_support::{Home, fixture};

/// A vault with what is there: contexts come from a saved file, everything from a home.
fn imported(source: &Path) -> Home {
    let home = Home::with_vault();
    home.run(&["migrate", "run", "--yes", "--from", source.to_str().unwrap()]).expect(0);
    home
}

/// All contexts by name, each in full.
fn contexts(home: &Home) -> BTreeMap<String, Value> {
    let list = home.json(&["context", "list"]);
    let names = list["contexts"].as_array().unwrap().iter();
    let names = names.map(|context| context["name"].as_str().unwrap().to_owned());
    let show =
        |name: &str| home.run(&["-o", "json", "context", "show", "--", name]).expect(0).json();
    names.map(|name| (name.clone(), show(&name))).collect()
}

/// Kind, account and value of each secret; how often is the number of clouds and tenants that it is for.
fn secrets(home: &Home) -> BTreeMap<(String, String, String), usize> {
    let list = home.json(&["secret", "list", "--reveal"]);
    let mut secrets = BTreeMap::new();
    for secret in list["secrets"].as_array().unwrap() {
        let text = |name: &str| secret[name].as_str().unwrap_or_default().to_owned();
        let account = text("account").to_lowercase();
        *secrets.entry((text("kind"), account, text("value"))).or_default() += 1;
    }
    secrets
}

/// Members of a context that come back, apart from those that are added for the product.
fn assert_same(before: &Value, after: &Value, at: &str) {
    for member in
        ["tenant", "subscription", "environment", "extended_properties", "version_profile"]
    {
        assert_eq!(before[member], after[member], "{at}: {member}");
    }
    for member in ["id", "type"] {
        assert_eq!(before["account"][member], after["account"][member], "{at}: account {member}");
    }
    let properties = |context: &Value| {
        let properties = context["account"]["properties"].as_object().cloned().unwrap_or_default();
        properties.into_iter().collect::<BTreeMap<String, Value>>()
    };
    let mut after = properties(after);
    for (name, value) in properties(before) {
        assert_eq!(after.remove(&name), Some(value), "{at}: {name}");
    }
    for name in after.keys() {
        let added = ["HomeAccountId", "Tenants", "CertificatePath"];
        assert!(added.contains(&name.as_str()), "{at}: {name}");
    }
}

/// Asserts that everything comes back but for what is named, and counts contexts, secrets, and named
/// secrets by reason.
fn there_and_back(source: &Path, counted: &mut BTreeMap<String, usize>) {
    let at = source.display().to_string();
    let home = imported(source);
    let before = contexts(&home);
    let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
    let saved = home.json(&[&save[..], &["--with-credential", "--yes"]].concat());
    let left_contexts = saved["left_out_contexts"].as_array().unwrap();
    assert_eq!(saved["without_cache"], serde_json::json!([]), "{at}");
    let mut wanted = secrets(&home);
    *counted.entry("contexts".to_owned()).or_default() += before.len() - left_contexts.len();
    for left in left_contexts {
        let because = left["because"].as_str().unwrap();
        *counted.entry(format!("context {because}")).or_default() += 1;
    }
    if before.len() == left_contexts.len() {
        return;
    }
    let other = Home::with_vault();
    fs::copy(home.join("out.json"), other.join("out.json")).unwrap();
    let import = other.run(&["context", "import", "out.json"]).expect(0);
    // It knows what it wrote.
    assert!(!import.stderr.contains("does not know"), "{at}: {}", import.stderr);
    let mut after = contexts(&other);
    for (name, before) in &before {
        if left_contexts.iter().any(|left| left["name"] == name.as_str()) {
            continue;
        }
        let after = after.remove(name);
        assert_same(before, &after.unwrap_or_else(|| panic!("{at}: {name} is missing")), &at);
    }
    assert!(after.is_empty(), "{at}: {:?}", after.keys());
    let got = secrets(&other);
    for left in saved["left_out"].as_array().unwrap() {
        let [kind, because] = ["kind", "because"].map(|member| left[member].as_str().unwrap());
        *counted.entry(format!("{kind} {because}")).or_default() += 1;
        let own = (&left["kind"], left["account"].as_str().unwrap_or_default().to_lowercase());
        let is_it = |(kind, account, value): &&(String, String, String)| {
            own.0 == kind.as_str()
                && own.1 == *account
                && !got.contains_key(&(kind.clone(), account.clone(), value.clone()))
        };
        let gone = wanted.keys().find(is_it).cloned();
        if let Some(gone) = gone {
            wanted.remove(&gone);
        }
    }
    // A path is no secret to the product, and comes back as a property.
    wanted.retain(|(kind, ..), _| kind != "certificate_path");
    for (secret, number) in &wanted {
        assert!(got.get(secret) >= Some(number), "{at}: {} of {}", secret.0, secret.1);
    }
    assert!(got.keys().all(|secret| wanted.contains_key(secret)), "{at}: a secret of nobody");
    *counted.entry("secrets".to_owned()).or_default() += wanted.len();
}

/// `tests/azure_powershell/` has all of them, in one process.
#[test]
fn homes_of_every_kind_come_back_and_what_does_not_is_named() {
    let mut counted = BTreeMap::new();
    for source in [
        "real-az/all-kinds",
        "real-az/all-kinds/saved-with-credential.json",
        "real-az/az1.0.0",
        "real-az/orphan-keystore",
        "real-az/federated/saved.json",
        "real-net/az-1-2",
        "real-net/shared",
        "azure-cli/msal-2.91.0",
    ] {
        there_and_back(&fixture(source), &mut counted);
    }
    let counted: Vec<String> =
        counted.into_iter().map(|(what, n)| format!("{what}: {n}")).collect();
    let wanted = [
        // ADAL's cache of Az 1 knows its user by name alone.
        "access_token no_home_account: 1",
        // What a web API had on behalf of its user is no sign-in of the user's own.
        "access_token on_behalf_of: 1",
        "certificate certificate: 1",
        // The key store of a home has the secret of a context that was removed.
        "client_secret no_context: 1",
        "contexts: 51",
        "id_token no_home_account: 1",
        "id_token on_behalf_of: 1",
        "refresh_token no_home_account: 1",
        "refresh_token on_behalf_of: 1",
        "secrets: 62",
    ];
    assert_eq!(counted, wanted);
}
