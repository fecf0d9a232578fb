//! Credentials of Azure in files of other tools: named with their place and with what revokes
//! them, and never imported.
//!
//! Each file here knows one tool or a family of them, and says two things: whether a text is
//! the tool's, and where in it a credential of Azure stands. One for another service is no
//! finding, whatever it opens: hosts, types of resources, names and shapes of values decide. No
//! value is kept.
//!
//! For the next one: a reader here with its truth table, a row in `formats/table/`, a fixture
//! below `tests/fixtures/other-tools/` with a sibling that has no credential.

pub(crate) mod azure_cli;
pub(crate) mod dotnet;
pub(crate) mod feeds;
pub(crate) mod git;
mod hosts;
pub(crate) mod infrastructure;
mod ini;
mod kinds;
pub(crate) mod kubeconfig;
mod leaves;
mod names;
pub(crate) mod powershell;
pub(crate) mod registries;
pub(crate) mod shell;
pub(crate) mod storage;
mod values;
mod xml;

use std::borrow::Cow;

use crate::decode::{DecodeError, Text, decode};
use crate::json::JsonError;
use crate::{Format, Found, Outcome, Product};

/// Most credentials of one file that are remarked on one by one.
const MAX_SAID: usize = 20;

/// Reads a document. One that is damaged is refused with its place; what stands before the damage
/// and was understood stays named.
pub(crate) fn read(
    format: Format,
    product: Product,
    bytes: &[u8],
    read: fn(&str, &mut Found) -> Result<(), JsonError>,
) -> Found {
    let mut found = Found::new(format, product);
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return Found::rejected(format, product, "", error.to_string()),
    };
    let result = read(decoded.text.as_str(), &mut found);
    remark(&mut found);
    if let Err(JsonError { place, what }) = result {
        found.remark(place, what);
        found.outcome = Outcome::Reject;
    }
    found
}

/// Reads a text line by line. zsh escapes bytes of its own within UTF-8, and logs are of any code
/// page: a line that is no UTF-8 is read as far as it is.
pub(crate) fn read_lines(
    format: Format,
    product: Product,
    bytes: &[u8],
    read: fn(&str, &mut Found),
) -> Found {
    let mut found = Found::new(format, product);
    let text = match decode(bytes) {
        Ok(decoded) => match decoded.text {
            Text::Borrowed(text) => Cow::Borrowed(text),
            Text::Converted(text) => Cow::Owned(text.as_str().to_owned()),
        },
        Err(DecodeError::OnlyNuls | DecodeError::NotUtf16) => {
            return Found::rejected(format, product, "", "no text");
        }
        Err(DecodeError::NotUtf8(_)) => Cow::Owned(readable(bytes)),
    };
    read(&text, &mut found);
    remark(&mut found);
    found
}

/// What of the bytes is UTF-8; a sign stands for the rest, so that nothing grows together.
fn readable(bytes: &[u8]) -> String {
    let chunks = bytes.utf8_chunks();
    chunks
        .flat_map(|chunk| [chunk.valid(), if chunk.invalid().is_empty() { "" } else { "\u{fffd}" }])
        .collect()
}

/// Says of each credential where it stands and what it is. Of a history with thousands of lines the
/// first ones are enough to find the rest.
fn remark(found: &mut Found) {
    let said: Vec<_> =
        found.reported.iter().take(MAX_SAID).map(|one| (one.place.clone(), one.what)).collect();
    for (place, what) in said {
        found.remark(place, what);
    }
    if let Some(more) = found.reported.len().checked_sub(MAX_SAID).filter(|more| *more > 0) {
        found.remark("", format!("and {more} more"));
    }
}

#[cfg(test)]
mod tests {
    use crate::found::Reported;
    use crate::{Format, Found, Outcome, Product};

    fn reported<R>(read: impl Fn(&str, &mut Found) -> R, text: &str) -> Vec<Reported> {
        let mut found = Found::new(Format::NotAContextFile, Product::Unknown);
        let _ = read(text, &mut found);
        assert_eq!(found.outcome == Outcome::Report, !found.reported.is_empty());
        assert!(found.reported.iter().all(|reported| reported.value.is_none()));
        found.reported
    }

    #[test]
    fn of_many_credentials_the_first_are_said_and_the_rest_are_counted() {
        let line = "export ARM_CLIENT_SECRET=hunter2hunter2\n";
        for (lines, notes) in [(1, 1), (20, 20), (21, 21), (500, 21)] {
            let text = line.repeat(lines);
            let read = super::shell::read_history;
            let found =
                super::read_lines(Format::ShellHistory, Product::Shells, text.as_bytes(), read);
            assert_eq!((found.reported.len(), found.notes.len()), (lines, notes));
            assert!(!format!("{:?}", found.notes).contains("hunter2"));
        }
    }

    /// Where a reader found credentials, in the order in which it did.
    pub(super) fn places<R>(read: impl Fn(&str, &mut Found) -> R, text: &str) -> Vec<String> {
        reported(read, text).into_iter().map(|reported| reported.place).collect()
    }

    /// What a reader found.
    pub(super) fn whats<R>(read: impl Fn(&str, &mut Found) -> R, text: &str) -> Vec<&'static str> {
        reported(read, text).into_iter().map(|reported| reported.what).collect()
    }
}
