//! The report for code scanners.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::scan::CACHE;
use azvault_test_support::{Home, fixture, not_run};

/// Fails unless a log is what the published schema says. Where Python has no `jsonschema` that is
/// not checked, and said.
fn is_valid(log: &Path) {
    let script = "import json, sys, jsonschema\n\
                  schema, log = (json.load(open(path)) for path in sys.argv[1:])\n\
                  jsonschema.Draft4Validator.check_schema(schema)\n\
                  jsonschema.Draft4Validator(schema).validate(log)";
    let schema = fixture("sarif/sarif-schema-2.1.0.json");
    let said = Command::new("python3").args(["-c", script]).arg(schema).arg(log).output().unwrap();
    let errors = String::from_utf8(said.stderr.clone()).unwrap();
    if errors.contains("No module named 'jsonschema'") && std::env::var_os("CI").is_none() {
        not_run("python3 -m pip install -r tests/requirements.txt");
        return;
    }
    assert!(said.status.success(), "{errors}");
}

#[test]
fn a_report_for_code_scanners_has_rules_levels_places_and_no_secret() {
    let home = Home::empty();
    fs::create_dir_all(home.join(".azure/my data")).unwrap();
    fs::write(home.join(".azure/my data/50% ä.json"), CACHE).unwrap();
    let profile = r#"{"subscriptions":[{"id":"s","name":"n","tenantId":"t","environmentName":"AzureCloud","user":{"name":"u","type":"user"}}]}"#;
    fs::write(home.join(".azure/azureProfile.json"), profile).unwrap();
    let unknown = "export ARM_CLIENT_SECRET=Ab38Q~planted-secret-of-an-application-1234\n";
    fs::write(home.join(".azure/odd"), unknown).unwrap();
    std::os::unix::fs::symlink("gone", home.join(".azure/clouds.config")).unwrap();
    let ran = home.run(&["scan", "-o", "sarif"]).expect(10);
    assert!(!ran.stdout.contains("rt.planted") && !ran.stdout.contains("planted-secret"));
    let file = home.join("log.sarif");
    fs::write(&file, &ran.stdout).unwrap();
    is_valid(&file);
    let log = ran.json();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "azvault");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let found: Vec<(&str, &str)> = results
        .iter()
        .map(|result| {
            let rule = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert!(result["message"]["text"].is_string());
            (result["ruleId"].as_str().unwrap(), result["level"].as_str().unwrap())
        })
        .collect();
    assert!(found.contains(&("msal-cache", "error")), "{found:?}");
    assert!(found.contains(&("azcli-profile", "warning")), "{found:?}");
    let uri = |one: &Value| {
        let location = &one["locations"][0]["physicalLocation"];
        location["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    let cache = results.iter().find(|one| one["ruleId"] == "msal-cache").unwrap();
    let wanted = format!("file://{}/.azure/my%20data/50%25%20%C3%A4.json", home.path().display());
    assert_eq!(uri(cache), wanted);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(uri(&invocation["toolExecutionNotifications"][0]).ends_with("clouds.config"));
    // A clean home is a log without results.
    let clean = Home::empty().run(&["scan", "-o", "sarif"]).expect(0);
    fs::write(&file, &clean.stdout).unwrap();
    is_valid(&file);
    let clean = clean.json();
    assert_eq!(clean["runs"][0]["results"], json!([]));
}

#[test]
fn no_other_verb_answers_in_that_form() {
    let home = Home::empty();
    for args in [&["status"][..], &["doctor"], &["migrate", "plan"], &["context", "list"]] {
        let ran = home.run(&[args, &["-o", "sarif"]].concat()).expect(2);
        ran.says("only scan answers in SARIF").says("azvault scan -o sarif");
    }
}

#[test]
fn a_file_that_no_format_knows_is_shown_by_what_its_values_look_like() {
    let home = Home::empty();
    fs::create_dir(home.join(".azure")).unwrap();
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIPlanted1234567890abcdefghijklmnopqrstuv\n\
               -----END PRIVATE KEY-----\n";
    fs::write(home.join(".azure/strange.bin"), key).unwrap();
    let ran = home.run(&["scan"]).expect(10);
    assert!(ran.stdout.contains("1 value that looks like a private key"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("Planted"));
    // Named, it is found anywhere; unnamed, elsewhere is not the products' business.
    fs::rename(home.join(".azure/strange.bin"), home.join("strange.bin")).unwrap();
    home.run(&["scan"]).expect(0);
    home.run(&["scan", "strange.bin"]).expect(10);
}
