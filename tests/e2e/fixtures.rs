//! Every fixture through the real binary: what the plan says, and what is in the vault after.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use azvault_test_support::{Home, fixture};

fn truth(set: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture(set).join("expected.json")).unwrap()).unwrap()
}

fn outcome(expected: &str) -> &str {
    match expected {
        "accept-with-warning" => "warn",
        other => other,
    }
}

fn values(secrets: &Value) -> BTreeSet<String> {
    let items = secrets.as_array().unwrap().iter();
    items.map(|secret| secret["value"].as_str().unwrap().to_owned()).collect()
}

/// Exit code 10 says that a file could not be read. What was imported is proven, and counted alike.
#[track_caller]
fn import_and_verify(home: &Home, from: &[&str]) {
    let run = home.run(&[&["migrate", "run", "--yes", "-o", "json"], from].concat());
    let said = run.json();
    let unread = said["rejected"].as_u64().unwrap() + said["opaque"].as_u64().unwrap();
    run.expect(if unread == 0 { 0 } else { 10 });
    if said["migration"].is_null() {
        return;
    }
    let verify = home.run(&["migrate", "verify", "-o", "json"]);
    let proof = verify.json();
    // An item that is cut off in its middle is no item any more: the proof names what was in it.
    if from.iter().any(|path| path.ends_with("TokenCache.v3.truncated.dat")) {
        assert_eq!(verify.code, 10);
        let differences = proof["differences"].as_array().unwrap();
        assert!(!differences.is_empty());
        assert!(differences.iter().all(|d| d["what"].as_str().unwrap().starts_with("byte 6065/")));
    } else {
        // A file of which nothing could be read is named, and nothing else differs.
        let rejected = said["rejected"].as_u64().unwrap();
        assert_eq!(verify.code, if rejected == 0 { 0 } else { 10 }, "{from:?}: {proof}");
        let differences = proof["differences"].as_array().unwrap();
        assert_eq!(differences.len() as u64, rejected, "{from:?}: {proof}");
        for one in differences {
            assert!(one["what"].as_str().unwrap().starts_with("could not be read"), "{one}");
        }
    }
    for counted in ["contexts", "secrets"] {
        assert_eq!(proof[counted], said[counted], "{from:?} {counted}");
    }
    assert_eq!(proof["since"].as_array().unwrap().len(), 0, "{from:?}: {}", proof["since"]);
}

#[test]
fn every_azure_powershell_file_is_planned_and_imported_as_its_truth_says() {
    let truth = truth("azure-powershell");
    let files = truth["files"].as_object().unwrap();
    assert!(files.len() > 60);
    for (path, expected) in files {
        // Azure CLI's own profile is refused by Azure PowerShell's truth and read by us.
        if expected["tool"] == "azure-cli" {
            continue;
        }
        let home = Home::with_vault();
        let file = fixture("azure-powershell").join(path);
        let from = ["--from", file.to_str().unwrap()];
        let plan = home.json(&[&["migrate", "plan"], &from[..]].concat());
        let source = &plan["sources"][0];
        let allowed: Vec<_> = std::iter::once(&expected["outcome"])
            .chain(expected["also_ok"].as_array().unwrap())
            .map(|o| outcome(o.as_str().unwrap()))
            .collect();
        let got = source["outcome"].as_str().unwrap();
        assert!(allowed.contains(&got), "{path}: {got}, expected {allowed:?}: {source}");
        if got != "accept" {
            assert!(!source["notes"].as_array().unwrap().is_empty(), "{path}: no reason given");
        }
        import_and_verify(&home, &from);
        let held = home.json(&["secret", "list", "--reveal"]);
        let empty = Value::Array(Vec::new());
        let wanted = values(expected.get("secrets").unwrap_or(&empty));
        assert_eq!(values(&held["secrets"]), wanted, "{path}");
        let list = home.json(&["context", "list"]);
        // Of two contexts of one name the second is kept under a name of its own.
        let names: BTreeSet<String> = names(list["contexts"].as_array().unwrap().iter())
            .iter()
            .map(|name| name.trim_end_matches(" (2)").to_owned())
            .collect();
        let expected_contexts = expected.get("contexts").and_then(Value::as_array);
        let wanted = expected_contexts.into_iter().flatten().filter(|c| c["placeholder"] != true);
        assert_eq!(names, self::names(wanted), "{path}");
        let default = list["default"].as_str().map(|name| name.trim_end_matches(" (2)"));
        assert_eq!(default, expected["default_context"].as_str(), "{path}");
        assert_eq!(plan["autosave"], expected["autosave_mode"], "{path}");
    }
}

#[test]
fn every_azure_powershell_home_is_imported_as_its_truth_says() {
    let truth = truth("azure-powershell");
    for (name, expected) in truth["homes"].as_object().unwrap() {
        let home = Home::with_files(&format!("azure-powershell/homes/{name}"));
        import_and_verify(&home, &[]);
        let list = home.json(&["context", "list"]);
        let held = values(&home.json(&["secret", "list", "--reveal"])["secrets"]);
        let wanted = values(&expected["secrets"]);
        if name.starts_with("both-") {
            // Azure CLI's tokens come in addition; its subscription is a context already.
            assert!(wanted.is_subset(&held), "{name}");
            assert!(held.len() > wanted.len(), "{name}");
        } else {
            assert_eq!(held, wanted, "{name}");
        }
        let got = names(list["contexts"].as_array().unwrap().iter());
        assert_eq!(got, names(expected["contexts"].as_array().unwrap().iter()), "{name}");
        assert_eq!(list["default"], expected["default_context"], "{name}");
        let plan = home.json(&["migrate", "plan"]);
        assert_eq!(plan["autosave"], expected["autosave_mode"], "{name}");
        for sealed in expected["cannot_be_imported"].as_array().unwrap() {
            let path = sealed["path"].as_str().unwrap();
            let source = plan["sources"].as_array().unwrap().iter();
            let source = source.into_iter().find(|s| s["path"].as_str().unwrap().ends_with(path));
            assert_eq!(source.unwrap()["outcome"], "opaque", "{name} {path}");
        }
    }
}

#[test]
fn every_azure_cli_folder_is_imported_as_its_truth_says() {
    let truth = truth("azure-cli");
    for (name, expected) in truth["dirs"].as_object().unwrap() {
        let home = Home::with_vault();
        let folder = fixture("azure-cli").join(name);
        let from = folder.to_str().unwrap();
        import_and_verify(&home, &["--from", from]);
        let held = values(&home.json(&["secret", "list", "--reveal"])["secrets"]);
        assert_eq!(held, values(&expected["secrets"]), "{name}");
        let list = home.json(&["context", "list"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let wanted: BTreeSet<_> = expected["contexts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                let name = format!("{} ({})", text(&c["name"]), text(&c["id"]));
                (name, text(&c["user"]["name"]), text(&c["tenantId"]), text(&c["environmentName"]))
            })
            .collect();
        let got: BTreeSet<_> = list["contexts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                let (account, tenant) = (text(&c["account"]["id"]), text(&c["tenant"]["id"]));
                (text(&c["name"]), account, tenant, text(&c["environment"]))
            })
            .collect();
        assert_eq!(got, wanted, "{name}");
        match expected["active_context"].as_str() {
            Some(id) => {
                let default = list["default"].as_str().unwrap();
                assert!(default.ends_with(&format!("({id})")), "{name}: {default}");
            }
            None => assert!(list["default"].is_null(), "{name}"),
        }
    }
}

fn names<'a>(contexts: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}
