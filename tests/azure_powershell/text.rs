//! The text is the product's own, member by member and line by line.

use std::fs;

use azvault_exporter::azure_powershell::{ContextReason, Credentials, write};
use data_encoding::BASE64;

use azvault_test_support::fixture;

use super::{assert_round_trip, imported, kept, read_named};

/// A file of the product, and the same as azvault writes it.
fn beside(name: &str) -> (String, String) {
    let path = fixture("azure-powershell/files/contexts").join(name);
    let original = fs::read(path).unwrap();
    let found = read_named(&original, name);
    let written = write(&found.profile, Credentials::With);
    assert!(written.left_out.is_empty());
    let text = |bytes: &[u8]| {
        // A file of Windows has CRLF, in kept members too.
        let text = String::from_utf8(bytes.to_vec()).unwrap().replace("\r\n", "\n");
        let mut lines: Vec<String> = Vec::new();
        let mut properties = None;
        for line in text.split('\n') {
            // The cache has members that azvault does not hold (`cached_at`).
            let data = line.find("\"CacheData\": \"").map(|at| at + "\"CacheData\": ".len());
            lines.push(data.map_or(line, |at| &line[..at]).to_owned());
            // Properties of an account are a ConcurrentDictionary: they have no order.
            match line {
                "        \"ExtendedProperties\": {" if properties.is_none() => {
                    let account = lines.iter().rev().find(|line| line.starts_with("      \""));
                    if account.is_some_and(|line| line.contains("\"Account\"")) {
                        properties = Some(lines.len());
                    }
                }
                "        }" | "        }," => {
                    if let Some(start) = properties.take() {
                        let end = lines.len() - 1;
                        for line in &mut lines[start..end] {
                            *line = line.trim_end_matches(',').to_owned();
                        }
                        lines[start..end].sort();
                    }
                }
                _ => {}
            }
        }
        lines.join("\n")
    };
    (text(&original), text(&written.bytes))
}

/// Files 01 and 03 are of autosave, which has `"TokenCache": null`; all others of today's shape are
/// here, but for 10, which has a token in `Credential` as old versions wrote it.
#[test]
fn the_text_is_the_products_own() {
    for name in [
        "02-az-service-principal-secret.json",
        "04-az-managed-identity.json",
        "06-az-save-azcontext-msal.json",
        "09-azurestack-adfs-custom-env.json",
        "11-client-assertion.json",
        "12-az-save-azcontext-with-credential.json",
        "14-default-name-styles.json",
        "15-storage-connection-string.json",
    ] {
        let (original, written) = beside(name);
        for (number, (original, written)) in
            original.split('\n').zip(written.split('\n')).enumerate()
        {
            assert_eq!(original, written, "{name} line {}", number + 1);
        }
        assert_eq!(original.len(), written.len(), "{name}");
        assert!(written.starts_with("\u{feff}{\n  \"") && written.ends_with("\n}"));
    }
}

#[test]
fn members_of_the_file_that_nobody_knows_go_back_too() {
    let path = fixture("azure-powershell/files/odd/unknown-properties.json");
    let before = read_named(&fs::read(path).unwrap(), "x.json").profile;
    let after = read_named(&write(&before, Credentials::With).bytes, "x.json").profile;
    assert!(kept(before.kept.as_json()).len() > 1);
    assert_eq!(kept(before.kept.as_json()), kept(after.kept.as_json()));
}

/// Members of every kind in every place, laid out as no product does.
const ODD: &str = r#"{"DefaultContextKey":"a","Contexts":{"a":{
    "Account":{"Id":"m@x","Type":"User","TenantMap":{"t":[ "u" ]},"New":1,
        "ExtendedProperties":{"odd":{"x" : 1.50},"a":"b"}},
    "Tenant":{"Id":"11111111-2222-3333-4444-555555555555","IsHome":true,"ExtendedProperties":{"DisplayName":"Contoso"},"New":2},
    "Subscription":{"Id":"aaaaaaaa-0000-4000-8000-000000000001","Name":"\u00e6","New":3,"ExtendedProperties":{"Tags":{},"b/c~":"d"}},
    "Environment":{"Name":"AzureCloud","New":4},"VersionProfile":"v","TokenCache":null,
    "ExtendedProperties":{"n":null,"m":[],"o":"p"},"new":5,"New/er":{"Account":6}},
    "Default":null,"b":null,
    "c":{"Account":null,"Tenant":{"Directory":"x.example"},"Environment":{"OnPremise":true}}}}"#;

#[test]
fn odd_members_go_back_to_their_places() {
    let profile = imported(vec![read_named(ODD.as_bytes(), "x.json")]);
    assert_eq!(profile.contexts.len(), 4);
    assert_eq!(kept(profile.contexts[0].kept.as_json()).len(), 14);
    assert!(assert_round_trip(&profile, "odd").is_empty());
}

/// The product fails on a file with a `null` in the place of a context.
#[test]
fn names_alone_are_left_out() {
    let profile = imported(vec![read_named(ODD.as_bytes(), "x.json")]);
    let written = write(&profile, Credentials::With);
    let names: Vec<&str> = written.left_contexts.iter().map(|left| left.name.as_str()).collect();
    assert_eq!(names, ["Default", "b"]);
    assert!(written.left_contexts.iter().all(|left| left.because == ContextReason::NameAlone));
}

/// The token cache of the first context, which is JSON in base64.
fn cache(file: &[u8]) -> String {
    let text = std::str::from_utf8(file).unwrap();
    let data = text.split_once("\"CacheData\": \"").unwrap().1.split_once('"').unwrap().0;
    String::from_utf8(BASE64.decode(data.as_bytes()).unwrap()).unwrap()
}

#[test]
fn the_cache_is_the_products_own_but_for_times_that_azvault_does_not_hold() {
    let name = "06-az-save-azcontext-msal.json";
    let path = fixture("azure-powershell/files/contexts").join(name);
    let original = fs::read(path).unwrap();
    let profile = read_named(&original, name).profile;
    let written = cache(&write(&profile, Credentials::With).bytes);
    let mut original = cache(&original);
    for member in ["\"cached_at\":\"1700000000\",", ",\"refresh_on\":\"1700001800\""] {
        assert_eq!(original.matches(member).count(), 2);
        original = original.replace(member, "");
    }
    assert_eq!(written, original);
}
