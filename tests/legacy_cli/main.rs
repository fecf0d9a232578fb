//! Azure CLI's folders through the readers: every fixture whole, and what may be wrong with one.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

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

#[test]
fn the_list_of_folders_is_whole() {
    let truth = truth();
    let names: BTreeSet<&str> =
        truth["dirs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(DIRS));
}

fn expected_context(context: &Value) -> Vec<Option<String>> {
    let user = &context["user"];
    let mut kind = match user["type"].as_str().unwrap() {
        "user" => "User",
        "servicePrincipal" => "ServicePrincipal",
        other => panic!("{other}"),
    };
    if user["name"].as_str().unwrap().ends_with("AssignedIdentity") {
        kind = "ManagedService";
    }
    let (id, name) = (text(&context["id"]).unwrap(), text(&context["name"]).unwrap());
    let subscription = |part: Option<String>| match context["tenantLevel"].as_bool().unwrap() {
        true => None,
        false => part,
    };
    let mut properties: BTreeMap<String, Value> = serde_json::from_value(user.clone()).unwrap();
    properties.retain(|name, _| name != "name" && name != "type");
    let properties: BTreeMap<_, _> =
        properties.iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    vec![
        Some(format!("{name} ({id})")),
        text(&user["name"]),
        Some(kind.to_owned()),
        text(&context["tenantId"]),
        text(&context["tenantDisplayName"]),
        subscription(Some(id)),
        subscription(Some(name)),
        subscription(text(&context["state"])),
        text(&context["environmentName"]),
        Some(format!("{properties:?}")),
    ]
}

fn found_context(context: &Context) -> Vec<Option<String>> {
    let account = context.account.as_ref().unwrap();
    let (tenant, subscription) = (context.tenant.as_ref().unwrap(), context.subscription.as_ref());
    vec![
        Some(context.name.as_str().to_owned()),
        Some(account.id.clone()),
        Some(account.account_type.as_str().to_owned()),
        Some(tenant.id.clone()),
        tenant.name.clone(),
        subscription.map(|s| s.id.clone()),
        subscription.and_then(|s| s.name.clone()),
        subscription.and_then(|s| s.state.clone()),
        context.environment.clone(),
        Some(format!("{:?}", account.properties)),
    ]
}

#[test]
fn contexts_and_default_are_those_of_the_folder() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &TimeZone::UTC);
        let profile = &source(&sources, "azureProfile.json").found.profile;
        let expected_contexts = expected["contexts"].as_array().unwrap();
        let found: Vec<_> = profile.contexts.iter().map(found_context).collect();
        let wanted: Vec<_> = expected_contexts.iter().map(expected_context).collect();
        assert_eq!(found, wanted, "{dir}");
        let default = profile.default.as_ref().map(|name| {
            let context = profile.contexts.iter().find(|context| context.name == *name).unwrap();
            context.subscription.as_ref().unwrap().id.clone()
        });
        assert_eq!(default, text(&expected["active_context"]), "{dir}");
        for other in &sources {
            let only = other.path.ends_with("azureProfile.json");
            assert!(only || other.found.profile.contexts.is_empty(), "{:?}", other.path);
            assert!(only || other.found.profile.default.is_none(), "{:?}", other.path);
        }
        for (context, truth) in profile.contexts.iter().zip(expected_contexts) {
            let kept: Value = match context.kept.is_empty() {
                true => json!({}),
                false => serde_json::from_str(context.kept.as_json()).unwrap(),
            };
            for name in
                ["homeTenantId", "managedByTenants", "tenantDefaultDomain", "tenantDisplayName"]
            {
                let kept = kept.get(format!("/{name}"));
                assert_eq!(kept, truth.get(name), "{dir} {:?} {name}", context.name);
            }
        }
        if let Some(id) = expected["installation_id"].as_str() {
            assert!(profile.kept.as_json().contains(&format!(r#""/installationId":"{id}""#)));
        }
    }
}

#[test]
fn clouds_have_their_defaults() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let file = |name: &str| fs::read_to_string(fixtures().join(dir).join(name)).ok();
        let config = read("config", &file("config").unwrap());
        assert_eq!(config.azcli.active_cloud, text(&expected["active_cloud"]), "{dir}");
        let clouds = read("clouds.config", &file("clouds.config").unwrap_or_default());
        let found: BTreeMap<_, _> = clouds.azcli.cloud_subscriptions.into_iter().collect();
        let wanted: BTreeMap<String, String> =
            serde_json::from_value(expected["cloud_default_subscription"].clone()).unwrap();
        assert_eq!(found, wanted, "{dir}");
    }
}

/// One secret as the truth and as a reader says it; tokens that every tenant's users may redeem
/// have no tenant, and those of service principals no word about their cloud before `folder`.
type Row = (String, String, Option<String>, Option<String>, Option<String>, Option<String>);

fn expected_secret(secret: &Value) -> Row {
    let kind = text(&secret["kind"]).unwrap();
    let tenant = match kind.as_str() {
        "refresh_token" => None,
        _ => text(&secret["tenant"]).or(text(&secret["realm"])),
    };
    let cloud = match secret["environment"].as_str() {
        Some("login.chinacloudapi.cn") => "AzureChinaCloud",
        Some("login.microsoftonline.com" | "login.microsoftonline.com:443") | None => "AzureCloud",
        Some(other) => panic!("{other}"),
    };
    let target = text(&secret["target"]).filter(|_| kind == "access_token");
    let value = text(&secret["value"]).unwrap();
    (kind, value, text(&secret["owner"]), tenant, Some(cloud.to_owned()), target)
}

fn found_secret(held: &HeldSecret) -> Row {
    let about = &held.description;
    (
        about.kind.as_str().to_owned(),
        value(held),
        about.account.clone(),
        about.tenant.clone(),
        about.environment.clone(),
        about.target.clone().filter(|_| about.kind == SecretKind::AccessToken),
    )
}

#[test]
fn every_secret_is_found_in_its_files_with_its_owner_and_no_other() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let zone = TimeZone::get(expected["tz"].as_str().unwrap()).unwrap();
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &zone);
        for source in &sources {
            let name = source.path.file_name().unwrap().to_str().unwrap();
            let here = |secret: &&Value| {
                secret["found_in"].as_array().unwrap().iter().any(|file| file == name)
            };
            let expected: Vec<_> =
                expected["secrets"].as_array().unwrap().iter().filter(here).collect();
            let wanted: Vec<Row> = expected.iter().map(|s| expected_secret(s)).collect();
            let mut found: Vec<Row> =
                source.found.profile.secrets.iter().map(found_secret).collect();
            for row in &mut found {
                // A cache says which realm was asked; the truth, which tenant answered.
                if row.3.as_deref() == Some("organizations") {
                    let truth = wanted.iter().find(|truth| truth.1 == row.1);
                    row.3 = truth.and_then(|truth| truth.3.clone());
                }
            }
            for (what, some, others) in [("lost", &wanted, &found), ("invented", &found, &wanted)] {
                let odd: Vec<_> = some.iter().filter(|row| !others.contains(row)).collect();
                assert!(odd.is_empty(), "{dir}/{name}: {} {what}, as {:#?}", odd.len(), odd[0]);
            }
            assert_eq!(found.len(), wanted.len(), "{dir}/{name}: one is there twice");
            for held in &source.found.profile.secrets {
                let about = &held.description;
                let truth = expected.iter().find(|s| s["value"] == value(held)).unwrap();
                match truth["expires_on"].as_i64() {
                    Some(at) if about.kind == SecretKind::AccessToken => {
                        assert!((about.expires_on.unwrap() - at).abs() <= 5, "{dir}/{name}");
                    }
                    _ => assert_eq!(about.expires_on, None, "{dir}/{name}"),
                }
                if let Some(client_id) = truth["client_id"].as_str() {
                    assert_eq!(about.client_id.as_deref(), Some(client_id), "{dir}/{name}");
                }
            }
        }
        let read: BTreeSet<_> =
            sources.iter().filter_map(|s| s.path.file_name()?.to_str()).collect();
        for secret in expected["secrets"].as_array().unwrap() {
            for file in secret["found_in"].as_array().unwrap() {
                assert!(read.contains(file.as_str().unwrap()), "{dir}/{file} was not read");
            }
        }
    }
}

#[test]
fn accounts_are_those_of_the_folder_and_no_others() {
    let truth = truth();
    for dir in DIRS {
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &TimeZone::UTC);
        // (type, id, cloud) → tenants; the home account where a cache knows one.
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        let mut homes = BTreeSet::new();
        for account in sources.iter().flat_map(|source| &source.found.profile.accounts) {
            let key = (
                account.account_type.as_str().to_owned(),
                account.id.clone(),
                account.environment.clone().unwrap(),
            );
            found.entry(key).or_default().extend(account.tenants.clone());
            homes.extend(account.home_account_id.clone());
        }
        let mut wanted: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        let mut wanted_homes = BTreeSet::new();
        for account in truth["dirs"][dir]["accounts"].as_array().unwrap() {
            let (kind, id, tenant) = match account["type"].as_str().unwrap() {
                "user" => ("User", text(&account["name"]), &account["home_tenant"]),
                "servicePrincipal" => {
                    ("ServicePrincipal", text(&account["client_id"]), &account["tenant"])
                }
                "managedIdentity" => {
                    let id = match account["identity"].as_str().unwrap() {
                        "MSI" => "systemAssignedIdentity",
                        _ => "userAssignedIdentity",
                    };
                    ("ManagedService", Some(id.to_owned()), &account["tenant"])
                }
                other => panic!("{other}"),
            };
            let key = (kind.to_owned(), id.unwrap(), text(&account["cloud"]).unwrap());
            wanted.entry(key).or_default().extend(text(tenant));
            wanted_homes.extend(text(&account["home_account_id"]));
        }
        assert!(found.keys().eq(wanted.keys()), "{dir}: {found:?}\n{wanted:?}");
        for (key, tenants) in &wanted {
            assert!(found[key].is_superset(tenants), "{dir}: {key:?} {:?}", found[key]);
        }
        let guids = found.values().flatten().all(|tenant| tenant.len() == 36);
        assert!(guids, "{dir}: `common` and `organizations` are no tenants: {found:?}");
        assert_eq!(homes, wanted_homes, "{dir}");
    }
}

/// A subscription of `azureProfile.json`.
fn subscription(id: &str, cloud: &str, is_default: Value) -> Value {
    json!({
        "id": id, "name": "Prod", "state": "Enabled", "tenantId": "t-1", "isDefault": is_default,
        "environmentName": cloud, "user": {"name": "astrid@nordlys.example", "type": "user"},
    })
}

#[test]
fn the_default_is_that_of_the_active_cloud_or_none() {
    let both = [("AzureCloud", "one"), ("AzureChinaCloud", "two")];
    for (active, marked, remembered, wanted) in [
        // The mark wins over what clouds.config remembers.
        (None, Some("one"), "[AzureCloud]\nsubscription = three\n", Some("one")),
        (Some("AzureChinaCloud"), Some("two"), "", Some("two")),
        (Some("azurechinacloud"), Some("two"), "", Some("two")),
        // The mark may be in another cloud: then the memory counts, without case.
        (
            Some("AzureChinaCloud"),
            Some("one"),
            "[AzureChinaCloud]\nsubscription = TWO\n",
            Some("two"),
        ),
        (Some("AzureChinaCloud"), Some("one"), "", None),
        (None, None, "[AzureCloud]\nsubscription = one\n", Some("one")),
        // What `az account clear` leaves dangles; another cloud's memory is not this one's.
        (None, None, "[AzureCloud]\nsubscription = gone\n", None),
        (None, None, "[AzureCloud]\nsubscription = two\n", None),
        (None, None, "[AzureChinaCloud]\nsubscription = two\n", None),
        (Some("Hub"), Some("one"), "[AzureCloud]\nsubscription = one\n", None),
    ] {
        let subscriptions: Vec<Value> = both
            .iter()
            .map(|(cloud, id)| subscription(id, cloud, json!(marked == Some(*id))))
            .collect();
        let profile = json!({ "subscriptions": subscriptions }).to_string();
        let config = active.map(|active| format!("[cloud]\nname = {active}\n")).unwrap_or_default();
        let home = home_with(&[
            (".azure/azureProfile.json", &profile),
            (".azure/config", &config),
            (".azure/clouds.config", remembered),
            // Another folder's files say nothing about this one.
            (".Azure/config", "[cloud]\nname = AzureUSGovernment\n"),
        ]);
        let sources = read_home(&home);
        let found = &source(&sources, ".azure/azureProfile.json").found;
        let default = found.profile.default.as_ref().map(|name| name.as_str().to_owned());
        assert_eq!(default, wanted.map(|id| format!("Prod ({id})")), "{active:?} {remembered:?}");
        let said = found.notes.iter().any(|note| note.text.contains("no default subscription"));
        assert_eq!(said, wanted.is_none(), "{:?}", found.notes);
    }
}

#[test]
fn a_sign_in_without_subscription_can_be_the_default() {
    let mut entry = subscription("t-1", "AzureCloud", json!(true));
    entry["name"] = json!("N/A(tenant level account)");
    let mut impostor = entry.clone();
    (impostor["id"], impostor["isDefault"]) = (json!("other"), json!(false));
    let found = read("azureProfile.json", &json!({"subscriptions": [entry, impostor]}).to_string());
    let [tenant_level, impostor] = &found.profile.contexts[..] else { panic!() };
    assert!(tenant_level.subscription.is_none());
    assert_eq!(found.azcli.marked_default, [0]);
    assert!(impostor.subscription.is_some(), "only where the id is the tenant's");
}

#[test]
fn members_that_are_missing_or_unknown_are_taken_as_they_are() {
    let (name, whole) = ("azureProfile.json", subscription("one", "AzureCloud", json!(false)));
    let with = |change: fn(&mut Value)| {
        let mut entry = whole.clone();
        change(&mut entry);
        read(name, &json!({"subscriptions": [entry]}).to_string())
    };
    let found = read(name, &json!({"subscriptions": [whole], "new": {"a": 1}}).to_string());
    assert_eq!(found.profile.kept.as_json(), r#"{"/new":{"a":1}}"#);
    assert_eq!((found.outcome, found.unread), (Outcome::Warn, 1));
    for (change, outcome, context_name) in [
        ((|_| {}) as fn(&mut Value), Outcome::Accept, "Prod (one)"),
        (|e| e["name"] = Value::Null, Outcome::Accept, "one"),
        (|e| e["name"] = json!(""), Outcome::Accept, "one"),
        (|e| drop(e.as_object_mut().unwrap().remove("name")), Outcome::Accept, "one"),
        (|e| drop(e.as_object_mut().unwrap().remove("state")), Outcome::Accept, "Prod (one)"),
        (|e| drop(e.as_object_mut().unwrap().remove("isDefault")), Outcome::Accept, "Prod (one)"),
        (
            |e| drop(e.as_object_mut().unwrap().remove("environmentName")),
            Outcome::Warn,
            "Prod (one)",
        ),
        (|e| drop(e.as_object_mut().unwrap().remove("user")), Outcome::Warn, "Prod (one)"),
        (|e| e["user"] = json!({"type": "user", "x": 1}), Outcome::Warn, "Prod (one)"),
    ] {
        let found = with(change);
        assert_eq!(
            (found.outcome, found.profile.contexts[0].name.as_str()),
            (outcome, context_name)
        );
    }
    let found = with(|e| e["environmentName"] = Value::Null);
    assert_eq!(found.profile.contexts[0].environment, None, "no cloud is assumed");
    let found = with(|e| e["user"] = json!({"type": "user", "x": 1}));
    assert_eq!(found.profile.contexts[0].kept.as_json(), r#"{"/user":{"type":"user","x":1}}"#);
    let found = with(|e| {
        e["user"]["cloudShellID"] = json!(true);
        e["user"]["secret"] = json!("s3cret");
    });
    let context = &found.profile.contexts[0];
    let properties = &context.account.as_ref().unwrap().properties;
    assert_eq!(format!("{properties:?}"), r#"{"cloudShellID": "true"}"#);
    assert_eq!(context.kept.as_json(), r#"{"/user/secret":"s3cret"}"#, "it may be a secret");
    for empty in ["{}", r#"{"installationId":"x"}"#, r#"{"subscriptions":[]}"#, "\u{feff}{}"] {
        let found = read(name, empty);
        assert_eq!(
            (found.outcome, found.format),
            (Outcome::Accept, Format::AzcliProfile),
            "{empty}"
        );
        assert!(found.profile.contexts.is_empty());
    }
}

/// A certificate with its key, invented.
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n\
                   -----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

/// A key of SSH, invented.
const SSH_KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----\n";

#[test]
fn a_certificate_is_read_where_its_entry_says() {
    let entries = |path: &str| {
        json!([
            {"client_id": "app-1", "tenant": "t-1", "certificate": path, "use_cert_sn_issuer": true},
            {"client_id": "app-2", "tenant": "t-2", "certificate": path},
        ])
        .to_string()
    };
    for (written, lies) in [
        ("~/certs/sp.pem", "certs/sp.pem"),
        ("sp.pem", ".azure/sp.pem"),
        ("../certs/sp.pem", "certs/sp.pem"),
    ] {
        let home =
            home_with(&[(".azure/service_principal_entries.json", &entries(written)), (lies, PEM)]);
        let mut opened = Vec::new();
        let candidates = look::named(home.path()).unwrap();
        let sources = folder::read_all(&candidates, home.path(), &TimeZone::UTC, &mut |path| {
            opened.push(path.to_owned());
        });
        assert_eq!(opened.len(), 2, "each file once: {opened:?}");
        let certificate = &source(&sources, "sp.pem").found;
        assert_eq!(certificate.format, Format::Certificate);
        // One beside the entries is found by itself.
        let why = "service_principal_entries.json points to it";
        let is_led_to = certificate.notes.iter().any(|note| note.text.contains(why));
        assert_eq!(is_led_to, lies != ".azure/sp.pem", "{lies}");
        // Both principals hold it: the same key in two tenants is two credentials.
        let owners: Vec<_> = certificate
            .profile
            .secrets
            .iter()
            .map(|held| {
                assert_eq!(
                    (held.description.kind, value(held).as_str()),
                    (SecretKind::Certificate, PEM)
                );
                (held.description.account.as_deref(), held.description.tenant.as_deref())
            })
            .collect();
        assert_eq!(owners, [(Some("app-1"), Some("t-1")), (Some("app-2"), Some("t-2"))]);
        let entries = &source(&sources, "service_principal_entries.json").found;
        assert_eq!(values(entries), [written, written], "the path as written is kept too");
        assert_eq!(entries.profile.accounts[0].properties["use_cert_sn_issuer"], "true");
    }
    // Named or walked over beforehand, it must not get lost.
    let home = home_with(&[
        ("any/service_principal_entries.json", &entries("sp.pem")),
        ("any/sp.pem", PEM),
    ]);
    for listed in [vec!["any"], vec![""], vec!["any/sp.pem", "any/service_principal_entries.json"]]
    {
        let candidates: Vec<_> =
            listed.iter().flat_map(|path| look::named(&home.path().join(path)).unwrap()).collect();
        let sources = folder::read_all(&candidates, home.path(), &TimeZone::UTC, &mut |_| {});
        assert_eq!(source(&sources, "sp.pem").found.profile.secrets.len(), 2, "{listed:?}");
        assert_eq!(sources.len(), 2, "{listed:?}");
    }
}

#[test]
fn what_is_no_certificate_is_not_taken_for_one() {
    let home = home_with(&[("notes.txt", "s3cret"), (".ssh/id_rsa", SSH_KEY)]);
    std::os::unix::fs::symlink("/etc/hostname", home.path().join("link.pem")).unwrap();
    std::os::unix::fs::symlink("gone.pem", home.path().join("lost.pem")).unwrap();
    for (written, why) in [
        ("~/gone.pem", "no such file"),
        ("/home/astrid/certs/sp-drift.pem", "no such file"),
        ("C:\\certs\\sp.pem", "no such file"),
        ("~/notes.txt", "neither PEM with a private key nor PFX"),
        ("~/.ssh/id_rsa", "a private key without a certificate"),
        ("~/link.pem", "nobody named it (--from "),
        ("~/lost.pem", "symbolic link"),
        ("/dev/zero", "not a regular file"),
        ("~/", "not a regular file"),
        // The file that holds the entry, and a file that is read for what it is.
        ("accessTokens.json", "neither PEM with a private key nor PFX"),
    ] {
        let entries =
            json!([{"servicePrincipalId": "app", "certificateFile": written}]).to_string();
        let folder = home.path().join(".azure");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("accessTokens.json"), entries).unwrap();
        let sources = read_home(&home);
        let [only] = &sources[..] else { panic!("{written}: {}", sources.len()) };
        assert_eq!(values(&only.found), [written]);
        let notes = format!("{:?}", only.found.notes);
        assert!(notes.contains(why) && !notes.contains("s3cret"), "{written}: {notes}");
    }
}

#[test]
fn a_certificate_is_read_through_a_link_and_never_beyond_what_was_named() {
    let link = |target: &Path, at: PathBuf| {
        std::os::unix::fs::symlink(target, at).unwrap();
    };
    let own = home_with(&[(".ssh/own.pem", PEM)]);
    for (written, is_read) in [
        ("~/own.pem", false),
        ("../certs/sp.pem", true),
        ("../certs/link.pem", true),
        ("../certs/out.pem", false),
        ("../../../../../../..OWN/.ssh/own.pem", false),
        ("OWN/.ssh/own.pem", false),
    ] {
        let written = written.replace("OWN", own.path().to_str().unwrap());
        let entries = json!([{"client_id": "app-1", "tenant": "t-1", "certificate": written}]);
        let copy = home_with(&[
            ("named/.azure/service_principal_entries.json", &entries.to_string()),
            ("named/certs/sp.pem", PEM),
        ]);
        link(&copy.path().join("named/certs/sp.pem"), copy.path().join("named/certs/link.pem"));
        link(&own.path().join(".ssh/own.pem"), copy.path().join("named/certs/out.pem"));
        let candidates = look::named(&copy.path().join("named")).unwrap();
        // `~` is the importing user's home, and not what was named.
        let home = own.path().join(".ssh");
        let mut reach = folder::Reach::new(&home, [copy.path().join("named")]);
        let read = |reach: &folder::Reach| {
            folder::read_within(&candidates, reach, &TimeZone::UTC, &mut |_| {})
        };
        let sources = read(&reach);
        assert_eq!(sources.len(), if is_read { 2 } else { 1 }, "{written}");
        let entries = source(&sources, "service_principal_entries.json");
        let outside: Vec<_> = entries.outside.iter().map(|outside| &outside.path).collect();
        if is_read {
            assert!(outside.is_empty());
            continue;
        }
        let notes = format!("{:?}", entries.found.notes);
        assert!(
            notes.contains("nobody named it") && notes.contains("application app-1"),
            "{notes}"
        );
        // Agreed to, it is read.
        reach.extend(outside[0]);
        assert_eq!(read(&reach).len(), 2, "{written}");
    }
}

#[test]
fn a_service_principal_is_of_the_cloud_of_its_subscriptions() {
    let context = |id: &str, cloud: &str, client_id: &str, tenant: &str| {
        json!({"id": id, "name": id, "tenantId": tenant, "environmentName": cloud,
               "user": {"name": client_id, "type": "servicePrincipal"}})
    };
    let profile = json!({"subscriptions": [
        context("1", "AzureChinaCloud", "APP-1", "t-1"),
        context("2", "AzureChinaCloud", "app-1", "t-2"),
        context("3", "AzureCloud", "app-2", "t-1"),
        context("4", "AzureChinaCloud", "app-2", "t-2"),
    ]});
    let entries: Vec<_> = [("app-1", "t-9"), ("app-2", "t-2"), ("app-2", "t-9"), ("app-3", "t-1")]
        .iter()
        .map(|(id, tenant)| json!({"client_id": id, "tenant": tenant, "client_secret": "x"}))
        .collect();
    let home = home_with(&[
        (".azure/azureProfile.json", &profile.to_string()),
        (".azure/service_principal_entries.json", &json!(entries).to_string()),
    ]);
    let sources = read_home(&home);
    let secrets = &source(&sources, "service_principal_entries.json").found.profile.secrets;
    let clouds: Vec<_> =
        secrets.iter().map(|held| held.description.environment.as_deref()).collect();
    assert_eq!(clouds, [Some("AzureChinaCloud"), Some("AzureChinaCloud"), None, None]);
}

#[test]
fn a_bad_item_is_named_by_its_place_and_the_rest_goes_on() {
    let token = |secret: Value| json!({"secret": secret, "client_id": "c", "realm": "t", "environment": "login.windows.net"});
    let mut undated = token(json!("kept"));
    undated["expires_on"] = json!("soon");
    for (file, content, place, wanted) in [
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": token(Value::Null), "b": token(json!("kept"))}}),
            "/AccessToken/a",
            "kept",
        ),
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": token(json!("")), "b": token(json!("kept"))}}),
            "/AccessToken/a",
            "kept",
        ),
        (
            "msal.cache",
            json!({"AccessToken": {"a": token(json!(7)), "b": token(json!("kept"))}}),
            "/AccessToken/a/secret",
            "7 kept",
        ),
        (
            "msal_token_cache.json",
            json!({"Account": {"x/y": {"realm": "r"}}, "AccessToken": {"b": token(json!("kept"))}}),
            "/Account/x~1y",
            "kept",
        ),
        // A token is worth more than its date.
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": undated}}),
            "/AccessToken/a/expires_on",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"servicePrincipalId": "a"}, {"servicePrincipalId": "b", "accessToken": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"tokenType": "Bearer", "userId": "u"}, {"userId": "u", "refreshToken": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"userId": "u", "accessToken": "kept", "expiresOn": "soon", "_clientId": "c"}]),
            "/0/expiresOn",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"tenant": "t"}, {"client_id": "b", "client_secret": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"client_id": "a"}, {"client_id": "b", "client_assertion": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"client_id": "a", "client_secret": ""}, 7, {"client_id": "b", "client_secret": "kept"}]),
            "/0",
            "kept",
        ),
    ] {
        let found = read(file, &content.to_string());
        assert_eq!(found.outcome, Outcome::Warn, "{content}: {:?}", found.notes);
        assert_eq!(found.notes[0].place, place, "{content}");
        assert_eq!(values(&found).join(" "), wanted, "{content}");
    }
    let subscriptions = json!({"subscriptions": [{"name": "x"}, 7, subscription("one", "C", json!(1)),
                                                 subscription("two", "C", json!(true))]});
    let found = read("azureProfile.json", &subscriptions.to_string());
    let places: Vec<_> = found.notes.iter().map(|note| note.place.as_str()).collect();
    for place in ["/subscriptions/0", "/subscriptions/1", "/subscriptions/2/isDefault"] {
        assert!(places.contains(&place), "{places:?}");
    }
    let names = found.profile.contexts.iter().map(|context| context.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["x", "Prod (one)", "Prod (two)"]);
}

#[test]
fn an_msal_cache_is_read_by_its_members() {
    let cache = json!({
        "Account": {
            "1": {"home_account_id": "O.T", "environment": "login.windows.net", "username": "a@x.example",
                  "realm": "72f00000-0000-4000-8000-000000000001", "wam_account_ids": {"c": "w"}, "new": 1},
            "2": {"home_account_id": "O.T", "environment": "login.windows.net", "username": "a@x.example",
                  "realm": "organizations"},
            "3": {"home_account_id": "p.t", "environment": "adfs.local.example", "username": "b@x.example"},
        },
        "RefreshToken": {
            "anything": {"secret": "family", "home_account_id": "o.t", "family_id": "1",
                         "environment": "login.microsoftonline.com", "client_id": "c"},
            "nobody's": {"secret": "lost", "home_account_id": "q.t", "environment": "login.windows.net"},
        },
        "AccessToken": {
            "a": {"secret": "ssh", "token_type": "ssh-cert", "home_account_id": "p.t", "expires_on": "17",
                  "environment": "adfs.local.example", "key_id": "k", "realm": "adfs", "target": "x y"},
            "b": {"secret": "sp", "home_account_id": null, "client_id": "app", "expires_on": 18,
                  "environment": "login.chinacloudapi.cn", "realm": "t-9"},
        },
        "AppMetadata": {"m": {"family_id": "1"}},
        "Later": [1],
    });
    let found = read("msal_token_cache.json", &cache.to_string());
    assert_eq!((found.outcome, found.unread), (Outcome::Warn, 3), "{:?}", found.notes);
    let rows: Vec<_> = found
        .profile
        .secrets
        .iter()
        .map(|held| {
            let about = &held.description;
            (
                value(held),
                about.kind,
                about.account.as_deref(),
                about.environment.as_deref(),
                about.tenant.as_deref(),
                about.expires_on,
            )
        })
        .collect();
    let us = |text: &str| text.to_owned();
    assert_eq!(
        rows,
        [
            (
                us("ssh"),
                SecretKind::SshCertificate,
                Some("b@x.example"),
                Some("adfs.local.example"),
                Some("adfs"),
                Some(17)
            ),
            (
                us("sp"),
                SecretKind::AccessToken,
                Some("app"),
                Some("AzureChinaCloud"),
                Some("t-9"),
                Some(18)
            ),
            // Another alias of the same authority names the same user; nobody's token is still kept.
            (
                us("family"),
                SecretKind::RefreshToken,
                Some("a@x.example"),
                Some("AzureCloud"),
                None,
                None
            ),
            (us("lost"), SecretKind::RefreshToken, None, Some("AzureCloud"), None, None),
        ]
    );
    let accounts: Vec<_> = found
        .profile
        .accounts
        .iter()
        .map(|account| {
            (account.id.as_str(), account.account_type.as_str(), account.tenants.join(" "))
        })
        .collect();
    assert_eq!(
        accounts,
        [
            ("a@x.example", "User", us("72f00000-0000-4000-8000-000000000001")),
            ("b@x.example", "User", us("")),
            ("app", "ServicePrincipal", us("t-9")),
        ]
    );
    let kept: Value = serde_json::from_str(found.profile.kept.as_json()).unwrap();
    let wanted = json!({"/Account/1/new": 1, "/AccessToken/a/key_id": "k",
                        "/AppMetadata": {"m": {"family_id": "1"}}, "/Later": [1]});
    assert_eq!(kept, wanted);
}

#[test]
fn a_sign_in_that_only_windows_broker_holds_is_said() {
    let account =
        |home: &str| json!({"home_account_id": home, "username": "u", "wam_account_ids": {}});
    let refresh = json!({"secret": "r", "home_account_id": "A"});
    for (accounts, tokens, place) in [
        (json!({"1": account("a")}), json!({}), Some("/Account/1")),
        (json!({"1": account("a"), "2": account("b")}), json!({"r": refresh}), Some("/Account/2")),
        (json!({"1": account("a")}), json!({"r": refresh}), None),
    ] {
        let cache = json!({"Account": accounts, "RefreshToken": tokens}).to_string();
        let found = read("msal.cache", &cache);
        let said = found.notes.iter().find(|note| note.text.contains("WAM"));
        assert_eq!(said.map(|note| note.place.as_str()), place, "{cache}");
        assert_eq!(found.outcome == Outcome::Warn, place.is_some());
    }
}

#[test]
fn accounts_of_one_name_in_two_clouds_keep_their_tokens_apart() {
    let account = |home: &str, host: &str| json!({"home_account_id": home, "environment": host, "username": "same@x.example"});
    let token = |home: &str, host: &str| json!({"home_account_id": home, "environment": host, "secret": format!("of {home}")});
    let (one, two) = ("login.microsoftonline.com", "login.chinacloudapi.cn");
    let cache = json!({
        "Account": {"1": account("o.t", one), "2": account("p.t", two)},
        "RefreshToken": {"1": token("o.t", one), "2": token("p.t", two)},
    });
    let found = read("msal_token_cache.json", &cache.to_string());
    assert_eq!(found.profile.accounts.len(), 2);
    for held in &found.profile.secrets {
        let home = held.description.home_account_id.as_deref().unwrap();
        assert_eq!(value(held), format!("of {home}"));
        assert_eq!(held.description.account.as_deref(), Some("same@x.example"));
    }
}

#[test]
fn local_times_are_those_of_the_zone_that_wrote_them() {
    let entry = json!([{"userId": "u", "_clientId": "c", "accessToken": "a",
                        "expiresOn": "2021-07-01 12:00:00.123456"}]);
    for (zone, wanted) in
        [("UTC", 1_625_140_800), ("Europe/Oslo", 1_625_133_600), ("Asia/Kolkata", 1_625_121_000)]
    {
        let reading =
            Reading { file_name: "accessTokens.json", time_zone: &TimeZone::get(zone).unwrap() };
        let found = azvault_importer::read(entry.to_string().as_bytes(), &reading);
        assert_eq!(found.profile.secrets[0].description.expires_on, Some(wanted), "{zone}");
    }
}

#[test]
fn keys_of_other_services_are_reported_and_left() {
    let config = "[cloud]\nname = AzureCloud\n[storage]\nkey = s3cret==\n";
    let home = home_with(&[(".azure/azureProfile.json", "{}"), (".azure/config", config)]);
    let sources = read_home(&home);
    let found = &source(&sources, "config").found;
    assert_eq!((found.outcome, found.notes[0].place.as_str()), (Outcome::Warn, "[storage] key"));
    assert!(found.profile.secrets.is_empty());
    assert!(!format!("{:?}", found.notes).contains("s3cret"));
}

#[test]
fn broken_documents_are_refused_whole_with_a_place() {
    let deep = format!("[{}{}]", "[".repeat(200), "]".repeat(200));
    for (file, content, place) in [
        ("azureProfile.json", r#"{"subscriptions":[{"id":"x","id":"y"}]}"#, None),
        ("azureProfile.json", r#"{"subscriptions":[],"subscriptions":[]}"#, None),
        ("azureProfile.json", r#"{"subscriptions":7}"#, None),
        ("msal_token_cache.json", r#"{"AccessToken":{"a":{"secret":"s"},"a":{}}}"#, None),
        ("azureProfile.json", r#"{"subscriptions":[]} x"#, Some("line 1 column 22")),
        (
            "msal_token_cache.json",
            r#"{"AccessToken":{"a":{"secret":"s"}}"#,
            Some("line 1 column 35"),
        ),
        (
            "service_principal_entries.json",
            r#"[{"client_id":"a","client_secret":"s"}"#,
            Some("line 1 column 38"),
        ),
        ("service_principal_entries.json", r#"{"client_id":"a","client_secret":"s"}"#, Some("")),
        ("accessTokens.json", &deep, Some("byte 128")),
        ("service_principal_entries.json", &deep, Some("byte 128")),
    ] {
        let found = read(file, content);
        let Some(place) = place else {
            // What is broken within itself is a bad item, no broken document.
            assert_eq!(found.outcome, Outcome::Warn, "{content}");
            continue;
        };
        assert_eq!(found.outcome, Outcome::Reject, "{file} {content}");
        assert_eq!(found.notes[0].place, place, "{file} {content}");
        assert!(found.profile.secrets.is_empty() && found.profile.contexts.is_empty());
        assert!(found.azcli.certificates.is_empty() && found.azcli.marked_default.is_empty());
    }
    // Half a surrogate pair is no character: serde_json or the reader refuses it.
    let half =
        r#"[{"client_id":"a","client_secret":"\ud83d"},{"client_id":"b","client_secret":"s"}]"#;
    let found = read("service_principal_entries.json", half);
    assert!(found.outcome >= Outcome::Warn && !values(&found).iter().any(|v| v != "s"));
}

#[test]
fn damage_at_any_place_is_refused_or_said_and_nothing_is_invented() {
    for dir in DIRS {
        for entry in fs::read_dir(fixtures().join(dir)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(&path).unwrap();
            let reading = Reading { file_name: &name, time_zone: &TimeZone::UTC };
            let whole = azvault_importer::read(&bytes, &reading);
            let known: BTreeSet<String> = values(&whole).into_iter().collect();
            let json = !matches!(name.as_str(), "config" | "clouds.config");
            let step = (bytes.len() / 80).max(1);
            for length in (0..bytes.len()).step_by(step) {
                let cut = azvault_importer::read(&bytes[..length], &reading);
                assert!(
                    values(&cut).iter().all(|value| known.contains(value)),
                    "{path:?} {length}"
                );
                if cut.outcome >= Outcome::Opaque {
                    assert!(cut.profile.secrets.is_empty() && cut.profile.contexts.is_empty());
                    assert!(!cut.notes.is_empty(), "{path:?} {length}: no reason");
                }
                let body = bytes[..length].trim_ascii().strip_prefix(b"\xef\xbb\xbf");
                let nothing = body.unwrap_or(bytes[..length].trim_ascii()).is_empty();
                let ends_early = bytes[length..].iter().any(|byte| !byte.is_ascii_whitespace());
                if json && ends_early && !nothing {
                    assert_eq!(cut.outcome, Outcome::Reject, "{path:?} {length}");
                }
            }
            for at in (0..bytes.len()).step_by(step) {
                for bit in [0, 3, 7] {
                    let mut flipped = bytes.clone();
                    flipped[at] ^= 1 << bit;
                    let found = azvault_importer::read(&flipped, &reading);
                    let most = whole.profile.secrets.len() + 1;
                    assert!(found.profile.secrets.len() <= most, "{path:?} {at} {bit}");
                    if found.outcome == Outcome::Reject {
                        assert!(found.profile.secrets.is_empty() && !found.notes.is_empty());
                    }
                }
            }
        }
    }
}
