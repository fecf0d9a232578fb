//! Creating, renaming and removing contexts.

use serde_json::Value;

use super::{
    ALL, APP, DEV_ID, GOV_ID, MEGAN, OTHER_APP, PROD_ID, SECOND_TENANT, SHARED_ID, UNKNOWN_ID,
    accounts_with_secrets, active, seen, set, stored,
};
use azvault_test_support::{Home, Saved};

#[test]
fn removing_the_active_context_asks_and_leaves_none_active() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "remove", "PROD"]).expect(14).says("--yes");
    assert_eq!(stored(&home), before);
    let removed = home.run(&["context", "remove", "PROD", "--yes"]).expect(0);
    removed.says("no context is active now").says("azvault context select NAME");
    let mut left = set(ALL);
    left.remove("prod");
    assert_eq!(seen(&home), (left, Value::Null));
    // Another one is not asked about, and a session's choice is.
    home.run(&["context", "remove", "gov"]).expect(0);
    let session = home.session();
    session.run(&["use", "dev"]).expect(0);
    session.run(&["context", "remove", "dev", "--scope", "process"]).expect(14);
    session.run(&["context", "remove", "dev", "--scope", "process", "--force"]).expect(0);
    assert_eq!(active(&session), Value::Null);
}

#[test]
fn the_last_context_of_a_user_takes_the_tokens_along_and_that_of_a_principal_does_not() {
    let home = Home::with_contexts();
    let everybody = set([MEGAN, APP, OTHER_APP]);
    home.run(&["context", "remove", "dev", "shared", "tenant"]).expect(0);
    home.run(&["context", "remove", "ci"]).expect(0);
    home.run(&["context", "remove", "cert"]).expect(0);
    assert_eq!(accounts_with_secrets(&home), everybody);
    let last = home.run(&["context", "remove", "prod", "--yes"]).expect(0);
    let last = last.says("warning: no contexts remain for user megan@contoso.example");
    assert!(last.stdout.contains("with 9 secrets"), "{}", last.stdout);
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
}

#[test]
fn all_contexts_that_are_named_go_or_none() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "remove", "dev", "nobody", "--yes"]).expect(5).says("\"nobody\"");
    assert_eq!(stored(&home), before);
    home.run(&["context", "remove", "dev", "DEV", "gov"]).expect(0);
    assert_eq!(seen(&home).0, set(["cert", "ci", "prod", "shared", "tenant"]));
}

#[test]
fn renaming_keeps_the_active_context_active_and_names_need_not_be_those_of_subscriptions() {
    let home = Home::with_contexts();
    for (old, new, default) in [
        ("prod", "Ship it!", "Ship it!"),
        ("SHIP IT!", "ship it!", "ship it!"),
        ("gov", "Contoso Dev", "ship it!"),
        // Only the case changes.
        ("dev", "DEV", "ship it!"),
        ("ci", "ci", "ship it!"),
    ] {
        home.run(&["context", "rename", old, new]).expect(0);
        let (found, found_default) = seen(&home);
        assert!(found.contains(new), "{new}: {found:?}");
        assert_eq!(found.len(), 7, "{new}");
        assert_eq!(found_default, default, "{new}");
    }
    let renamed = home.json(&["context", "show", "ship it!"]);
    assert_eq!(renamed["subscription"]["name"], "Contoso Prod");
    assert_eq!(renamed["extended_properties"]["Default Resource Group"], "rg-prod");
    home.run(&["context", "rename", "nobody", "x"]).expect(5);
    home.run(&["context", "rename", "dev", ""]).expect(2);
}

#[test]
fn a_name_that_is_taken_is_replaced_only_by_force() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "rename", "gov", "PROD"]).expect(9).says("--force");
    home.run(&["context", "set", "gov", "--subscription", DEV_ID]).expect(9).says("--force");
    assert_eq!(stored(&home), before);
    home.run(&["context", "rename", "gov", "PROD", "--force"]).expect(0);
    let mut left = set(ALL);
    left.remove("gov");
    left.remove("prod");
    left.insert("PROD".to_owned());
    // The default was replaced: the one of its name is the default.
    assert_eq!(seen(&home), (left, Value::from("PROD")));
    assert_eq!(home.json(&["context", "show"])["subscription"]["id"], GOV_ID);
}

#[test]
fn a_context_is_set_by_subscription_id_or_name_by_tenant_and_with_a_name() {
    let unnamed = format!("{UNKNOWN_ID} ({UNKNOWN_ID})");
    for (from, args, name, account, subscription, tenant) in [
        // What is known already is made active under the name that it has.
        ("prod", &["--subscription", DEV_ID][..], "dev", MEGAN, DEV_ID, "001"),
        ("prod", &["--subscription", "contoso DEV"], "dev", MEGAN, DEV_ID, "001"),
        ("prod", &["--subscription", SHARED_ID], "shared", MEGAN, SHARED_ID, "002"),
        ("prod", &["--tenant", SECOND_TENANT], "tenant", MEGAN, "", "002"),
        // The default name of a new one.
        (
            "ci",
            &["--subscription", "Contoso Prod"],
            "Contoso Prod (5b000000-0000-4000-8000-000000000002)",
            APP,
            PROD_ID,
            "001",
        ),
        (
            "ci",
            &["--tenant", SECOND_TENANT],
            "72f00000-0000-4000-8000-000000000002 - a9900000-0000-4000-8000-000000000001",
            APP,
            "",
            "002",
        ),
        (
            "gov",
            &["--subscription", UNKNOWN_ID],
            &unnamed,
            "alex@fabrikam.example",
            UNKNOWN_ID,
            "003",
        ),
        // With a name.
        ("prod", &["mine", "--subscription", DEV_ID], "mine", MEGAN, DEV_ID, "001"),
        (
            "ci",
            &["mine", "--subscription", PROD_ID, "--tenant", SECOND_TENANT],
            "mine",
            APP,
            PROD_ID,
            "002",
        ),
        ("gov", &["mine"], "mine", "alex@fabrikam.example", GOV_ID, "003"),
    ] {
        let home = Home::with_contexts();
        home.run(&["context", "select", from]).expect(0);
        let done = home.json(&[&["context", "set"], args].concat());
        assert_eq!(done["active"], name, "{from} {args:?}");
        let (found, default) = seen(&home);
        assert_eq!(default, name, "{from} {args:?}");
        assert_eq!(found.len(), 7 + usize::from(!ALL.contains(&name)), "{from} {args:?}");
        let shown = home.json(&["context", "show"]);
        assert_eq!(shown["account"]["id"], account, "{from} {args:?}");
        let id = shown["subscription"]["id"].as_str().unwrap_or_default();
        assert_eq!(id, subscription, "{from} {args:?}");
        assert!(shown["tenant"]["id"].as_str().unwrap().ends_with(tenant), "{from} {args:?}");
    }
}

#[test]
fn a_subscription_that_cannot_be_found_is_refused() {
    let home = Home::with_contexts();
    for (name, id) in [("one", "cafe"), ("two", "f00d")] {
        home.import(&[Saved {
            name,
            account: "bob@contoso.example",
            tenant: "72f00000-0000-4000-8000-000000000001",
            subscription: &format!("5b000000-0000-4000-8000-00000000{id}"),
            subscription_name: "Twins",
        }]);
    }
    let before = stored(&home);
    let set = |subscription| home.run(&["context", "set", "--subscription", subscription]);
    let ambiguous = set("twins").expect(5).says("several subscriptions");
    ambiguous.says("0000cafe").says("0000f00d");
    set("nowhere").expect(5).says("\"nowhere\"");
    // Another cloud's subscription is not this account's.
    set("Gov Sandbox").expect(5);
    home.run(&["context", "set"]).expect(2);
    home.run(&["context", "set", "", "--subscription", DEV_ID]).expect(2);
    assert_eq!(stored(&home), before);
}

#[test]
fn one_identity_can_have_two_names() {
    let home = Home::with_contexts();
    let second = home.run(&["context", "set", "mine", "--subscription", DEV_ID]).expect(0);
    second.says("stored as \"dev\" too");
    let (found, default) = seen(&home);
    assert!(found.contains("dev") && found.contains("mine"));
    assert_eq!(default, "mine");
    let parts = |name: &str| {
        let shown = home.json(&["context", "show", name]);
        ["account", "tenant", "subscription", "environment"].map(|part| shown[part].clone())
    };
    assert_eq!(parts("mine"), parts("dev"));
    // Each goes alone, and the account stays until the last.
    home.run(&["context", "remove", "dev", "prod", "shared", "tenant"]).expect(0);
    assert!(accounts_with_secrets(&home).contains(MEGAN));
    home.run(&["context", "remove", "mine", "--yes"]).expect(0).says("no contexts remain");
    assert!(!accounts_with_secrets(&home).contains(MEGAN));
}

#[test]
fn switching_the_subscription_starts_with_empty_properties() {
    let home = Home::with_contexts();
    let set = ["context", "set", "new", "--subscription", UNKNOWN_ID, "--property", "Owner=us=me"];
    home.run(&set).expect(0);
    let properties = home.json(&["context", "show"])["extended_properties"].clone();
    assert_eq!(properties, serde_json::json!({ "Owner": "us=me" }));
    home.run(&["context", "set", "x", "--property", "nothing"]).expect(2);
}
