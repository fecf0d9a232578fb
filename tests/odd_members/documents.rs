//! Good documents of every format, with a secret in every place that one can stand in.

use serde_json::{Value, json};

pub(super) struct Document {
    /// The file's name.
    pub(super) name: &'static str,
    pub(super) json: Value,
    /// Pointers below which any value is right, or any text, number or truth value: `*` stands for one step.
    anything: &'static [&'static str],
    either: &'static [&'static str],
}

impl Document {
    /// Whether the format takes whatever stands there.
    pub(super) fn takes_anything(&self, pointer: &str) -> bool {
        self.anything.iter().any(|pattern| is_below(pointer, pattern))
    }

    /// Whether the format takes whatever is no array or object.
    pub(super) fn takes_scalars(&self, pointer: &str) -> bool {
        self.either.iter().any(|pattern| is_below(pointer, pattern))
    }
}

fn is_below(pointer: &str, pattern: &str) -> bool {
    let mut steps = pointer.split('/');
    pattern.split('/').all(|wanted| steps.next().is_some_and(|s| wanted == "*" || wanted == s))
}

const T: &str = "72f00000-0000-4000-8000-000000000001";

pub(super) fn documents() -> Vec<Document> {
    vec![
        contexts(),
        older_profile(),
        settings(),
        keystore(),
        msal(),
        azure_profile(),
        access_tokens(),
        service_principals(),
    ]
}

fn contexts() -> Document {
    let environment = json!({"Name": "Hub", "OnPremise": true, "GraphUrl": "https://graph.hub.example",
        "VersionProfiles": ["2019"], "ExtendedProperties": {"a": "b"}});
    Document {
        name: "AzureRmContext.json",
        json: json!({
            "DefaultContextKey": "one",
            "EnvironmentTable": {"Hub": environment},
            "Contexts": {
                "one": {
                    "Account": {"Id": "app-1", "Credential": "cred-1", "Type": "ServicePrincipal",
                        "TenantMap": {"a": "b"},
                        "ExtendedProperties": {"ServicePrincipalSecret": "secret-1",
                            "CertificatePassword": "password-1", "Tenants": T}},
                    "Tenant": {"Id": T, "Directory": "x.example", "IsHome": true,
                        "ExtendedProperties": {"DisplayName": "X"}},
                    "Subscription": {"Id": "sub-1", "Name": "Sub", "State": "Enabled",
                        "ExtendedProperties": {"StorageAccount": "storage-1", "Account": "app-1"}},
                    "Environment": environment,
                    "VersionProfile": "2019",
                    "TokenCache": {"CacheData": ""},
                    "ExtendedProperties": {"Default Resource Group": "rg"},
                },
                "two": {
                    "Account": {"Id": "ada@x.example", "Credential": null, "Type": "AccessToken",
                        "ExtendedProperties": {"AccessToken": "at-2", "KeyVault": "kv-2",
                            "HomeAccountId": "o.t"}},
                    "Tenant": {"Id": T}, "Subscription": null,
                    "Environment": {"Name": "AzureCloud"},
                },
            },
        }),
        anything: &[
            "/Contexts/*/Environment/*",
            "/Contexts/*/Tenant/IsHome",
            "/Contexts/*/Account/TenantMap",
            "/EnvironmentTable/*/*",
        ],
        either: &["/Contexts/two/Account/Credential"],
    }
}

fn older_profile() -> Document {
    Document {
        name: "AzureRmContext.json",
        json: json!({
            "Environments": {"Hub": {"Name": "Hub", "OnPremise": true, "Endpoints": {"a": "b"}}},
            "Context": {
                "Account": {"Id": "ada@x.example", "Type": 1,
                    "Properties": {"AccessToken": "at-1", "Tenants": T}},
                "Subscription": {"Id": "sub-1", "Name": "Sub", "Environment": "AzureCloud",
                    "Account": "ada@x.example", "State": "Enabled",
                    "Properties": {"StorageAccount": "storage-1", "Default": "1"}},
                "Environment": {"Name": "AzureCloud", "Endpoints": {"a": "b"}},
                "Tenant": {"Id": T, "Domain": "x.example"},
                "TokenCache": "",
            },
        }),
        anything: &[
            "/Environments/*/*",
            "/Context/Environment/Endpoints",
            "/Context/Subscription/Properties",
        ],
        either: &["/Context/Account/Type"],
    }
}

fn settings() -> Document {
    Document {
        name: "AzureRmContextSettings.json",
        json: json!({"Mode": "CurrentUser", "ContextDirectory": "/h/.Azure",
            "ContextFile": "AzureRmContext.json", "CacheDirectory": "/h/c", "CacheFile": "msal.cache",
            "KeyStoreFile": "keystore.cache", "Settings": {"a": "b"}}),
        anything: &["/Settings"],
        either: &[],
    }
}

fn keystore() -> Document {
    let entry = |app: &str, name: &str, secret: &str| {
        let key = json!({"appId": app, "tenantId": T, "name": name}).to_string();
        json!({"keyType": "ServicePrincipalKey", "keyStoreKey": key,
            "valueType": "System.Security.SecureString", "keyStoreValue": json!(secret).to_string()})
    };
    Document {
        name: "keystore.cache",
        json: json!([
            entry("app-1", "ServicePrincipalSecret", "secret-1"),
            entry("app-1", "CertificatePassword", "password-1"),
            entry("app-2", "ServicePrincipalSecret", "secret-2"),
        ]),
        anything: &[],
        either: &[],
    }
}

fn msal() -> Document {
    let token = |secret: &str, kind: &str| {
        json!({"secret": secret, "credential_type": kind, "home_account_id": "o.t",
            "environment": "login.windows.net", "client_id": "c", "realm": T, "target": "a b",
            "client_info": "x", "cached_at": "1", "expires_on": "2", "family_id": "1",
            "last_modification_time": 3, "user_assertion_hash": "", "token_type": "Bearer"})
    };
    Document {
        name: "msal.cache",
        json: json!({
            "AccessToken": {"a": token("at-1", "AccessToken"), "b": token("at-2", "AccessToken")},
            "RefreshToken": {"c": token("rt-1", "RefreshToken"), "d": token("rt-2", "RefreshToken")},
            "IdToken": {"e": token("id-1", "IdToken")},
            "Account": {"f": {"home_account_id": "o.t", "environment": "login.windows.net", "realm": T,
                "username": "ada@x.example", "local_account_id": "o", "authority_type": "MSSTS",
                "name": "Ada", "client_info": "x"}},
            "AppMetadata": {"g": {"client_id": "c", "environment": "login.windows.net",
                "family_id": "1"}},
        }),
        anything: &["/AppMetadata"],
        either: &["/*/*/client_info", "/*/*/cached_at", "/*/*/expires_on"],
    }
}

fn azure_profile() -> Document {
    let entry = |id: &str| {
        json!({"id": id, "name": "Sub", "state": "Enabled", "tenantId": T, "isDefault": false,
            "environmentName": "AzureCloud", "homeTenantId": T, "managedByTenants": [],
            "tenantDisplayName": "X", "user": {"name": "ada@x.example", "type": "user"},
            "managementCertificate": {"key": format!("key of {id}"), "cert": "public"}})
    };
    Document {
        name: "azureProfile.json",
        json: json!({"installationId": "i", "subscriptions": [entry("sub-1"), entry("sub-2")]}),
        anything: &[
            "/installationId",
            "/subscriptions/*/homeTenantId",
            "/subscriptions/*/managedByTenants",
            "/subscriptions/*/tenantDisplayName",
        ],
        either: &[],
    }
}

fn access_tokens() -> Document {
    let user = |user: &str| {
        json!({"tokenType": "Bearer", "expiresIn": 3599, "expiresOn": "2020-01-01 00:00:00.000000",
            "resource": "https://r", "accessToken": format!("at of {user}"),
            "refreshToken": format!("rt of {user}"), "oid": "o", "userId": user,
            "identityProvider": "live.com", "isMRRT": true, "_clientId": "c",
            "_authority": format!("https://login.microsoftonline.com/{T}")})
    };
    Document {
        name: "accessTokens.json",
        json: json!([
            user("ada@x.example"),
            user("bob@x.example"),
            {"servicePrincipalId": "app-1", "servicePrincipalTenant": T, "accessToken": "secret-1"},
            {"servicePrincipalId": "app-2", "servicePrincipalTenant": T,
                "certificateFile": "/certs/2.pem", "thumbprint": "AB"},
        ]),
        anything: &[],
        either: &["/*/expiresIn", "/*/expiresOn"],
    }
}

fn service_principals() -> Document {
    Document {
        name: "service_principal_entries.json",
        json: json!([
            {"client_id": "app-1", "tenant": T, "client_secret": "secret-1"},
            {"client_id": "app-2", "tenant": T, "certificate": "/certs/2.pem",
                "use_cert_sn_issuer": true},
            {"client_id": "app-3", "tenant": T, "client_assertion": "assertion-3"},
        ]),
        anything: &[],
        either: &[],
    }
}
