//! One file a format.
//!
//! A format file names the product's own source for its shape, reads through [`crate::json`] or
//! from bytes, and returns a [`Found`]. It shares no shapes with another: a format is frozen the
//! day its product stops writing it. "Not mine" is decided in `recognise.rs`; a format file only
//! knows whole and broken. A bad item is reported by its place and does not stop the rest.
//!
//! For the next one: a file here, a row in [`table`], and a fixture with its truth.

pub mod azcli;
mod azd;
pub mod azps;
mod bearer;
mod claims;
mod m365;
mod members;
pub mod msal_cache;
mod power_platform;
mod principal;
mod principal_text;
mod publish_settings;
mod sfctl;
pub mod table;

use table::{Reader, product_by_name, row};

use crate::decode::{decode, from_first_brace};
use crate::json::{Departure, Dialect, Document, JsonError};
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
    let product = product_by_name(format, reading.file_name);
    let read_text = |read: &dyn Fn(&str, &mut Found) -> Result<(), JsonError>| {
        let decoded = match decode(bytes) {
            Ok(decoded) => decoded,
            Err(error) => return Found::rejected(format, product, "", error.to_string()),
        };
        let mut found = Found::new(format, product);
        if decoded.nuls > 0 {
            let text = format!("{} NUL bytes after the end were cut off", decoded.nuls);
            found.warn("", text);
        }
        if decoded.is_unmarked {
            found.warn("", "UTF-16 without a byte order mark, and read as that");
        }
        match read(decoded.text.as_str(), &mut found) {
            Ok(()) => found,
            Err(JsonError { place, what }) => Found::rejected(format, product, place, what),
        }
    };
    match row(format).reader {
        Reader::Nothing => Found::new(format, product),
        Reader::Bytes(read) => read(format, bytes, reading),
        Reader::Text(read) => read_text(&|text, found| {
            read(text, reading, found);
            Ok(())
        }),
        Reader::Json(read) => read_text(&|text, found| {
            let (start, skipped) = from_first_brace(text);
            if skipped > 0 {
                found.warn("byte 0", format!("{skipped} stray bytes before the first brace"));
            }
            let document = Document::of(start, dialect(product))?;
            for Departure { place, what } in &document.departures {
                found.warn(place, format!("{what}: no JSON, and read as the product reads it"));
            }
            read(&document.root(), reading, found)
        }),
    }
}

/// Whose JSON a product reads.
fn dialect(product: Product) -> Dialect {
    match product {
        Product::AzurePowerShell | Product::AzureServiceManagement => Dialect::Newtonsoft,
        _ => Dialect::Python,
    }
}

/// A cache that is only touched has its content in the keyring; another empty file is just that.
fn empty(file_name: &str) -> Found {
    let name = file_name.to_ascii_lowercase();
    let owner = product_by_name(Format::Empty, file_name);
    let opaque = |text: String| Found::opaque(Format::Empty, owner, text);
    match name.as_str() {
        "keystore.cache" => opaque(keyring("AzKeyStoreCache")),
        "msal.cache" | "msal.cache.cae" | "msal.cache.nocae" => opaque(keyring(&name)),
        "msal_token_cache.bin" | "service_principal_entries.bin" => opaque(
            "its content is in the keyring or keychain of the session that wrote it (schema \
             my_schema_name, or service my_service_name): sign in again with azvault"
                .to_owned(),
        ),
        // Every release of Azure PowerShell makes one when its module is imported.
        "azurermcontext.json" => {
            let mut found = Found::new(Format::Empty, owner);
            found.remark("", "empty, as Azure PowerShell makes it: nothing to import");
            found
        }
        _ => {
            let mut found = Found::new(Format::Empty, owner);
            found.warn("", "empty: nothing to import");
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
