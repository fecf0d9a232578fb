//! Grants: what the endpoint of a command may ask the agent for, and how that ends.

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, seen};
use crate::endpoint::Asking;
use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{eventually, is_root, keys};

const VAULT: &str = "https://vault.azure.net";

fn list(azure: &Azure) -> Vec<Value> {
    let list = azure.home.json(&["grant", "list"]);
    list["grants"].as_array().unwrap().clone()
}

fn refused(asking: &mut Asking) -> String {
    let (status, text) = asking.asks(json!({ "query": { "resource": VAULT } }));
    assert_ne!(status, 200, "{text}");
    text
}

#[test]
fn what_runs_is_listed_and_gets_nothing_once_it_is_revoked() {
    let tenant = "good-grants.example";
    let azure = Azure::with(&[tenant]);
    azure.run(&["grant", "list"]).expect(0).says("no command runs");
    let mut one = Asking::start(&azure, &["exec", tenant]);
    let mut other = Asking::start(&azure, &["exec", "--all-accounts", &format!("sp-{tenant}")]);
    let grants = list(&azure);
    assert_eq!(grants.len(), 2, "{grants:?}");
    let of_one = grants.iter().find(|grant| grant["context"] == tenant).unwrap();
    assert_eq!(of_one["verb"], "exec");
    assert_eq!(of_one["account"], "person@example.com");
    assert_eq!(of_one["all_accounts"], false);
    let of_other = grants.iter().find(|grant| grant["context"] != tenant).unwrap();
    assert_eq!((&of_other["account"], &of_other["all_accounts"]), (&Value::Null, &json!(true)));
    let table = azure.run(&["grant", "list"]).expect(0).stdout;
    assert!(table.contains("person@example.com") && table.contains("all"), "{table}");

    assert_eq!(one.token(VAULT), CACHED);
    let id = of_one["id"].as_str().unwrap();
    assert_eq!(azure.home.json(&["grant", "revoke", id])["revoked"], json!([id]));
    let said = refused(&mut one);
    assert!(said.contains("was revoked") && said.contains("azvault exec"), "{said}");
    // Of the other one nothing is known by that.
    assert!(other.token(ARM).starts_with("at."));
    assert_eq!(list(&azure).len(), 1);
    azure.run(&["grant", "revoke", id]).expect(5);
    azure.run(&["grant", "revoke", "nonsense"]).expect(2);
    azure.run(&["grant", "revoke"]).expect(2);
    azure.run(&["grant", "revoke", "--all"]).expect(0).says("1 grant revoked");
    refused(&mut other);
    let log = azure.home.json(&["audit", "log", "--verb", "grant revoke"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 2);
    one.ends();
    other.ends();
}

#[test]
fn a_grant_ends_with_its_command_and_outlives_a_lock_and_another_agent() {
    let tenant = "good-grantlife.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    assert_eq!(asking.token(VAULT), CACHED);
    azure.home.run(&["lock"]).expect(0);
    let said = refused(&mut asking);
    assert!(said.contains("locked") && said.contains("azvault unlock"), "{said}");
    let mut command = azure.command(&["grant", "list"]);
    command.env_remove("AZVAULT_PASSPHRASE_FILE");
    azvault_test_support::ran(command.output().unwrap()).expect(6);
    // The agent that takes over has it too.
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(list(&azure).len(), 1);
    assert_eq!(asking.token(VAULT), CACHED);
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);
    asking.ends();
    eventually("it ends with its command", || list(&azure).is_empty());
}

#[test]
fn the_endpoint_has_no_key_of_the_vault_and_no_secret_but_what_it_handed_out() {
    let tenant = "good-grantmemory.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    assert!(asking.token(ARM).starts_with("at."));
    assert_eq!(seen(tenant).len(), 1);
    if is_root() {
        let endpoint = asking.endpoint().as_raw_nonzero().get().unsigned_abs();
        let memory = |bytes: &[u8]| found(endpoint, &[Searched::new("it".to_owned(), bytes)]);
        assert!(!memory(tenant.as_bytes()).is_empty(), "the control");
        for key in keys(&azure.home) {
            assert_eq!(memory(&key), [] as [String; 0], "a key of the vault");
        }
        for secret in [crate::azure::REFRESH_TOKEN, crate::azure::CLIENT_SECRET, CACHED] {
            assert_eq!(memory(secret.as_bytes()), [] as [String; 0], "another secret");
        }
    }
    asking.ends();
}
