//! One file, opened once: its first bytes, and the rest only if they may be of a format.
//!
//! Looking is laxer than reading: a file of another user, or one with two names, is recognised
//! here and refused by name when it is read. No lock is waited for; what is recognised is read
//! again, under the products' locks.

use std::path::Path;

use zeroize::Zeroizing;

use super::Passed;
use super::head::{HEAD, Head, head};
use crate::decode::{decode, from_first_brace};
use crate::formats::row::{Holds, Reader};
use crate::formats::table::{by_name, product_at, row};
use crate::open::{MAX_SIZE, OpenError, Stat, open_readable, read_range, regular};
use crate::recognise::recognise;
use crate::{Format, Product};

/// How much is read of a file whose first bytes are of no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// All of it: unknown files are shown.
    Whole,
    /// No more than the first bytes.
    FirstBytes,
}

/// One file, as it was at one moment.
pub(super) struct Glance {
    pub(super) stat: Stat,
    pub(super) what: What,
    /// How many bytes were read.
    pub(super) read: u64,
}

/// What a file is.
pub(super) enum What {
    /// Its content says so.
    Known(Format, Zeroizing<Vec<u8>>),
    /// Its name alone says so.
    NameOnly,
    /// No format knows it. Its bytes, with [`Care::Whole`].
    Unknown(Option<Zeroizing<Vec<u8>>>),
    Passed(Passed),
}

/// Looks at one file.
pub(super) fn glance(path: &Path, care: Care) -> Result<Glance, OpenError> {
    let file = open_readable(path)?;
    let stat = regular(&file)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut bytes = read_range(&file, 0, stat.size.min(HEAD as u64))?;
    let kind = head(&bytes);
    let glance = |what, read: usize| Glance { stat, what, read: read as u64 };
    match kind {
        Head::Vault => return Ok(glance(What::Passed(Passed::Vault), bytes.len())),
        Head::Archive if care == Care::FirstBytes => {
            return Ok(glance(What::Passed(Passed::Archive), bytes.len()));
        }
        Head::Other if care == Care::FirstBytes => {
            return Ok(glance(by_name_alone(name), bytes.len()));
        }
        Head::Archive | Head::Other | Head::MayBeOurs => {}
    }
    if stat.size > MAX_SIZE {
        return Err(OpenError::TooLarge { size: stat.size });
    }
    if stat.size > bytes.len() as u64 {
        bytes = read_range(&file, 0, stat.size)?;
    }
    let read = bytes.len();
    let what = match known(&bytes, path, name) {
        Some(format) => What::Known(format, bytes),
        None if by_name(name).is_some() => by_name_alone(name),
        None => What::Unknown((care == Care::Whole).then_some(bytes)),
    };
    Ok(glance(what, read))
}

fn by_name_alone(name: &str) -> What {
    if by_name(name).is_some() { What::NameOnly } else { What::Unknown(None) }
}

/// The format that the content has, whatever the file is called. A key or certificate is nobody's
/// until an entry points to it, unless it lies where a product writes them.
fn known(bytes: &[u8], path: &Path, name: &str) -> Option<Format> {
    let format = recognise(bytes, name);
    let row = row(format);
    let is_nobodys = row.product == Product::Unknown && row.holds == Holds::Nothing;
    let is_a_servers = row.holds == Holds::Certificate && product_at(format, path).is_none();
    if is_nobodys || is_a_servers {
        return None;
    }
    // A history or a file of variables has no other sign than its name, and says nothing unless there
    // is a credential in it.
    let is_read_for_credentials =
        row.holds == Holds::OthersCredentials && (row.recognised.bytes)(bytes, name);
    let by_name_alone =
        by_name(name) == Some(format) && recognise(bytes, "") != format && !is_read_for_credentials;
    let is_json = matches!(row.reader, Reader::Json(_));
    if by_name_alone || (is_json && is_program_text(bytes)) { None } else { Some(format) }
}

/// Source code and prose say the words of a format as well. What is damaged is taken for what it
/// tries to be only if it still begins as JSON does.
fn is_program_text(bytes: &[u8]) -> bool {
    let Ok(decoded) = decode(bytes) else { return false };
    let text = decoded.text.as_str();
    if text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let (start, skipped) = from_first_brace(text);
    skipped > 0 && crate::json::document(start).is_err()
}
