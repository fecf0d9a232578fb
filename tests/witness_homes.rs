//! For random homes of random formats: every planted secret is in the vault by value, or named.
//!
//! Files are made as their products make them, with secrets at the places that readers know and at
//! others; then they are bent in ways that have been seen: wrong types, unknown members, white space
//! in base64, another encoding, zeros behind the end, junk before it.

use azvault_importer::{Found, Outcome, Reading};
use azvault_witness::{Kind, Ledger, look};
use data_encoding::BASE64;
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const APP: &str = "a9900000-0000-4000-8000-0000000000aa";

/// A secret of a shape that tells what it is, whatever its member is called.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{3}8Q~[A-Z][a-z][0-9][A-Za-z0-9_.~-]{30}",
        "eyJ[a-zA-Z0-9]{20}\\.eyJ[a-zA-Z0-9_-]{40}\\.[a-zA-Z0-9_-]{43}",
        "0\\.A[A-Za-z0-9_-]{80}",
        "[a-z]{2}[0-9][A-Za-z0-9+/]{82}[a-z0-9]==",
    ]
}

/// A password as people make them up: its member's name alone tells what it is.
fn password() -> impl Strategy<Value = String> {
    "[A-Za-z]{3,8}[0-9][!?#a-z0-9]{0,12}[a-z]"
}

/// A file: its name, its content, and the secrets in it.
#[derive(Debug, Clone)]
struct Planted {
    name: &'static str,
    content: Value,
    secrets: Vec<String>,
}

fn file() -> impl Strategy<Value = Planted> {
    (0_usize..7, vec(secret(), 4), vec(password(), 2)).prop_map(|(which, tokens, words)| {
        let [a, b, c, d] = &tokens[..] else { unreachable!() };
        let p = &words[0];
        let msal = json!({
            "AccessToken": {"k1": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
                "secret": a, "credential_type": "AccessToken", "realm": TENANT, "target": "https://x/.default",
                "expires_on": "1795881726"}},
            "RefreshToken": {"k2": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
                "secret": b, "credential_type": "RefreshToken", "family_id": "1"}},
            "IdToken": {"k3": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
                "secret": c, "credential_type": "IdToken", "realm": TENANT}},
            "Account": {"k4": {"home_account_id": "u.t", "environment": "login.windows.net", "username": "ada@x",
                "realm": TENANT}},
        });
        let context = |properties: Value, cache: Value| {
            json!({"DefaultContextKey": "c", "EnvironmentTable": {}, "Contexts": {"c": {
                "Account": {"Id": APP, "Type": "ServicePrincipal", "ExtendedProperties": properties},
                "Tenant": {"Id": TENANT}, "Subscription": {"Id": APP, "Name": "One", "State": "Enabled"},
                "Environment": {"Name": "AzureCloud"}, "TokenCache": cache}}, "ExtendedProperties": {}})
        };
        let (name, content, secrets) = match which {
            0 => ("msal.cache.cae", msal, vec![a, b, c]),
            1 => (
                "AzureRmContext.json",
                context(json!({"ServicePrincipalSecret": p, "AccessToken": a}), json!({"CacheData": null})),
                vec![p, a],
            ),
            2 => {
                let cache = json!({"CacheData": BASE64.encode(msal.to_string().as_bytes())});
                ("saved.json", context(json!({"KeyVault": d}), cache), vec![a, b, c, d])
            }
            3 => (
                "accessTokens.json",
                json!([{"tokenType": "Bearer", "expiresOn": "2021-10-11 16:41:39.341772", "accessToken": a,
                    "refreshToken": b, "userId": "ada@x", "_clientId": APP,
                    "_authority": "https://login.microsoftonline.com/common"},
                    {"servicePrincipalId": APP, "servicePrincipalTenant": TENANT, "accessToken": p}]),
                vec![a, b, p],
            ),
            4 => (
                "service_principal_entries.json",
                json!([{"client_id": APP, "tenant": TENANT, "client_secret": p},
                    {"client_id": TENANT, "tenant": TENANT, "client_assertion": a}]),
                vec![p, a],
            ),
            5 => (
                "keystore.cache",
                json!([{"keyType": "ServicePrincipalKey", "valueType": "SecureString",
                    "keyStoreKey": json!({"appId": APP, "tenantId": TENANT, "name": "ServicePrincipalSecret"}).to_string(),
                    "keyStoreValue": json!(p).to_string()}]),
                vec![p],
            ),
            _ => (
                "azureProfile.json",
                json!({"installationId": "x", "subscriptions": [{"id": APP, "name": "One", "state": "Enabled",
                    "user": {"name": "ada@x", "type": "user"}, "tenantId": TENANT, "isDefault": true,
                    "environmentName": "AzureCloud"}]}),
                vec![],
            ),
        };
        Planted { name, content, secrets: secrets.into_iter().cloned().collect() }
    })
}

/// What happens to the structure of a file.
#[derive(Debug, Clone)]
enum Bend {
    /// The value at this leaf stands in an object or an array.
    Wrap(usize, bool),
    /// The value at this leaf becomes a number, if it holds no secret.
    Number(usize),
    /// An unknown member with a secret stands in this object.
    Add(usize, &'static str, String),
    /// This member has an unknown name.
    Rename(usize),
}

fn bend() -> impl Strategy<Value = Bend> {
    prop_oneof![
        (any::<usize>(), any::<bool>()).prop_map(|(at, array)| Bend::Wrap(at, array)),
        any::<usize>().prop_map(Bend::Number),
        (any::<usize>(), secret()).prop_map(|(at, value)| Bend::Add(at, "Zusatz", value)),
        (any::<usize>(), password()).prop_map(|(at, value)| Bend::Add(
            at,
            "backup_password",
            value
        )),
        any::<usize>().prop_map(Bend::Rename),
    ]
}

fn leaves<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| leaves(value, found)),
        Value::Array(list) => list.iter_mut().for_each(|value| leaves(value, found)),
        leaf => found.push(leaf),
    }
}

fn objects<'v>(
    value: &'v mut Value,
    at: &mut usize,
    change: &mut dyn FnMut(&mut serde_json::Map<String, Value>),
) {
    match value {
        Value::Object(map) => {
            if *at == 0 {
                change(map);
            }
            *at = at.wrapping_sub(1);
            map.values_mut().for_each(|value| objects(value, at, change));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| objects(value, at, change)),
        _ => {}
    }
}

fn count_objects(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(count_objects).sum::<usize>(),
        Value::Array(list) => list.iter().map(count_objects).sum(),
        _ => 0,
    }
}

fn apply(planted: &mut Planted, bend: &Bend) {
    let secrets = &planted.secrets;
    let count = count_objects(&planted.content);
    match bend {
        Bend::Wrap(at, array) => {
            let mut all = Vec::new();
            leaves(&mut planted.content, &mut all);
            let number = all.len();
            let leaf = &mut all[at % number];
            let inner = leaf.take();
            **leaf = if *array { json!([inner]) } else { json!({"value": inner}) };
        }
        Bend::Number(at) => {
            let mut all = Vec::new();
            leaves(&mut planted.content, &mut all);
            let number = all.len();
            let leaf = &mut all[at % number];
            let text = leaf.as_str().unwrap_or_default().to_owned();
            let is_secret = text.len() > 200 || secrets.iter().any(|secret| text.contains(secret));
            if !is_secret {
                **leaf = json!(17);
            }
        }
        Bend::Add(at, name, value) if count > 0 => {
            let mut number = at % count;
            objects(&mut planted.content, &mut number, &mut |map| {
                let number = map.len();
                map.insert(format!("{name}{number}"), json!(value));
            });
            planted.secrets.push(value.clone());
        }
        Bend::Rename(at) if count > 0 => {
            let mut number = at % count;
            objects(&mut planted.content, &mut number, &mut |map| {
                // A password without its name is a word like another: that is not promised.
                let tells = |value: &Value| value.as_str().is_none_or(|text| text.len() > 40);
                let first =
                    map.iter().find(|(_, value)| tells(value)).map(|(name, _)| name.clone());
                if let Some(name) = first
                    && let Some(value) = map.remove(&name)
                {
                    map.insert(format!("{name}2"), value);
                }
            });
        }
        Bend::Add(..) | Bend::Rename(_) => {}
    }
}

/// The clothes of a file.
fn dressed(text: &str, clothes: u8) -> Vec<u8> {
    let spaced = text.replace("\"CacheData\":\"ey", "\"CacheData\":\"e\\r\\n y");
    match clothes {
        0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        1 => [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat(),
        2 => [text.as_bytes(), &[0; 9]].concat(),
        3 => spaced.into_bytes(),
        4 => format!("junk {text}").into_bytes(),
        5 => text.as_bytes()[..text.len() - 2].to_vec(),
        _ => text.as_bytes().to_vec(),
    }
}

/// What the vault holds after the import of this file alone.
fn ledger(found: &Found) -> Ledger {
    let mut ledger = Ledger::default();
    for held in &found.profile.secrets {
        // EXPOSE: a made-up value of this test.
        ledger.hold(held.value.expose());
    }
    ledger.hold_texts(found.profile.kept.as_json().as_bytes());
    for context in &found.profile.contexts {
        ledger.hold_texts(context.kept.as_json().as_bytes());
    }
    for left in &found.left_out {
        // EXPOSE: a made-up value of this test.
        ledger.hold(left.value.expose());
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_planted_secret_is_held_or_named(
        files in vec((file(), vec(bend(), 0..4), 0_u8..9), 1..4),
    ) {
        for (mut planted, bends, clothes) in files {
            bends.iter().for_each(|bend| apply(&mut planted, bend));
            let text = planted.content.to_string();
            let bytes = dressed(&text, clothes);
            let reading = Reading { file_name: planted.name, time_zone: &TimeZone::UTC };
            let found = azvault_importer::read(&bytes, &reading);
            // A file that is not imported is named as a whole, and stays.
            if found.outcome > Outcome::Warn {
                continue;
            }
            let ledger = ledger(&found);
            let looked = look(&bytes, planted.name);
            for secret in &planted.secrets {
                let is_named = || {
                    looked.findings.iter().any(|finding| {
                        !ledger.holds(finding.kind, &finding.value)
                            && memchr::memmem::find(&finding.value, secret.as_bytes()).is_some()
                    })
                };
                let is_held = ledger.holds(Kind::Named, secret.as_bytes());
                prop_assert!(is_held || is_named() || !looked.unread.is_empty(),
                    "{secret} of {}: {text}", planted.name);
            }
        }
    }
}
