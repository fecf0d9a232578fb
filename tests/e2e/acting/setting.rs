//! `context set`: for whom a context is made, and what becomes active.

use serde_json::json;

use super::{APP, MEGAN};
use azvault_test_support::Home;

const DEV_ID: &str = "5b000000-0000-4000-8000-000000000001";
const GOV_TENANT: &str = "72f00000-0000-4000-8000-000000000003";

#[test]
fn a_context_is_made_for_the_account_that_acts_and_becomes_active_under_its_own_name() {
    for scope in ["user", "process"] {
        for (name, account) in [("ci", APP), ("shared", MEGAN)] {
            for given in [None, Some("own")] {
                let home = Home::with_contexts();
                let session = home.session();
                session.run(&["use", name]).expect(0);
                let named = given.map_or(vec![], |given| vec![given]);
                let args = [
                    &["context", "set"],
                    &named[..],
                    &["--subscription", DEV_ID, "--scope", scope],
                ];
                let done = session.json(&args.concat());
                let case = format!("{name} {given:?} {scope}");
                assert_eq!(done["acting"]["account"], account, "{case}");
                assert_eq!(done["contexts"][0]["account"]["id"], account, "{case}");
                let status = session.json(&["status"]);
                assert_eq!(done["active"], status["active"], "{case}");
                assert_eq!(status["acting"]["account"], account, "{case}");
                let shown = session.json(&["context", "show"]);
                assert_eq!(shown["account"]["id"], account, "{case}");
                assert_eq!(shown["subscription"]["id"], DEV_ID, "{case}");
                let wanted = if scope == "user" { account } else { MEGAN };
                assert_eq!(home.json(&["status"])["acting"]["account"], wanted, "{case}");
            }
        }
    }
}

#[test]
fn the_answer_names_the_context_and_the_account_that_are_active_now() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let set = ["context", "set", "z1", "--tenant", GOV_TENANT, "--scope", "user"];
    let said = session.run(&set).expect(0).stdout;
    assert_eq!(
        said,
        "\"z1\" is active in the vault (alex@fabrikam.example in AzureUSGovernment)\n"
    );
    assert_eq!(home.json(&["status"])["active"], "z1");
    assert_eq!(session.json(&["status"])["active"], "z1");
    // Also one that this session did not see until now.
    session.run(&["context", "remove", "dev", "--scope", "process"]).expect(0);
    session.run(&["use", "ci"]).expect(0);
    let said = session.run(&["context", "select", "dev", "--scope", "user"]).expect(0).stdout;
    assert_eq!(said, "\"dev\" is active in the vault (megan@contoso.example)\n");
    assert_eq!(session.json(&["status"])["acting"]["account"], MEGAN);
}

#[test]
fn anothers_subscription_in_a_tenant_that_the_account_never_saw_is_asked_about() {
    let home = Home::with_contexts();
    let session = home.session();
    session.run(&["use", "ci"]).expect(0);
    let before = home.json(&["context", "list"]);
    let shared = ["context", "set", "x1", "--subscription", "Fabrikam Shared"];
    for scope in ["user", "process"] {
        let args = [&shared[..], &["--scope", scope]].concat();
        let refused = session.run(&args).expect(7).says("was never seen in tenant");
        refused.says("72f00000-0000-4000-8000-000000000002").says("--online").says(APP);
    }
    assert_eq!(home.json(&["context", "list"]), before);
    let done = session.json(&[&shared[..], &["--force"]].concat());
    assert_eq!(done["contexts"][0]["account"]["id"], APP);
    // A tenant that the person names is taken at that word, and it is said.
    let named = ["context", "set", "x2", "--tenant", GOV_TENANT];
    session.run(&named).expect(0).says("warning: ").says("was never seen in tenant");
    // Megan was there.
    session.run(&["use", "prod"]).expect(0);
    let said = session.run(&["context", "set", "--subscription", "Fabrikam Shared"]).expect(0);
    assert!(!said.stderr.contains("never seen"), "{}", said.stderr);
}

#[test]
fn a_tenant_is_named_by_its_id_or_as_a_context_names_it_and_by_no_other_domain() {
    let home = Home::with_contexts();
    let set = |tenant: &str| home.run(&["context", "set", "x", "--tenant", tenant]);
    set("nobodys.example").expect(5).says("\"nobodys.example\"").says("azvault context list");
    assert_eq!(home.json(&["status"])["contexts"], 7);
    assert_eq!(home.json(&["status"])["acting"]["account"], json!(MEGAN));
}
