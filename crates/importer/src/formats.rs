//! One file a format.
//!
//! A format file names the product's own source for its shape, reads through [`crate::json`] or
//! from bytes, and returns a [`Found`]. It shares no shapes with another: a format is frozen the
//! day its product stops writing it. "Not mine" is decided in `recognise.rs`; a format file only
//! knows whole and broken. A bad item is reported by its place and does not stop the rest.
//!
//! For the next one: a file here, a line in [`read`], a test in `recognise.rs`, a fixture with
//! its truth, and a row in `docs/legacy-formats.md`.

pub mod azcli;
pub mod azps;
pub mod msal_cache;

use crate::decode::{decode, from_first_brace};
use crate::json::{self, JsonError, Node};
use crate::{Format, Found, Product, Reading};

/// Largest single item that is taken: no product writes one a hundredth of that, and a vault's
/// record holds it with room to spare.
const MOST: usize = 4 * 1024 * 1024;

/// Reads bytes that were recognised as `format`.
pub fn read(format: Format, bytes: &[u8], reading: &Reading<'_>) -> Found {
    let found = read_as(format, bytes, reading);
    if found.profile.largest_item() <= MOST {
        return found;
    }
    Found::rejected(format, found.product, "", "one of its items is larger than 4 MiB")
}

fn read_as(format: Format, bytes: &[u8], reading: &Reading<'_>) -> Found {
    match format {
        Format::AdalCacheV2 | Format::AdalCacheV3 => azps::token_cache_dat::read(format, bytes),
        Format::Certificate => Found::new(format, Product::Unknown),
        Format::DpapiBlob => Found::opaque(
            format,
            product(reading.file_name),
            "encrypted by Windows (DPAPI) for one user of one machine: sign in again, or run \
             azvault there as that user",
        ),
        Format::Empty => empty(reading.file_name),
        Format::AsmProfile => Found::rejected(
            format,
            Product::AzureServiceManagement,
            "",
            "a profile of Azure Service Management, from before AzureRM: it holds no contexts",
        ),
        Format::NotAContextFile => Found::rejected(
            format,
            Product::Unknown,
            "",
            "not a file of Azure PowerShell or Azure CLI that azvault knows",
        ),
        Format::Unreadable => Found::rejected(
            format,
            product(reading.file_name),
            "",
            "unreadable: nothing but NUL bytes, or a cache of an unknown version; it may hold \
             tokens in clear",
        ),
        Format::AzpsContext
        | Format::AzpsContextLegacy
        | Format::AzpsAutosaveSettings
        | Format::AzpsDataCollection
        | Format::AzpsConfig
        | Format::MsalCache
        | Format::AzpsKeystore
        | Format::AzcliProfile
        | Format::AzcliAccessTokens
        | Format::AzcliServicePrincipals
        | Format::AzcliConfig
        | Format::AzcliClouds => read_text(format, bytes, reading),
    }
}

fn read_text(format: Format, bytes: &[u8], reading: &Reading<'_>) -> Found {
    let product = match format {
        Format::MsalCache => product(reading.file_name),
        Format::AzcliProfile
        | Format::AzcliAccessTokens
        | Format::AzcliServicePrincipals
        | Format::AzcliConfig
        | Format::AzcliClouds => Product::AzureCli,
        _ => Product::AzurePowerShell,
    };
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return Found::rejected(format, product, "", error.to_string()),
    };
    let text = decoded.text.as_str();
    let mut found = Found::new(format, product);
    if decoded.nuls > 0 {
        let text = format!("{} NUL bytes after the end were cut off", decoded.nuls);
        found.warn("", text);
    }
    match format {
        Format::AzcliConfig => azcli::config::read_config(text, &mut found),
        Format::AzcliClouds => azcli::config::read_clouds(text, &mut found),
        Format::AzpsDataCollection | Format::AzpsConfig => {}
        _ => {
            let (start, skipped) = from_first_brace(text);
            if skipped > 0 {
                found.warn("byte 0", format!("{skipped} stray bytes before the first brace"));
            }
            let read = json::document(start)
                .and_then(|root| read_document(format, &root, reading, &mut found));
            if let Err(JsonError { place, what }) = read {
                return Found::rejected(format, product, place, what);
            }
        }
    }
    found
}

fn read_document(
    format: Format,
    root: &Node<'_>,
    reading: &Reading<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    match format {
        Format::AzpsContextLegacy => azps::azurerm_profile::read(root, found),
        Format::AzpsAutosaveSettings => azps::autosave_settings::read(root, found),
        Format::AzpsKeystore => azps::keystore::read(root, found),
        Format::MsalCache => msal_cache::read_into(root, found),
        Format::AzcliProfile => azcli::azure_profile::read(root, found),
        Format::AzcliAccessTokens => azcli::access_tokens::read(root, reading, found),
        Format::AzcliServicePrincipals => azcli::service_principals::read(root, found),
        _ => azps::context_file::read(root, found),
    }
}

/// Both products write MSAL caches; the name tells whose one is.
fn product(file_name: &str) -> Product {
    let name = file_name.to_ascii_lowercase();
    if name.starts_with("msal_token_cache") || name.starts_with("service_principal_entries") {
        Product::AzureCli
    } else {
        Product::AzurePowerShell
    }
}

/// A cache that is only touched has its content in the keyring; another empty file is just that.
fn empty(file_name: &str) -> Found {
    let name = file_name.to_ascii_lowercase();
    let owner = product(file_name);
    let opaque = |text: String| Found::opaque(Format::Empty, owner, text);
    match name.as_str() {
        "keystore.cache" => opaque(keyring("AzKeyStoreCache")),
        "msal.cache" | "msal.cache.cae" | "msal.cache.nocae" => opaque(keyring(&name)),
        "msal_token_cache.bin" | "service_principal_entries.bin" => opaque(
            "its content is in the keyring or keychain of the session that wrote it (schema \
             my_schema_name, or service my_service_name): sign in again with azvault"
                .to_owned(),
        ),
        _ => {
            let mut found = Found::new(Format::Empty, owner);
            found.warn("", "empty: nothing to import, and the product writes no such file");
            found
        }
    }
}

fn keyring(label: &str) -> String {
    format!(
        "its content is in the keyring or keychain of the session that wrote it, under the label \
         {label}: sign in again with azvault"
    )
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::{Format, Outcome, Reading};

    #[test]
    fn an_item_that_no_record_can_hold_is_refused_alone() {
        let time_zone = &jiff::tz::TimeZone::UTC;
        let reading = Reading { file_name: "AzureRmContext.json", time_zone };
        for (length, outcome) in [(1 << 20, Outcome::Warn), (5 << 20, Outcome::Reject)] {
            let long = "x".repeat(length);
            for text in [
                format!("{{\"Contexts\":{{\"{long}\":null}}}}"),
                format!("{{\"Contexts\":{{\"a\":{{\"New\":\"{long}\"}}}}}}"),
                format!("{{\"Contexts\":{{\"a\":null}},\"New\":\"{long}\"}}"),
            ] {
                let found = read(Format::AzpsContext, text.as_bytes(), &reading);
                assert_eq!(found.outcome, outcome, "{length}");
                assert_eq!(found.profile.contexts.is_empty(), outcome == Outcome::Reject);
            }
        }
    }
}
