//! Files as products and tools write them.

use data_encoding::BASE64;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Content, Planted, password, secret};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const APP: &str = "a9900000-0000-4000-8000-0000000000aa";
const AUTHORITY: &str = "https://login.microsoftonline.com/common";

/// A file of one of the formats that are imported.
pub fn file() -> impl Strategy<Value = Planted> {
    (0_usize..18, vec(secret(), 4), vec(password(), 2)).prop_map(|(which, tokens, words)| {
        let (place, content, secrets) = match which {
            0..=5 => of_azure_powershell(which, &tokens, &words),
            6..=10 => of_azure_cli(which, &tokens, &words),
            _ => of_other_tools(which, &tokens, &words),
        };
        Planted { place, content, secrets: secrets.into_iter().cloned().collect() }
    })
}

type Made<'a> = (&'static str, Content, Vec<&'a String>);

fn msal(access: &str, refresh: &str, id: &str) -> Value {
    json!({
        "AccessToken": {"k1": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
            "secret": access, "credential_type": "AccessToken", "realm": TENANT, "target": "https://x/.default",
            "expires_on": "1795881726"}},
        "RefreshToken": {"k2": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
            "secret": refresh, "credential_type": "RefreshToken", "family_id": "1"}},
        "IdToken": {"k3": {"home_account_id": "u.t", "environment": "login.windows.net", "client_id": APP,
            "secret": id, "credential_type": "IdToken", "realm": TENANT}},
        "Account": {"k4": {"home_account_id": "u.t", "environment": "login.windows.net", "username": "ada@x",
            "realm": TENANT}},
    })
}

fn context(properties: Value, cache: Value) -> Content {
    Content::Json(json!({"DefaultContextKey": "c", "EnvironmentTable": {}, "Contexts": {"c": {
        "Account": {"Id": APP, "Type": "ServicePrincipal", "ExtendedProperties": properties},
        "Tenant": {"Id": TENANT}, "Subscription": {"Id": APP, "Name": "One", "State": "Enabled"},
        "Environment": {"Name": "AzureCloud"}, "TokenCache": cache}}, "ExtendedProperties": {}}))
}

fn of_azure_powershell<'a>(which: usize, tokens: &'a [String], words: &'a [String]) -> Made<'a> {
    let [a, b, c, d] = tokens else { unreachable!() };
    let p = &words[0];
    match which {
        0 => (
            ".local/share/.IdentityService/msal.cache.cae",
            Content::Json(msal(a, b, c)),
            vec![a, b, c],
        ),
        1 => (
            ".Azure/AzureRmContext.json",
            context(
                json!({"ServicePrincipalSecret": p, "AccessToken": a}),
                json!({"CacheData": null}),
            ),
            vec![p, a],
        ),
        2 => {
            let cache = BASE64.encode(msal(a, b, c).to_string().as_bytes());
            let cache = json!({ "CacheData": cache });
            (".Azure/AzureRmContext.json", context(json!({"KeyVault": d}), cache), vec![a, b, c, d])
        }
        3 => (
            ".Azure/keystore.cache",
            Content::Json(json!([{"keyType": "ServicePrincipalKey", "valueType": "SecureString",
                "keyStoreKey": json!({"appId": APP, "tenantId": TENANT, "name": "ServicePrincipalSecret"})
                    .to_string(),
                "keyStoreValue": json!(p).to_string()}])),
            vec![p],
        ),
        4 => (
            ".local/share/.IdentityService/billing.nocae",
            Content::Json(msal(a, b, c)),
            vec![a, b, c],
        ),
        _ => (
            ".azure/azureProfile.json",
            Content::Json(
                json!({"installationId": "x", "subscriptions": [{"id": APP, "name": "One",
                "state": "Enabled", "user": {"name": "ada@x", "type": "user"}, "tenantId": TENANT,
                "isDefault": true, "environmentName": "AzureCloud"}]}),
            ),
            vec![],
        ),
    }
}

fn adal(access: &str, refresh: &str) -> Value {
    json!({"tokenType": "Bearer", "expiresOn": "2021-10-11 16:41:39.341772", "accessToken": access,
        "refreshToken": refresh, "userId": "ada@x", "_clientId": APP, "_authority": AUTHORITY})
}

fn of_azure_cli<'a>(which: usize, tokens: &'a [String], words: &'a [String]) -> Made<'a> {
    let [a, b, ..] = tokens else { unreachable!() };
    let [p, q] = words else { unreachable!() };
    match which {
        6 => (
            ".azure/accessTokens.json",
            Content::Json(json!([adal(a, b),
                {"servicePrincipalId": APP, "servicePrincipalTenant": TENANT, "accessToken": p}])),
            vec![a, b, p],
        ),
        7 => (
            ".azure/service_principal_entries.json",
            Content::Json(json!([{"client_id": APP, "tenant": TENANT, "client_secret": p},
                {"client_id": TENANT, "tenant": TENANT, "client_assertion": a}])),
            vec![p, a],
        ),
        8 => (
            ".azure/aksServicePrincipal.json",
            Content::Json(json!({APP: {"client_secret": p, "service_principal": APP},
                TENANT: {"client_secret": q, "service_principal": TENANT}})),
            vec![p, q],
        ),
        9 => (
            "azureauth.json",
            Content::Json(json!({"clientId": APP, "clientSecret": p, "tenantId": TENANT,
                "subscriptionId": APP, "activeDirectoryEndpointUrl": "https://login.microsoftonline.com"})),
            vec![p],
        ),
        _ => (".azureml/auth/accessTokens.json", Content::Json(json!([adal(a, b)])), vec![a, b]),
    }
}

fn of_other_tools<'a>(which: usize, tokens: &'a [String], words: &'a [String]) -> Made<'a> {
    let [a, b, c, _] = tokens else { unreachable!() };
    let [p, q] = words else { unreachable!() };
    match which {
        11 => (
            ".cli-m365-connection.json",
            Content::Json(json!({"active": true, "authType": "secret", "certificateType": 0,
                "tenant": TENANT, "cloudType": "Public", "name": "ci", "identityName": "CI", "appId": APP,
                "secret": p, "accessTokens": {"https://graph.microsoft.com": {
                    "expiresOn": "2026-11-29T06:33:46.000Z", "accessToken": a}}})),
            vec![p, a],
        ),
        12 => (
            ".azd/auth/cred11111111-2222-3333-4444-555555555555.a9900000-0000-4000-8000-0000000000aa.json",
            Content::Json(json!({"clientSecret": p})),
            vec![p],
        ),
        13 => (
            ".azure/dockerAccessToken.json",
            Content::Json(json!({"oauthToken": {"access_token": a, "token_type": "Bearer",
                "refresh_token": b, "expiry": "2023-11-14T23:13:19+01:00"}, "tenantId": TENANT,
                "cloudEnvironment": "AzureCloud"})),
            vec![a, b],
        ),
        14 => (
            ".kube/cache/kubelogin/AzurePublicCloud.json",
            Content::Json(json!({"access_token": a, "refresh_token": b, "expires_in": "3599",
                "expires_on": "1700003599", "not_before": "1699999700", "resource": APP,
                "token_type": "Bearer"})),
            vec![a, b],
        ),
        15 => (
            ".azure/azure-secret.json",
            Content::Json(json!({"accessTokenType": "Bearer", "idToken": c, "userInfo":
                {"uniqueId": APP, "displayableId": "ada@x", "tenantId": TENANT}, "accessToken": a,
                "refreshToken": b, "isMultipleResourceRefreshToken": true, "environment": "azure"})),
            vec![a, b, c],
        ),
        16 => (
            ".azure/credentials",
            Content::Ini(format!(
                "[default]\nsubscription_id={APP}\nclient_id={APP}\nsecret={p}\ntenant={TENANT}\n\n\
                 [other]\nclient_id = {TENANT}\nclient_secret = {q}\ntenant_id = {TENANT}\n"
            )),
            vec![p, q],
        ),
        _ => (
            ".sfctl/config",
            Content::Ini(format!(
                "[servicefabric]\nendpoint = https://fabric.example:19080\nsecurity = aad\naad_token = {}\n",
                adal(a, b)
            )),
            vec![a, b],
        ),
    }
}
