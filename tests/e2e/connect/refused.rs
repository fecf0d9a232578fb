//! What is refused, and what is left behind.

use serde_json::{Value, json};

use super::{kinds, words};
use crate::stack::{Azure, certificates, one_tenant, principal, stored, subscriptions};
use azvault_test_support::{Home, ran};

#[test]
fn what_the_service_refuses_is_said_with_its_code_and_changes_nothing() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let before = stored(&home);
    let failing = |grant: &str, code: &str| {
        let mut scenario = one_tenant(subscriptions(1..2));
        scenario["errors"] = json!({ grant: code });
        scenario
    };
    for (grant, error, code) in [
        ("client_credentials", "7000215", 4),
        ("client_credentials", "7000222", 4),
        ("client_credentials", "700016", 12),
        ("device_code", "50076", 4),
        ("device_code", "65001", 4),
        ("device_code", "700082", 4),
    ] {
        azure.becomes(&failing(grant, error));
        let secret = principal(&home, "the client secret");
        let way = if grant == "device_code" { vec!["--device-code"] } else { words(&secret) };
        let failed = azure.connect(&home, &way).expect(code).says(&format!("AADSTS{error}"));
        let failed = failed.says("correlation id c0-1");
        assert_eq!(failed.stdout, "", "{error}");
        assert!(code == 12 || failed.stderr.contains("try:"), "{error}: {}", failed.stderr);
        assert_eq!(stored(&home), before, "{error}");
    }
    // Signed in, and refused by Resource Manager: as if nobody had.
    let mut forbidden = one_tenant(subscriptions(1..2));
    forbidden["resource_manager"] = json!(403);
    azure.becomes(&forbidden);
    let failed = azure.connect(&home, &["--device-code"]).expect(12).says("AuthorizationFailed");
    let issued = azure.issued();
    assert!(!issued.is_empty() && issued.iter().all(|secret| !failed.stderr.contains(secret)));
    assert_eq!(stored(&home), before);
    azure.becomes(&one_tenant(subscriptions(1..2)));
    for (secret, error) in
        [("an expired secret", "AADSTS7000222"), ("a wrong secret", "AADSTS7000215")]
    {
        let failed = azure.connect(&home, &words(&principal(&home, secret))).expect(4);
        let failed = failed.says(error).says("correlation id");
        assert!(!failed.stderr.contains(secret));
    }
    assert_eq!(stored(&home), before);
}

#[test]
fn a_host_that_nobody_agreed_to_a_stranger_and_a_dead_one_get_nothing() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let principal = principal(&home, "the client secret");
    let run = |home: &Home, more: &[&str]| {
        let args = [&["connect", "--environment", "Test"], &words(&principal)[..], more].concat();
        let mut command = home.command(&args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    let before = stored(&home);
    run(&home, &[]).expect(7).says(&azure.origin()).says("--confirm");
    run(&home, &["--confirm", "https://elsewhere.example"]).expect(2);
    let known = ["--environment", "AzureCloud", "--confirm", "https://elsewhere.example"];
    let unasked = [&["connect"], &words(&principal)[..], &known].concat();
    home.run(&unasked).expect(2);
    let unknown = [&["connect", "--environment", "None"], &words(&principal)[..]].concat();
    home.run(&unknown).expect(5);
    assert_eq!(azure.requests(), Vec::<Value>::new());

    // Agreed to, but the certificate is not one that is trusted here.
    let args = [&words(&principal)[..]].concat();
    let mut command = azure.prepared(&home, &args);
    ran(command.env_remove("AZVAULT_CA_BUNDLE").output().unwrap())
        .expect(12)
        .says("its certificate is not accepted");
    assert_eq!(azure.requests(), Vec::<Value>::new());
    assert_eq!(stored(&home), before);

    let stranger = azure.home_at(&azure.stranger());
    let before = stored(&stranger);
    run(&stranger, &["--confirm", &azure.stranger()]).expect(12);
    let dead = azure.home_at("https://localhost:1");
    run(&dead, &["--confirm", "https://localhost:1"]).expect(12).says("no connection");
    assert_eq!(stored(&stranger), before);
    assert_eq!(azure.requests(), Vec::<Value>::new());
}

#[test]
fn what_disconnect_cannot_end_is_said() {
    let azure = Azure::start(&one_tenant(subscriptions(1..3)));
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let asked = azure.requests().len();
    home.run(&["disconnect", "--dry-run"]).expect(0);
    let ran = home.run(&["disconnect", "--yes"]).expect(0).says("https://mysignins.microsoft.com");
    assert!(ran.stdout.contains("removed 2 contexts and 2 secrets"), "{}", ran.stdout);
    assert_eq!(kinds(&home.json(&["secret", "list"])), Vec::<String>::new());
    assert_eq!(azure.requests().len(), asked);
    // Without a secret there is nothing that Azure could honour.
    let ran = home.run(&["disconnect", "--all", "--yes"]).expect(0);
    assert!(!ran.stderr.contains("mysignins"), "{}", ran.stderr);
}
