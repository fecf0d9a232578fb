//! Files in a shape that no product writes and that can still be read: what is understood is
//! imported, and the rest is said.

use std::fs;

use serde_json::Value;

use crate::home::Home;

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";

/// Azure CLI's profile with one subscription.
fn profile() -> String {
    format!(
        r#"{{"installationId": "i", "subscriptions": [{{"id": "{TENANT}", "name": "Sub Ключ",
        "state": "Enabled", "user": {{"name": "ada@contoso.example", "type": "user"}},
        "isDefault": true, "tenantId": "{TENANT}", "environmentName": "AzureCloud"}}]}}"#
    )
}

/// What the plan says of the one file.
fn source(home: &Home) -> (Value, Value) {
    let plan = home.json(&["migrate", "plan"]);
    let [source] = &plan["sources"].as_array().unwrap()[..] else { panic!("one file: {plan}") };
    (source.clone(), plan.clone())
}

#[test]
fn a_profile_in_utf16_without_a_mark_is_imported_and_half_a_unit_is_refused() {
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let home = Home::with_vault();
        fs::create_dir(home.join(".azure")).unwrap();
        let file = home.join(".azure/azureProfile.json");
        let mut bytes: Vec<u8> = profile().encode_utf16().flat_map(order).collect();
        fs::write(&file, &bytes).unwrap();
        let (source, plan) = source(&home);
        assert_eq!(source["outcome"], "warn", "{source}");
        assert!(source["notes"].to_string().contains("without a byte order mark"), "{source}");
        assert_eq!(plan["contexts"].as_array().unwrap().len(), 1, "{plan}");
        home.run(&["migrate", "run", "--yes"]).expect(0);
        let list = home.run(&["context", "list", "-o", "json"]).expect(0).stdout;
        assert!(list.contains("Sub Ключ") && list.contains(TENANT), "{list}");
        bytes.pop();
        let home = Home::with_vault();
        fs::create_dir(home.join(".azure")).unwrap();
        fs::write(home.join(".azure/azureProfile.json"), &bytes).unwrap();
        home.run(&["migrate", "run", "--yes"]).expect(10);
        assert_eq!(fs::read(home.join(".azure/azureProfile.json")).unwrap(), bytes);
    }
}
