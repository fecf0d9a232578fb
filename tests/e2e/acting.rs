//! Who acts is settled once: the account that a verb touches is the one that `status` shows, whatever
//! the scope of the change is.
//!
//! The contexts are those of [`Home::with_contexts`]: the default `prod` is Megan's, `gov` is Alex's
//! in another cloud, `ci` a service principal's.

mod disconnecting;
mod empty;
mod everywhere;
mod names_of_two;
mod setting;

use serde_json::Value;

use crate::world::cut_off;
use azvault_test_support::Home;

const MEGAN: &str = "megan@contoso.example";
const ALEX: &str = "alex@fabrikam.example";
const APP: &str = "a9900000-0000-4000-8000-000000000001";

/// The accounts that an answer says are touched.
fn accounts(done: &Value) -> Vec<&str> {
    let accounts = done["accounts"].as_array().unwrap().iter();
    accounts.map(|account| account["id"].as_str().unwrap()).collect()
}

#[test]
fn status_shows_which_account_acts_and_why() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let by_variable = |name: &str| {
        let mut command = session.command(&["status", "-o", "json"]);
        azvault_test_support::ran(command.env("AZVAULT_CONTEXT", name).output().unwrap())
            .expect(0)
            .json()
    };
    for (status, context, account, cloud, source) in [
        (home.json(&["status"]), "prod", MEGAN, "AzureCloud", "default"),
        (session.json(&["status"]), "gov", ALEX, "AzureUSGovernment", "session"),
        (session.json(&["status", "--context", "CI"]), "ci", APP, "AzureCloud", "--context"),
        (by_variable("shared"), "shared", MEGAN, "AzureCloud", "AZVAULT_CONTEXT"),
    ] {
        let acting = &status["acting"];
        assert_eq!(acting["context"], context);
        assert_eq!(acting["account"], account);
        assert_eq!(acting["environment"], cloud);
        assert_eq!(acting["source"], source);
        assert!(acting["tenant"].as_str().unwrap().starts_with("72f00000-"));
    }
    let table = session.run(&["status"]).expect(0).stdout;
    assert!(table.contains(&format!("{ALEX} in AzureUSGovernment")), "{table}");

    // What was chosen and is gone is named, and nobody acts in its place.
    home.run(&["context", "rename", "gov", "gov2"]).expect(0);
    let status = session.json(&["status"]);
    assert_eq!((&status["acting"], &status["missing"]), (&Value::Null, &Value::from("gov")));
    let table = session.run(&["status"]).expect(0).stdout;
    assert!(table.contains("none: \"gov\" is gone (this session)"), "{table}");
}

#[test]
fn an_empty_variable_names_no_context_and_nobody_acts_instead() {
    let home = Home::with_contexts();
    for empty in ["", " ", "\t "] {
        for args in [
            &["status"][..],
            &["context", "show"],
            &["disconnect", "--yes"],
            &["context", "set", "own"],
            &["exec", "--", "touch", "ran"],
        ] {
            let mut command = home.command(args);
            let ran =
                azvault_test_support::ran(command.env("AZVAULT_CONTEXT", empty).output().unwrap());
            ran.expect(2).says("AZVAULT_CONTEXT").says("unset AZVAULT_CONTEXT");
        }
    }
    assert!(!home.join("ran").exists());
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 7);
    // What must work in an emergency does.
    for args in [&["lock"][..], &["panic"]] {
        let mut command = home.command(args);
        let mut command = cut_off(command.env("AZVAULT_CONTEXT", ""));
        azvault_test_support::ran(command.output().unwrap()).expect(0);
    }
}
