//! Sign-ins that the products make from their files, and azvault from what it imported of them.

use std::fs;

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::azure::{ARM, Azure, CLIENT_SECRET, PRINCIPAL, origin, seen};
use azvault_test_support::Home;

/// Azure CLI falls back to the first entry of an application, whatever tenant that names (azure-cli-core
/// `auth/identity.py`, `load_entry`): people give the tenant as a domain name.
#[test]
fn the_secret_of_a_service_principal_serves_where_its_entry_names_the_tenant_otherwise() {
    let tenant = "good-by-id.example";
    let home = Home::with_agent();
    let environment = json!({
        "Name": "Test",
        "ActiveDirectoryAuthority": format!("{}/", origin()),
        "ResourceManagerUrl": format!("{}/", origin()),
        "ActiveDirectoryServiceEndpointResourceId": ARM,
    });
    let contexts = json!({
        "DefaultContextKey": "dev",
        "EnvironmentTable": {"Test": environment},
        "Contexts": {"dev": {
            "Account": {"Id": PRINCIPAL, "Type": "ServicePrincipal"},
            "Tenant": {"Id": tenant},
            "Subscription": {"Id": "5b000000-0000-4000-8000-0000000000aa", "Name": "Dev"},
            "Environment": environment,
        }},
    });
    fs::write(home.join("contexts.json"), contexts.to_string()).unwrap();
    let entry = json!({
        "client_id": PRINCIPAL, "tenant": "fabrikam.example", "client_secret": CLIENT_SECRET,
    });
    fs::write(home.join("service_principal_entries.json"), json!([entry]).to_string()).unwrap();
    let from = ["--from", "contexts.json", "--from", "service_principal_entries.json"];
    home.run(&[&["migrate", "run", "--yes"][..], &from].concat()).expect(0);
    home.run(&["unlock"]).expect(0);
    let azure = Azure { home };
    assert!(azure.token(&["--confirm", &origin()]).starts_with("at."));
    let asked = seen(tenant);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["form"]["client_id"], PRINCIPAL);
    assert_eq!(asked[0]["form"]["client_secret"], CLIENT_SECRET);
    assert_eq!(seen("fabrikam.example").len(), 0);
}

/// `Connect-AzAccount -AccessToken`: tokens that a person brought along, each for one resource.
#[test]
fn tokens_that_were_brought_along_are_handed_out_while_they_live() {
    let token = |audience: &str, expires: u64| {
        let part = |text: String| BASE64URL_NOPAD.encode(text.as_bytes());
        let claims = json!({"aud": audience, "exp": expires, "tid": "t"});
        format!("{}.{}.c3ludGg", part(json!({"alg": "none"}).to_string()), part(claims.to_string()))
    };
    const YEAR_2100: u64 = 4_102_444_800;
    let arm = token(ARM, YEAR_2100);
    let graph = token("https://graph.microsoft.com", YEAR_2100);
    let old = token("https://vault.azure.net", 1_700_000_000);
    let home = Home::with_vault();
    let contexts = json!({
        "DefaultContextKey": "a",
        "EnvironmentTable": {},
        "Contexts": {"a": {
            "Account": {"Id": "pat@fabrikam.example", "Type": "AccessToken", "ExtendedProperties": {
                "Tenants": "11111111-2222-4333-8444-555566667777",
                "AccessToken": arm, "MicrosoftGraphAccessToken": graph, "KeyVault": old,
            }},
            "Tenant": {"Id": "11111111-2222-4333-8444-555566667777"},
            "Subscription": {"Id": "5b000000-0000-4000-8000-0000000000aa", "Name": "Dev"},
            "Environment": {"Name": "AzureCloud"},
        }},
    });
    fs::write(home.join("contexts.json"), contexts.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", "contexts.json"]).expect(0);
    let handed = |args: &[&str]| home.run(&[&["token"], args].concat()).expect(0).stdout;
    assert_eq!(handed(&[]).trim_end(), arm);
    assert_eq!(handed(&["--resource", "graph"]).trim_end(), graph);
    // One that has expired is nobody's answer, and there is nothing to get another one with.
    home.run(&["token", "--resource", "keyvault"]).expect(4);
}
