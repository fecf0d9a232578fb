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
pub mod row;
mod sfctl;
pub mod table;

use row::Reader;
use table::{product_by_name, row};

use crate::decode::{decode, from_first_brace};
use crate::json::{Departure, Dialect, Document, JsonError};
use crate::{Format, Found, Product, Reading, reported};

/// Reads bytes that were recognised as `format`.
pub fn read(format: Format, bytes: &[u8], reading: &Reading<'_>) -> Found {
    let mut found = read_as(format, bytes, reading);
    found.drop_what_has_no_room();
    found.count_further_notes();
    found
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
        Reader::Report(read) => reported::read(format, row(format).product, bytes, read),
        Reader::ReportLines(read) => reported::read_lines(format, row(format).product, bytes, read),
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

#[cfg(test)]
mod tests {
    use super::read;
    use crate::{Format, Outcome, Reading};

    fn context_file(text: &str) -> crate::Found {
        let time_zone = &jiff::tz::TimeZone::UTC;
        let reading = Reading { file_name: "AzureRmContext.json", time_zone };
        read(Format::AzpsContext, text.as_bytes(), &reading)
    }

    #[test]
    fn an_item_that_no_record_can_hold_costs_itself_alone() {
        let long = "x".repeat(5 << 20);
        let two = |first: &str, beside: &str| {
            format!("{{\"DefaultContextKey\":\"b\",\"Contexts\":{{{first},\"b\":null}}{beside}}}")
        };
        for (text, place, left) in [
            (two(&format!("\"{long}\":null"), ""), "context 1", &["b"][..]),
            (
                two(&format!("\"a\":{{\"New\":\"{long}\"}}"), ""),
                "context 1, unknown members",
                &["a", "b"],
            ),
            (
                two(
                    &format!("\"a\":{{\"Subscription\":{{\"Id\":\"s\",\"Name\":\"{long}\"}}}}"),
                    "",
                ),
                "context 1",
                &["b"],
            ),
            (
                two(&format!("\"a\":{{\"ExtendedProperties\":{{\"p\":\"{long}\"}}}}"), ""),
                "context 1, extended properties",
                &["a", "b"],
            ),
            (two("\"a\":null", &format!(",\"New\":\"{long}\"")), "unknown members", &["a", "b"]),
        ] {
            let found = context_file(&text);
            assert_eq!(found.outcome, Outcome::Warn, "{place}");
            let said = |text: &str| found.notes.iter().any(|n| n.place == place && n.text == text);
            assert!(said("larger than 4 MiB: not imported"), "{place}: {:?}", found.notes);
            assert_eq!(found.without_room, 1, "{place}");
            let names = found.profile.contexts.iter().map(|context| context.name.as_str());
            assert!(names.eq(left.iter().copied()), "{place}");
            assert_eq!(
                found.profile.default.map(|name| name.as_str().to_owned()),
                Some("b".into())
            );
            assert_eq!(found.profile.default_at.unwrap_or(left.len() - 1), left.len() - 1);
        }
        let dropped = two(&format!("\"a\":null,\"{long}\":null"), "")
            .replace("\"DefaultContextKey\":\"b\"", &format!("\"DefaultContextKey\":\"{long}\""));
        let found = context_file(&dropped);
        assert_eq!(found.profile.contexts.len(), 2);
        assert!(found.profile.default.is_none() && found.profile.default_at.is_none());
    }

    #[test]
    fn a_secret_that_no_record_can_hold_is_not_held_and_the_next_one_is() {
        let time_zone = &jiff::tz::TimeZone::UTC;
        let reading = Reading { file_name: "service_principal_entries.json", time_zone };
        let entry = |id: &str, secret: &str| {
            format!("{{\"client_id\":\"{id}\",\"tenant\":\"t\",\"client_secret\":\"{secret}\"}}")
        };
        let long = "x".repeat(5 << 20);
        let text = format!("[{},{}]", entry("a", &long), entry("b", "small"));
        let format = crate::recognise::recognise(text.as_bytes(), reading.file_name);
        let mut found = read(format, text.as_bytes(), &reading);
        let [held] = &found.profile.secrets[..] else { panic!("one secret: {:?}", found.notes) };
        // EXPOSE: a made-up value of this test.
        assert_eq!(held.value.expose(), b"small");
        assert_eq!((found.outcome, found.unread), (Outcome::Warn, 1));
        assert_eq!(found.notes.last().map(|note| note.place.as_str()), Some("secret 1"));
        let description = held.description.clone();
        found.hold(description, azvault_model::Secret::copied_from(b"small"));
        assert_eq!(found.profile.secrets.len(), 1, "it is found at its new place");
    }

    #[test]
    fn of_many_notes_the_first_are_said_and_the_rest_are_counted() {
        let file = |members: usize| {
            let odd: Vec<String> = (0..members).map(|at| format!(",\"New{at}\":1")).collect();
            context_file(&format!("{{\"Contexts\":{{}}{}}}", odd.concat()))
        };
        let own = file(0).notes.len();
        for (all, said, last) in [
            (49, 49, None),
            (50, 50, None),
            (51, 51, Some("and 1 more")),
            (999, 51, Some("and 949 more")),
        ] {
            let found = file(all - own);
            assert_eq!((found.notes.len(), found.unread), (said, all - own), "{all}");
            let counted = found.notes.last().filter(|note| note.text.starts_with("and "));
            assert_eq!(counted.map(|note| note.text.as_str()), last, "{all}");
        }
    }
}
