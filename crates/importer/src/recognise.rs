//! Which format is this? The only place that guesses.
//!
//! Content decides; the name only where content says nothing (`{}`, zero bytes, INI). A damaged
//! file is still taken for what it tries to be, so that it is refused by name and not overlooked.

use crate::Format;
use crate::decode::{DecodeError, contains, decode, from_first_brace};
use crate::json::{self, Node, Object};

/// First bytes of `CryptProtectData`'s output: version 1 and the GUID of its provider.
const DPAPI: &[u8] = &[
    0x01, 0, 0, 0, 0xd0, 0x8c, 0x9d, 0xdf, 0x01, 0x15, 0xd1, 0x11, 0x8c, 0x7a, 0x00, 0xc0, 0x4f,
    0xc2, 0x97, 0xeb,
];

/// The format of a file.
pub fn recognise(bytes: &[u8], file_name: &str) -> Format {
    if bytes.is_empty() || matches!(bytes, b"\xef\xbb\xbf" | b"\xff\xfe" | b"\xfe\xff") {
        return Format::Empty;
    }
    if bytes.starts_with(DPAPI) {
        return Format::DpapiBlob;
    }
    if let Some(format) = adal(bytes) {
        return format;
    }
    if is_certificate(bytes, file_name) {
        return Format::Certificate;
    }
    match decode(bytes) {
        Err(DecodeError::OnlyNuls) => Format::Unreadable,
        Err(_) => by_words(bytes).or_else(|| by_name(file_name)).unwrap_or(Format::NotAContextFile),
        Ok(decoded) => by_text(decoded.text.as_str(), file_name),
    }
}

/// The format that a file of this name has, if its content does not say.
pub(crate) fn by_name(file_name: &str) -> Option<Format> {
    Some(match file_name.to_ascii_lowercase().as_str() {
        "azurermcontext.json" => Format::AzpsContext,
        "azurermcontextsettings.json" => Format::AzpsAutosaveSettings,
        "azurepsdatacollectionprofile.json" => Format::AzpsDataCollection,
        "psconfig.json" => Format::AzpsConfig,
        "tokencache.dat" => Format::AdalCacheV3,
        "keystore.cache" => Format::AzpsKeystore,
        "msal.cache"
        | "msal.cache.cae"
        | "msal.cache.nocae"
        | "msal_token_cache.json"
        | "msal_token_cache.bin" => Format::MsalCache,
        "accesstokens.json" => Format::AzcliAccessTokens,
        "service_principal_entries.json" | "service_principal_entries.bin" => {
            Format::AzcliServicePrincipals
        }
        "clouds.config" => Format::AzcliClouds,
        "config" => Format::AzcliConfig,
        // Two files differ by case alone: Azure CLI's and Service Management's.
        "azureprofile.json" if file_name.starts_with('a') => Format::AzcliProfile,
        _ => return None,
    })
}

/// `int32 version, int32 count`, little-endian. Text never has three NULs at these places.
fn adal(bytes: &[u8]) -> Option<Format> {
    let (version, _) = bytes.split_first_chunk::<4>()?;
    match (i32::from_le_bytes(*version), bytes.len()) {
        (2, _) => Some(Format::AdalCacheV2),
        (3, _) => Some(Format::AdalCacheV3),
        (1..=255, 8..) if contains(bytes, ":::") => Some(Format::Unreadable),
        _ => None,
    }
}

fn is_certificate(bytes: &[u8], file_name: &str) -> bool {
    let pem = bytes.starts_with(b"-----BEGIN ") || contains(bytes, "\n-----BEGIN ");
    let name = file_name.to_ascii_lowercase();
    pem || (bytes.starts_with(&[0x30, 0x82]) && (name.ends_with(".pfx") || name.ends_with(".p12")))
}

fn by_text(text: &str, file_name: &str) -> Format {
    let named = || by_name(file_name).unwrap_or(Format::NotAContextFile);
    let (start, _) = from_first_brace(text);
    if !start.starts_with(['{', '[']) || (text.starts_with('[') && is_ini(file_name)) {
        return named();
    }
    let shape = json::document(start).and_then(|root| by_shape(&root));
    match shape {
        Ok(Some(format)) => format,
        Ok(None) => named(),
        Err(_) => by_words(text.as_bytes()).unwrap_or_else(named),
    }
}

fn is_ini(file_name: &str) -> bool {
    matches!(by_name(file_name), Some(Format::AzcliConfig | Format::AzcliClouds))
}

fn by_shape(root: &Node<'_>) -> Result<Option<Format>, json::JsonError> {
    if root.is_array() {
        for item in root.array()? {
            if item.is_object()
                && let Some(format) = by_item(&item.object()?)?
            {
                return Ok(Some(format));
            }
        }
        return Ok(None);
    }
    let root = root.object()?;
    let has = |name: &str| root.get(name).map(|member| member.is_some());
    let object = |name: &str| root.get(name).map(|m| m.is_some_and(Node::is_object));
    if has("Contexts")? || has("DefaultContextKey")? || object("EnvironmentTable")? {
        return Ok(Some(Format::AzpsContext));
    }
    if object("Context")? {
        return Ok(Some(Format::AzpsContextLegacy));
    }
    if has("Subscriptions")? && has("Accounts")? {
        return Ok(Some(Format::AsmProfile));
    }
    if has("subscriptions")? || has("installationId")? {
        return Ok(Some(Format::AzcliProfile));
    }
    if has("Mode")? && (has("ContextDirectory")? || has("CacheDirectory")?) {
        return Ok(Some(Format::AzpsAutosaveSettings));
    }
    if has("enableAzureDataCollection")? {
        return Ok(Some(Format::AzpsDataCollection));
    }
    for section in ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"] {
        if object(section)? {
            return Ok(Some(Format::MsalCache));
        }
    }
    Ok(None)
}

fn by_item(item: &Object<'_>) -> Result<Option<Format>, json::JsonError> {
    let has = |name: &str| item.get(name).map(|member| member.is_some());
    if has("keyStoreKey")? || has("keyStoreValue")? {
        return Ok(Some(Format::AzpsKeystore));
    }
    if has("servicePrincipalId")? || has("_clientId")? || has("tokenType")? {
        return Ok(Some(Format::AzcliAccessTokens));
    }
    Ok(has("client_id")?.then_some(Format::AzcliServicePrincipals))
}

/// What a file that is no JSON any more tries to be, by words that only it has.
fn by_words(bytes: &[u8]) -> Option<Format> {
    let has = |word: &str| contains(bytes, word);
    [
        (has("\"DefaultContextKey\"") || has("\"Contexts\""), Format::AzpsContext),
        (has("\"Context\"") && has("\"Endpoints\""), Format::AzpsContextLegacy),
        (has("\"ContextDirectory\""), Format::AzpsAutosaveSettings),
        (has("\"keyStoreKey\""), Format::AzpsKeystore),
        (has("\"servicePrincipalId\"") || has("\"_clientId\""), Format::AzcliAccessTokens),
        (has("\"installationId\"") || has("\"environmentName\""), Format::AzcliProfile),
        (has("\"home_account_id\"") || has("\"credential_type\""), Format::MsalCache),
        (has("\"client_id\"") && has("\"tenant\""), Format::AzcliServicePrincipals),
    ]
    .into_iter()
    .find_map(|(found, format)| found.then_some(format))
}
