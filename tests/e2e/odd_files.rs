//! Files in a shape that no product writes and that can still be read: what is understood is
//! imported, and the rest is said.

use std::fs;

use serde_json::Value;

use azvault_test_support::Home;

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

#[test]
fn an_item_over_4_mib_costs_itself_alone_and_many_notes_are_counted() {
    let home = Home::with_vault();
    fs::create_dir(home.join(".azure")).unwrap();
    let file = home.join(".azure/azureProfile.json");
    let small = profile().replace("\"isDefault\": true, ", "");
    let long = "x".repeat(5 << 20);
    let (start, rest) = small.split_once('[').unwrap();
    let entry = rest.strip_suffix("]}").unwrap();
    let second = entry.replace(TENANT, &TENANT.replace("0001", "0002"));
    let second = second.replace("Sub Ключ", &long);
    let odd: String = (0..200).map(|at| format!(", \"new{at}\": 1")).collect();
    let text = format!("{start}[{second}, {entry}]{odd}}}");
    fs::write(&file, text).unwrap();
    let (source, plan) = source(&home);
    assert_eq!(source["outcome"], "warn");
    let notes = source["notes"].as_array().unwrap();
    assert!(notes[50].to_string().contains("and 151 more"), "{}", notes[50]);
    assert!(notes.len() < 55, "beside it stands what all files together say");
    assert_eq!(plan["contexts"].as_array().unwrap().len(), 1);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let list = home.run(&["context", "list", "-o", "json"]).expect(0).stdout;
    assert!(list.contains(TENANT) && !list.contains("xxxx"), "{}", list.len());
    // What was not read is no all-clear.
    let verified = home.run(&["migrate", "verify"]).expect(10).stdout;
    assert!(verified.contains("1 item: too large for the vault"), "{verified}");
    home.run(&["migrate", "clean", "--yes"]).expect(10);
    assert!(file.exists());
}
