//! Azure CLI.

use crate::formats::azcli;
use crate::formats::row::{Clean, Folder, Holds, ProductFiles, Reader, Recognised, Row};
use crate::{Format, Found, Product};

const SECRETS: &str = "a new secret of the application: az ad app credential reset";

const fn lies(files: &'static [&'static str]) -> [ProductFiles; 1] {
    [ProductFiles { product: Product::AzureCli, folders: &[Folder::AzureConfig("")], files }]
}

/// azure-cli-core `auth/persistence.py` `build_persistence`, announced after 2.91: where libsecret or the
/// keychain has the content, the file beside it only tells when that changed.
pub(super) const SIGNAL: Row = Row {
    format: Format::AzcliSignal,
    name: "azcli-signal",
    versions: "Azure CLI after 2.91",
    lies: &lies(SIGNALS),
    recognised: Recognised {
        bytes: |_, name| SIGNALS.iter().any(|signal| signal.eq_ignore_ascii_case(name)),
        names: SIGNALS,
        by: "its name",
        ..Recognised::NOT
    },
    holds: Holds::Sealed,
    reader: Reader::Bytes(|format, _, _| {
        Found::opaque(
            format,
            Product::AzureCli,
            "its content is in the keyring or keychain of the session that wrote it (schema or \
             service Microsoft Azure CLI): sign in again with azvault connect",
        )
    }),
    read_by: "",
    protection: "libsecret, keychain",
    clean: Clean::Leaves("nothing of it is in the vault"),
    revoke: "az logout, which empties the keyring too",
    source: "CLI `auth/persistence.py`",
    fixtures: &["other-tools/azure-cli-signal"],
    ..PROFILE
};

const SIGNALS: &[&str] = &["msal_token_cache.sig", "service_principal_entries.sig"];

pub(super) const PROFILE: Row = Row {
    format: Format::AzcliProfile,
    name: "azcli-profile",
    product: Product::AzureCli,
    versions: "Azure CLI 2.0 to today",
    lies: &[
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::AzureConfig("")],
            files: &["azureProfile.json"],
        },
        ProductFiles {
            product: Product::AzureMl,
            folders: &[Folder::Home(".azureml/auth")],
            files: &["azureProfile.json"],
        },
    ],
    recognised: Recognised {
        object: |shape| shape.has("subscriptions") || shape.has("installationId"),
        words: &[&["\"installationId\""], &["\"environmentName\""]],
        names: &["azureProfile.json"],
        by: "`subscriptions` or `installationId`",
        ..Recognised::NOT
    },
    holds: Holds::SignIns,
    reader: Reader::Json(|root, _, found| azcli::azure_profile::read(root, found)),
    read_by: "formats/azcli/azure_profile.rs",
    protection: "unencrypted, no secret in it",
    clean: Clean::Removes,
    revoke: "nothing: it has names and ids only",
    source: "CLI `_profile.py`",
    fixtures: &["azure-cli/msal-2.91.0/azureProfile.json"],
};

pub(super) const ACCESS_TOKENS: Row = Row {
    format: Format::AzcliAccessTokens,
    name: "azcli-access-tokens",
    versions: "Azure CLI to 2.29",
    lies: &[
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::AzureConfig("")],
            files: &["accessTokens.json"],
        },
        ProductFiles {
            product: Product::AzureMl,
            folders: &[Folder::Home(".azureml/auth")],
            files: &["accessTokens.json"],
        },
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::Variable("AZURE_ACCESS_TOKEN_FILE")],
            files: &["*"],
        },
    ],
    recognised: Recognised {
        item: |shape| {
            shape.has("servicePrincipalId") || shape.has("_clientId") || shape.has("tokenType")
        },
        words: &[&["\"servicePrincipalId\""], &["\"_clientId\""]],
        names: &["accessTokens.json"],
        by: "`servicePrincipalId`, `_clientId` or `tokenType`",
        ..Recognised::NOT
    },
    reader: Reader::Json(azcli::access_tokens::read),
    read_by: "formats/azcli/access_tokens.rs",
    protection: "unencrypted",
    revoke: "an administrator ends sign-ins of users with Revoke-MgUserSignInSession; a new secret \
             of an application: az ad app credential reset",
    source: "CLI `_profile.py` CredsCache",
    fixtures: &["azure-cli/adal-2.29.2/accessTokens.json"],
    ..PROFILE
};

pub(super) const SERVICE_PRINCIPALS: Row = Row {
    format: Format::AzcliServicePrincipals,
    name: "azcli-service-principals",
    versions: "Azure CLI 2.30 to today",
    lies: &lies(&["service_principal_entries.json", "service_principal_entries.bin"]),
    recognised: Recognised {
        item: |shape| shape.has("client_id"),
        words: &[&["\"client_id\"", "\"tenant\""]],
        names: &["service_principal_entries.json", "service_principal_entries.bin"],
        by: "`client_id` in an array",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| azcli::service_principals::read(root, found)),
    read_by: "formats/azcli/service_principals.rs",
    protection: "unencrypted unless core.encrypt_token_cache is on",
    revoke: SECRETS,
    source: "CLI `auth/identity.py`",
    fixtures: &["azure-cli/msal-2.91.0/service_principal_entries.json"],
    ..PROFILE
};

pub(super) const CONFIG: Row = Row {
    format: Format::AzcliConfig,
    name: "azcli-config",
    versions: "Azure CLI",
    lies: &lies(&["config"]),
    recognised: Recognised { names: &["config"], by: "its name", ..Recognised::NOT },
    holds: Holds::Settings,
    reader: Reader::Text(|text, _, found| azcli::config::read_config(text, found)),
    read_by: "formats/azcli/config.rs",
    protection: "unencrypted; it may have keys of storage, batch and App Configuration",
    clean: Clean::Leaves("Azure CLI goes by these settings"),
    revoke: "keys of other services that it names: az storage account keys renew and the like",
    source: "knack `config.py`",
    fixtures: &["azure-cli/msal-2.91.0/config"],
    ..PROFILE
};

pub(super) const CLOUDS: Row = Row {
    format: Format::AzcliClouds,
    name: "azcli-clouds",
    lies: &lies(&["clouds.config"]),
    recognised: Recognised { names: &["clouds.config"], by: "its name", ..Recognised::NOT },
    reader: Reader::Text(|text, _, found| azcli::config::read_clouds(text, found)),
    protection: "no secret in it",
    revoke: "nothing: no secret is in it",
    source: "CLI `cloud.py`",
    fixtures: &["azure-cli/msal-2.91.0/clouds.config"],
    ..CONFIG
};
