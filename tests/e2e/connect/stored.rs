//! Contexts of a sign-in that is stored and came without any.

use std::fs;

use serde_json::json;

use super::{names, several_tenants};
use crate::stack::{
    APPLICATION, Azure, HOME_TENANT, USER, certificates, one_tenant, principal, subscription,
    subscriptions,
};
use azvault_test_support::{Home, ran};

/// A home with the refresh token of a user who signed in elsewhere, and no context of that user.
fn with_tokens_alone(azure: &Azure) -> Home {
    with_tokens_alone_as(azure, USER, &["migrate", "run", "--yes"]).0
}

/// As [`with_tokens_alone`], under that name, imported with that command; what the command said.
fn with_tokens_alone_as(azure: &Azure, username: &str, command: &[&str]) -> (Home, String) {
    let first = azure.home();
    let dev = subscription(1);
    let one = ["--no-contexts", "--tenant", HOME_TENANT, "--subscription", &dev];
    azure.connected(&first, &[&["--device-code"], &one[..]].concat());
    let secrets = first.json(&["secret", "list", "--reveal"]);
    let all = secrets["secrets"].as_array().unwrap();
    let token = all.iter().find(|secret| secret["kind"] == "refresh_token").unwrap();
    let (home, client) = (&token["home_account_id"], &token["client_id"]);
    let host = azure.origin().replace("https://", "");
    let cache = json!({
        "RefreshToken": { "r": {
            "home_account_id": home, "environment": host, "client_id": client,
            "secret": token["value"], "credential_type": "RefreshToken", "family_id": "1",
        } },
        "Account": { "a": {
            "home_account_id": home, "environment": host, "username": username, "realm": HOME_TENANT,
            "local_account_id": "x", "authority_type": "MSSTS",
        } },
    });
    let second = azure.home();
    let file = second.join("msal.cache");
    fs::write(&file, cache.to_string()).unwrap();
    let ran = second.run(&[command, &["--from", file.to_str().unwrap()]].concat()).expect(0);
    (second, ran.stderr)
}

#[test]
fn a_users_stored_sign_in_makes_contexts_and_nobody_signs_in() {
    let azure = Azure::start(&several_tenants());
    let home = with_tokens_alone(&azure);
    let before = azure.requests().len();
    let account = ["--account", USER, "--subscription", "Prod"];
    let done = azure.connected(&home, &account);
    let mut made: Vec<&str> = names(&done).into_iter().collect();
    made.sort_unstable();
    let name = |name: &str, number: usize| format!("{name} ({})", subscription(number));
    let wanted = [name("Dev", 1), name("Managed", 3), name("Prod", 2), name("dev", 4)];
    assert_eq!(made, wanted);
    assert_eq!(done["active"], wanted[2]);
    assert_eq!(done["account"], json!({ "id": USER, "type": "User" }));
    // Tenants that want more than the token are named, as after a sign-in.
    assert_eq!(done["skipped"].as_array().unwrap().len(), 2);
    let asked = format!("{:?}", &azure.requests()[before..]);
    assert!(!asked.contains("devicecode") && !asked.contains("device_code"), "{asked}");
    assert!(asked.contains("refresh_token"), "{asked}");
    // What was redeemed was replaced before anything else: the token of today is good once more.
    azure.connected(&home, &["--account", USER, "--tenant", HOME_TENANT, "--subscription", "Dev"]);
    let log = home.json(&["audit", "log", "--verb", "connect"]);
    let told = format!("sign-in of {USER} by what is stored");
    assert!(log.to_string().contains(&told), "{log}");
}

#[test]
fn who_is_not_stored_is_named_and_makes_nothing() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = with_tokens_alone(&azure);
    let before = home.json(&["context", "list"]);
    azure.connect(&home, &["--account", "nobody@x.example"]).expect(5).says("azvault secret list");
    azure.connect(&home, &["--account", USER, "--device-code"]).expect(2);
    azure.connect(&home, &["--account", USER, "--identity"]).expect(2);
    // In a cloud in which it is not.
    let other = home.run(&["connect", "--account", USER]).expect(5);
    assert!(other.stderr.contains("add --environment NAME"), "{}", other.stderr);
    assert_eq!(home.json(&["context", "list"]), before);
}

#[test]
fn without_a_service_there_is_one_context_of_the_tenant() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = with_tokens_alone(&azure);
    let origin = azure.origin();
    drop(azure);
    let known = ["connect", "--environment", "Test", "--confirm", &origin, "--account", USER];
    let said = home.run(&known).expect(0);
    assert!(said.stderr.contains("could not be looked up"), "{}", said.stderr);
    let list = home.json(&["context", "list"]);
    let context =
        list["contexts"].as_array().unwrap().iter().find(|c| c["active"] == true).unwrap();
    assert_eq!(context["tenant"]["id"], HOME_TENANT);
    assert_eq!((&context["account"]["id"], &context["subscription"]), (&json!(USER), &json!(null)));
}

#[test]
fn a_service_principals_stored_secret_makes_contexts() {
    let azure = Azure::start(&one_tenant(subscriptions(1..3)));
    let first = azure.home();
    let words = principal(&first, "the client secret\n");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    azure.connected(&first, &[&words[..], &["--subscription", "Sub 1"]].concat());
    let home = azure.home();
    let entries = json!([{
        "client_id": APPLICATION, "tenant": HOME_TENANT, "client_secret": "the client secret",
    }]);
    let file = home.join("service_principal_entries.json");
    fs::write(&file, entries.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    let done = azure.connected(&home, &["--account", APPLICATION, "--subscription", "Sub 2"]);
    assert_eq!(done["account"], json!({ "id": APPLICATION, "type": "ServicePrincipal" }));
    assert_eq!(names(&done).len(), 2);
}

/// The last lines of an import name the command for each sign-in without a context; it is typed here.
#[test]
fn an_import_of_tokens_alone_ends_with_the_command_that_makes_contexts() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    for command in [&["migrate", "run", "--yes"][..], &["migrate", "--yes"]] {
        let (home, said) = with_tokens_alone_as(&azure, "o'neil@x.example", command);
        let offers = said.lines().map(str::trim).filter(|line| line.starts_with("azvault connect"));
        let offers: Vec<&str> = offers.collect();
        assert_eq!(
            offers,
            [r"azvault connect --account 'o'\''neil@x.example' --environment Test"],
            "{said}"
        );
        let line = format!("{} --confirm {}", offers[0], azure.origin());
        let mut typed = home.script(&line);
        ran(typed.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem")).output().unwrap())
            .expect(0);
        let list = home.json(&["context", "list"]);
        let mut all = list["contexts"].as_array().unwrap().iter();
        assert!(all.any(|context| context["account"]["id"] == "o'neil@x.example"), "{list}");
        // With a context it is offered no more.
        let again = home.run(&["migrate", "run", "--yes", "--from", "msal.cache"]).expect(0);
        assert!(!again.stderr.contains("azvault connect"), "{}", again.stderr);
    }
}

/// The command stands where somebody looks who has sign-ins and no contexts.
#[test]
fn a_list_without_contexts_names_the_command() {
    let home = Home::with_vault();
    let cache = json!({
        "RefreshToken": { "r": {
            "home_account_id": "o'id.t", "environment": "login.windows.net", "client_id": "c",
            "secret": "rt", "credential_type": "RefreshToken",
        } },
        "Account": { "a": {
            "home_account_id": "o'id.t", "environment": "login.windows.net",
            "username": "o'neil@x.example", "realm": "t", "authority_type": "MSSTS",
        } },
    });
    let file = home.join("msal.cache");
    fs::write(&file, cache.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    let said = home.run(&["context", "list"]).expect(0).stderr;
    let command = r"azvault connect --account 'o'\''neil@x.example'";
    assert!(said.contains(command), "{said}");
    let status = home.run(&["status"]).expect(0).stderr;
    assert!(status.contains(command), "{status}");
}
