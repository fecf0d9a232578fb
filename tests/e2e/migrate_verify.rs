//! `migrate verify`: what is compared, and what became of it since.

use std::fs;

use serde_json::{Value, json};

use crate::azure::Azure;
use azvault_test_support::Home;

/// A context file of Azure PowerShell: two names of one identity, and another one.
fn file() -> Value {
    let context = |app: &str, group: &str| {
        json!({
            "Account": {"Id": app, "Type": "ServicePrincipal",
                "ExtendedProperties": {"ServicePrincipalSecret": format!("secret-of-{app}")}},
            "Tenant": {"Id": "72f00000-0000-4000-8000-000000000001"},
            "Subscription": {"Id": "5b000000-0000-4000-8000-000000000001", "Name": "S", "State": "Enabled"},
            "Environment": {"Name": "Stack"},
            "ExtendedProperties": {"Default Resource Group": group},
        })
    };
    json!({
        "DefaultContextKey": "one",
        "EnvironmentTable": {"Stack": {"Name": "Stack",
            "ActiveDirectoryAuthority": "https://adfs.example/"}},
        "Contexts": {"one": context("app", "a"), "two": context("app", "b"), "three": context("other", "c")},
        "ExtendedProperties": {},
    })
}

fn imported() -> Home {
    let home = Home::with_vault();
    fs::create_dir(home.join(".Azure")).unwrap();
    fs::write(home.join(".Azure/AzureRmContext.json"), file().to_string()).unwrap();
    let run = home.json(&["migrate", "run", "--yes"]);
    let proof = home.json(&["migrate", "verify"]);
    for counted in ["contexts", "secrets"] {
        assert_eq!(proof[counted], run[counted]);
    }
    assert_eq!((&proof["contexts"], &proof["environments"]), (&json!(3), &json!(1)));
    home
}

fn texts(proof: &Value, list: &str) -> Vec<String> {
    let points = proof[list].as_array().unwrap().iter();
    points.map(|point| point["what"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn verify(home: &Home, code: i32) -> Value {
    home.run(&["migrate", "verify", "-o", "json"]).expect(code).json()
}

#[test]
fn two_names_of_one_identity_are_two_contexts_and_one_that_goes_is_missed() {
    let home = imported();
    home.run(&["context", "remove", "two", "--yes"]).expect(0);
    let proof = verify(&home, 10);
    assert_eq!(texts(&proof, "gone"), ["context \"two\" was removed since"]);
    assert_eq!(texts(&proof, "differences"), [""; 0]);
    // The user did it: the original may go all the same.
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!home.join(".Azure/AzureRmContext.json").exists());
    home.run(&["migrate", "verify"]).expect(10).says("removed or signed out since");
}

#[test]
fn a_context_is_followed_when_it_gets_another_name_or_is_changed() {
    let home = imported();
    home.run(&["context", "rename", "one", "first"]).expect(0);
    home.run(&["context", "select", "three", "--scope", "user"]).expect(0);
    let proof = verify(&home, 0);
    let since = texts(&proof, "since").join("\n");
    assert!(since.contains("context \"one\" is called \"first\" since"), "{since}");
    assert!(since.contains("the default was changed since, from \"one\" to \"three\""), "{since}");
    let subscription = "5b000000-0000-4000-8000-000000000001";
    let property = "Default Resource Group=z";
    let set = ["context", "set", "--subscription", subscription, "--property", property];
    let set = [&set[..], &["--scope", "user"]].concat();
    home.run(&set).expect(0);
    let since = texts(&verify(&home, 0), "since").join("\n");
    let changed = "context \"three\" was changed since: property Default Resource Group";
    assert!(since.contains(changed), "{since}");
    home.run(&["migrate", "clean", "--yes"]).expect(0);
}

#[test]
fn signing_out_is_told_from_a_loss() {
    let home = imported();
    home.run(&["disconnect", "--account", "other", "--yes"]).expect(0);
    let gone = texts(&verify(&home, 10), "gone").join("\n");
    assert!(gone.contains("a client secret of \"other\" was signed out since"), "{gone}");
    assert!(gone.contains("context \"three\" was removed since"), "{gone}");
    assert!(!gone.contains("secret-of-other"), "{gone}");
}

#[test]
fn a_token_that_azvault_renewed_is_renewed_and_not_lost() {
    let azure = Azure::with(&["good-verify.example"]);
    let home = &azure.home;
    assert_eq!(texts(&verify(home, 0), "since"), [""; 0]);
    azure.token(&[]);
    azure.token(&["--resource", "aad-graph"]);
    let proof = verify(home, 0);
    assert_eq!(proof["renewed"], 1, "{proof}");
    let since = texts(&proof, "since");
    assert_eq!(since, ["a refresh token of \"person@example.com\" was renewed since"]);
    // New keys and a backup keep what the import remembers.
    home.run(&["key", "rotate", "--no-recovery", "--yes"]).expect(0);
    assert_eq!(verify(home, 0)["renewed"], 1);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!home.join("contexts.json").exists());
}

#[test]
fn what_could_not_be_read_is_not_there_already() {
    let home = Home::with_vault();
    fs::create_dir(home.join(".Azure")).unwrap();
    let place = home.join(".Azure/AzureRmContext.json");
    fs::write(&place, r#"{"Contexts": 7"#).unwrap();
    let nothing = "nothing was imported: 1 file could not be read";
    home.run(&["migrate", "run", "--yes"]).expect(10).says(nothing);
    home.run(&["migrate", "--yes"]).expect(10).says(nothing);
    let from = place.to_str().unwrap();
    let told = home.run(&["migrate", "run", "--yes", "--from", from]).expect(10);
    told.says(&format!("azvault migrate plan --from {from}"));
    // Beside a good file: what is good is imported, and the rest is said each time.
    fs::write(home.join(".Azure/AzureRmContext.other.json"), "{\"Contexts\": 7").unwrap();
    fs::write(&place, file().to_string()).unwrap();
    let both = ["--from", from, "--from", "./.Azure/AzureRmContext.other.json"];
    let run = |words: &[&str]| home.run(&[words, &both[..]].concat());
    run(&["migrate", "run", "--yes"]).expect(10).says("the rest was imported");
    run(&["migrate", "run", "--yes"]).expect(10).says("the vault holds the rest already");
    assert_eq!(run(&["migrate", "--yes", "-o", "json"]).expect(10).json()["equal"], false);
    fs::remove_file(home.join(".Azure/AzureRmContext.other.json")).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0).says("holds all that was read");
}

/// As `scan` names them: whatever is in such a file, the vault does not have it.
#[test]
fn a_file_of_which_nothing_could_be_read_is_a_difference() {
    let home = Home::with_vault();
    let azure = home.join(".Azure");
    fs::create_dir(&azure).unwrap();
    fs::write(azure.join("AzureRmContext.json"), file().to_string()).unwrap();
    let damaged = azure.join("TokenCache.dat");
    fs::write(&damaged, "damaged").unwrap();
    let linked = azure.join("AzureRmContextSettings.json");
    fs::write(&linked, "{}").unwrap();
    fs::hard_link(&linked, home.join("second name")).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(10).says("2 files could not be read");
    let refused = |proof: &Value| {
        let files = proof["files"].as_array().unwrap().iter();
        files.filter(|file| file["place"] == "refused").count()
    };
    let proof = verify(&home, 10);
    assert_eq!((&proof["equal"], refused(&proof)), (&json!(false), 2), "{proof}");
    let differences = texts(&proof, "differences").join("\n");
    assert!(
        differences.contains("could not be read: nothing of it is in the vault"),
        "{differences}"
    );
    assert!(differences.contains("could not be read: it has 2 names"), "{differences}");
    // It keeps nothing else from being removed, and stays itself.
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(damaged.exists() && !azure.join("AzureRmContext.json").exists());
    fs::write(&damaged, "changed").unwrap();
    let differences = texts(&verify(&home, 10), "differences").join("\n");
    assert!(differences.contains("has changed: run azvault migrate run again"), "{differences}");
    fs::remove_file(&damaged).unwrap();
    fs::remove_file(home.join("second name")).unwrap();
    fs::remove_file(&linked).unwrap();
    assert_eq!(verify(&home, 0)["equal"], true);
}
