//! Signing out: whose contexts and secrets go.

use serde_json::{Value, json};

use super::{ALEX, APP, MEGAN, accounts};
use azvault_test_support::Home;

#[test]
fn the_account_that_goes_is_the_one_that_the_session_shows_and_not_the_default_ones() {
    for scope in ["user", "process"] {
        for (name, account, gone) in [
            ("gov", ALEX, json!(["gov"])),
            ("ci", APP, json!(["ci"])),
            ("shared", MEGAN, json!(["dev", "prod", "shared", "tenant"])),
        ] {
            let home = Home::with_contexts();
            let session = home.session();
            session.run(&["use", name]).expect(0);
            let shown = session.json(&["status"])["acting"].clone();
            assert_eq!((&shown["account"], &shown["source"]), (&json!(account), &json!("session")));
            let done = session.json(&["disconnect", "--yes", "--scope", scope]);
            assert_eq!(done["acting"], shown, "{name} {scope}");
            assert_eq!(accounts(&done), [account], "{name} {scope}");
            let mut removed: Vec<_> = done["removed"].as_array().unwrap().clone();
            removed.sort_by_key(Value::to_string);
            assert_eq!(Value::from(removed), gone, "{name} {scope}");
            let left = session.json(&["context", "list"])["contexts"].as_array().unwrap().len();
            assert_eq!(left, 7 - gone.as_array().unwrap().len());
            let in_vault = home.json(&["context", "list"])["contexts"].as_array().unwrap().len();
            assert_eq!(in_vault, if scope == "user" { left } else { 7 });
        }
    }
}

#[test]
fn in_exec_the_account_of_its_context_is_signed_out() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let azvault = env!("CARGO_BIN_EXE_azvault");
    let within = ["exec", "gov", "--", azvault, "disconnect", "--yes", "-o", "json"];
    let done = home.run(&within).expect(0).json();
    assert_eq!(accounts(&done), [ALEX]);
    assert_eq!(done["removed"], json!(["gov"]));
    let status = home.json(&["status"]);
    assert_eq!((&status["acting"]["account"], &status["contexts"]), (&json!(MEGAN), &json!(6)));
}

#[test]
fn question_dry_run_and_answer_name_context_account_and_cloud() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let words = ["\"gov\"", "alex@fabrikam.example in AzureUSGovernment"];
    let asked = session.run(&["disconnect"]).expect(14).stderr;
    assert!(asked.contains("this session"), "{asked}");
    let dry = session.run(&["disconnect", "--dry-run"]).expect(0).stdout;
    let removed = session.run(&["context", "remove", "gov", "--dry-run"]).expect(0).stdout;
    let remove = session.run(&["context", "remove", "gov"]).expect(14).stderr;
    let done = session.run(&["disconnect", "--yes"]).expect(0).stdout;
    for text in [asked, dry, removed, remove, done] {
        for word in words {
            assert!(text.contains(word), "{word} is not in {text}");
        }
        assert!(!text.contains(MEGAN), "{text}");
    }
    let clear = home.run(&["context", "clear"]).expect(14).stderr;
    let cleared = home.run(&["context", "clear", "--yes"]).expect(0).stdout;
    for text in [clear, cleared] {
        for word in [MEGAN, APP, "6 contexts", "11 secrets"] {
            assert!(text.contains(word), "{word} is not in {text}");
        }
    }
}

#[test]
fn an_account_that_lives_in_the_session_alone_is_signed_out_there_and_nobody_else_is() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    // Of the vault's contexts nothing is left of Alex, of the session's one is.
    session.run(&["context", "set", "own", "--tenant", "t", "--scope", "process"]).expect(0);
    home.run(&["context", "remove", "gov"]).expect(0);
    let shown = session.json(&["status"])["acting"].clone();
    assert_eq!((&shown["context"], &shown["account"]), (&json!("own"), &json!(ALEX)));
    let dry = session.json(&["disconnect", "--dry-run", "--scope", "user"]);
    let done = session.json(&["disconnect", "--yes", "--scope", "user"]);
    for told in [&dry, &done] {
        assert_eq!(accounts(told), [ALEX]);
        assert_eq!((&told["removed"], &told["secrets_removed"]), (&json!(["own"]), &json!(0)));
    }
    assert_eq!(session.json(&["status"])["acting"], Value::Null);
    let status = home.json(&["status"]);
    assert_eq!((&status["acting"]["account"], &status["contexts"]), (&json!(MEGAN), &json!(6)));
}

#[test]
fn who_is_named_is_looked_up_in_all_that_the_session_sees() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    session.run(&["context", "set", "own", "--tenant", "t", "--scope", "process"]).expect(0);
    for who in [&["--context-name", "OWN"][..], &["--account", "ALEX@fabrikam.example"]] {
        for scope in ["user", "process"] {
            let args = [&["disconnect", "--dry-run", "--scope", scope], who].concat();
            let told = session.json(&args);
            assert_eq!(accounts(&told), [ALEX], "{who:?} {scope}");
            let mut removed = told["removed"].as_array().unwrap().clone();
            removed.sort_by_key(Value::to_string);
            assert_eq!(removed, [json!("gov"), json!("own")], "{who:?} {scope}");
        }
    }
    session.run(&["disconnect", "--context-name", "nobody", "--yes"]).expect(5);
}

#[test]
fn one_application_in_two_clouds_is_two_accounts() {
    let home = Home::with_contexts();
    // The same application in the cloud of the government, with nothing but a context.
    let session = home.session();
    let file = home.join("saved.json");
    let saved = json!({
        "DefaultContextKey": "none",
        "EnvironmentTable": {},
        "Contexts": { "ci-gov": {
            "Account": { "Id": APP.to_uppercase(), "Type": "ServicePrincipal",
                         "ExtendedProperties": {} },
            "Tenant": { "Id": "72f00000-0000-4000-8000-000000000003" },
            "Environment": { "Name": "AzureUSGovernment" },
            "ExtendedProperties": {},
        } },
        "ExtendedProperties": {},
    });
    std::fs::write(&file, saved.to_string()).unwrap();
    home.run(&["context", "import", file.to_str().unwrap()]).expect(0);

    let refused = home.run(&["disconnect", "--account", APP, "--yes"]).expect(5);
    let refused = refused.says("several accounts have that name").says("login.microsoftonline.us");
    refused.says("login.microsoftonline.com").says("--context-name");
    session.run(&["use", "ci-gov"]).expect(0);
    let done = session.json(&["disconnect", "--yes", "--scope", "user"]);
    assert_eq!((&done["removed"], &done["secrets_removed"]), (&json!(["ci-gov"]), &json!(0)));
    assert_eq!(done["accounts"][0]["environment"], "AzureUSGovernment");
    // The other one has its context and its secret.
    let done = home.json(&["disconnect", "--context-name", "ci", "--yes"]);
    assert_eq!((&done["removed"], &done["secrets_removed"]), (&json!(["ci"]), &json!(1)));
}
