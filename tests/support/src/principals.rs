//! What the benchmarks import.

use std::fmt::Write as _;

use data_encoding::BASE64;
use serde_json::{Value, json};

/// A context file as Azure PowerShell writes it: an application a context, each with its secret.
pub fn contexts(principals: u32) -> String {
    let mut text =
        String::from("{\"DefaultContextKey\":\"context 0\",\"EnvironmentTable\":{},\"Contexts\":{");
    for n in 0..principals {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\"context {n}\":{{\"Account\":{{\"Id\":\"a{n:07}-0000-4000-8000-000000000001\",\
             \"Type\":\"ServicePrincipal\",\"ExtendedProperties\":{{\"ServicePrincipalSecret\":\
             \"not-a-real-secret-{n:08}\"}}}},\"Tenant\":{{\"Id\":\
             \"72f00000-0000-4000-8000-000000000001\"}},\"Subscription\":{{\"Id\":\
             \"5b{n:06}-0000-4000-8000-000000000001\",\"Name\":\"Subscription {n}\",\"State\":\
             \"Enabled\"}},\"Environment\":{{\"Name\":\"AzureCloud\"}},\"ExtendedProperties\":{{}}}}"
        )
        .unwrap();
    }
    text.push_str("},\"ExtendedProperties\":{}}");
    text
}

/// The same with one context more, which is active: of a person who has a token in the cache.
pub fn contexts_and_a_token(principals: u32) -> String {
    let tenant = "72f00000-0000-4000-8000-000000000001";
    let owner = json!({ "home_account_id": "oid-1.t", "environment": "login.microsoftonline.com" });
    let with = |mut more: Value| {
        more.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        more
    };
    let cache = json!({
        "AccessToken": { "a": with(json!({
            "credential_type": "AccessToken", "secret": format!("at.{}", "a".repeat(1800)),
            "realm": tenant, "client_id": "1950a258-227b-4e31-a9cf-717495945fc2",
            "target": "https://management.core.windows.net//.default", "expires_on": "4102444800",
        })) },
        "Account": { "p": with(json!({
            "realm": tenant, "username": "megan@contoso.example", "authority_type": "MSSTS",
        })) },
    });
    let person = json!({
        "Account": { "Id": "megan@contoso.example", "Type": "User" },
        "Tenant": { "Id": tenant },
        "Environment": { "Name": "AzureCloud" },
        "TokenCache": { "CacheData": BASE64.encode(cache.to_string().as_bytes()) },
    });
    contexts(principals).replacen("\"context 0\"", "\"person\"", 1).replacen(
        "\"Contexts\":{",
        &format!("\"Contexts\":{{\"person\":{person},"),
        1,
    )
}
