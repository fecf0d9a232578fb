//! Parts of a file that no reader understands: never an all-clear, never lost, never called proven.

use std::fs;

use serde_json::json;

use azvault_test_support::{Home, Ran};

fn printed(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

/// A home with one file of Azure CLI.
fn with(name: &str, content: &serde_json::Value) -> Home {
    let home = Home::with_vault();
    fs::create_dir(home.join(".azure")).unwrap();
    fs::write(home.join(".azure").join(name), content.to_string()).unwrap();
    home
}

#[test]
fn a_file_of_which_nothing_is_understood_is_not_nothing_to_do() {
    for secret in [json!(["SYNTH-refresh-token"]), json!({"value": "SYNTH-refresh-token"})] {
        let token = json!({"credential_type": "RefreshToken", "secret": secret, "client_id": "c",
            "home_account_id": "a.b", "environment": "login.microsoftonline.com"});
        let home = with("msal_token_cache.json", &json!({"RefreshToken": {"k": token}}));
        assert!(printed(&home.run(&["scan"]).expect(10)).contains("/RefreshToken/k/secret"));
        for verb in [&["migrate", "run", "--yes"][..], &["migrate", "--yes"]] {
            home.run(verb).expect(10).says("nothing was imported").says("azvault migrate plan");
        }
        assert!(home.join(".azure/msal_token_cache.json").exists());
    }
}

#[test]
fn a_credential_that_is_only_kept_as_it_is_is_not_proven_and_its_file_stays() {
    let good =
        json!({"client_id": "app", "tenant": "t", "client_secret": "SYNTH~a-good-secret-value"});
    let odd = json!({"client_id": "odd", "tenant": "t", "client_secret": {"value": "SYNTH~an-odd-secret"}});
    let home = with("service_principal_entries.json", &json!([good, odd]));
    home.run(&["migrate", "run", "--yes"]).expect(0).says("not understood, kept sealed");
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 1);
    let proof = printed(&home.run(&["migrate", "verify"]).expect(10));
    assert!(proof.contains("/1/client_secret/value: looks like"), "{proof}");
    assert!(proof.contains("was not understood") && !proof.contains("an-odd-secret"), "{proof}");
    let cleaned = printed(&home.run(&["migrate", "clean", "--yes"]).expect(10));
    assert!(cleaned.contains("/1/client_secret/value"), "{cleaned}");
    assert!(!cleaned.contains("gone already"), "{cleaned}");
    assert!(home.join(".azure/service_principal_entries.json").exists());
    // Mended, all of it is proven, and the file goes.
    let mended = json!({"client_id": "odd", "tenant": "t", "client_secret": "SYNTH~an-odd-secret"});
    fs::write(
        home.join(".azure/service_principal_entries.json"),
        json!([good, mended]).to_string(),
    )
    .unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    assert!(printed(&home.run(&["migrate", "verify"]).expect(0)).contains("proven"));
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!home.join(".azure/service_principal_entries.json").exists());
}

/// Settings of Azure PowerShell are switches and numbers: nothing is said of them. A text that does not
/// belong there is named by its place, in the scan and in the proof, and stays where it is.
#[test]
fn a_secret_among_the_settings_of_azure_powershell_is_found() {
    const SECRET: &str = "Zk38Q~SYNTH-not-a-real-secret.abcdefghij";
    let settings = |own: serde_json::Value| {
        json!({"Az": {"EnableLoginByWam": false, "LoginExperienceV2": 1,
            "DefaultSubscriptionForLogin": "My subscription"}, "Az.KeyVault": own})
    };
    for (name, place) in [
        ("PSConfig.json", "/Az.KeyVault/Password"),
        ("PSConfig.json", "/Az.KeyVault/clientSecret"),
        ("AzurePSDataCollectionProfile.json", "/clientSecret"),
    ] {
        let home = Home::with_files("real-az/base");
        let file = home.join(".Azure").join(name);
        let member = place.rsplit('/').next().unwrap();
        let with = |value: serde_json::Value| match name {
            "PSConfig.json" => settings(json!({ member: value })),
            _ => json!({"enableAzureDataCollection": true, member: value}),
        };
        fs::write(&file, with(json!(true)).to_string()).unwrap();
        let clean = printed(&home.run(&["scan"]).expect(10));
        assert!(!clean.contains(name), "{clean}");
        fs::write(&file, with(json!(SECRET)).to_string()).unwrap();
        let told = printed(&home.run(&["scan"]).expect(10));
        assert!(told.contains(name) && told.contains(place), "{told}");
        home.run(&["migrate", "run", "--yes"]).expect(0).says("1 part not understood");
        let proof = home.run(&["migrate", "verify"]).expect(0);
        let said = format!("{name}: 1 value left out, looks like");
        assert!(proof.stderr.contains(&said), "{}", proof.stderr);
        assert!(
            proof.stderr.contains(&format!("stays in this file ({place})")),
            "{}",
            proof.stderr
        );
        home.run(&["migrate", "clean", "--yes"]).expect(0);
        assert!(file.exists());
        assert!(!format!("{told}{}", printed(&proof)).contains(SECRET));
    }
}

#[test]
fn a_credential_inside_a_fact_is_not_proven_and_its_file_stays() {
    let subscription = json!({"id": "11111111-1111-4111-8111-111111111111", "name": "a",
        "tenantId": "22222222-2222-4222-8222-222222222222", "isDefault": true, "state": "Enabled",
        "environmentName": "AzureCloud", "user": {"name": "ada@contoso.example", "type": "user"},
        "managedByTenants": [{"tenantId": "t", "clientSecret": "SYNTH~in-a-fact"}]});
    let home = with("azureProfile.json", &json!({"subscriptions": [subscription]}));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let proof = printed(&home.run(&["migrate", "verify"]).expect(10));
    assert!(proof.contains("/managedByTenants/0/clientSecret: looks like"), "{proof}");
    assert!(!proof.contains("SYNTH"), "{proof}");
    home.run(&["migrate", "clean", "--yes"]).expect(10);
    assert!(home.join(".azure/azureProfile.json").exists());
}
