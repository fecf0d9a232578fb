//! Which format is this? The only place that guesses, by what each row of the table says of it.
//!
//! Content decides; the name only where content says nothing (`{}`, zero bytes, INI). A damaged
//! file is still taken for what it tries to be, so that it is refused by name and not overlooked.

use crate::decode::{DecodeError, contains, decode, from_first_brace};
use crate::format::Format;
use crate::formats::row::{Reader, Recognised};
use crate::formats::table::{FORMATS, by_name, row};
use crate::json::{Dialect, Document, JsonError, Node};
use crate::shape::Shape;

/// The format of a file.
pub fn recognise(bytes: &[u8], file_name: &str) -> Format {
    if let Some(format) = first(|recognised| (recognised.bytes)(bytes, file_name)) {
        return format;
    }
    match decode(bytes) {
        Err(DecodeError::OnlyNuls) => Format::Unreadable,
        Err(_) => by_words(bytes).or_else(|| by_name(file_name)).unwrap_or(Format::NotAContextFile),
        Ok(decoded) => by_text(decoded.text.as_str(), file_name),
    }
}

/// The first row of the table that says yes.
fn first(is: impl Fn(&Recognised) -> bool) -> Option<Format> {
    FORMATS.iter().find(|row| is(&row.recognised)).map(|row| row.format)
}

fn by_text(text: &str, file_name: &str) -> Format {
    let named = || by_name(file_name).unwrap_or(Format::NotAContextFile);
    let starts = text.trim_start();
    let is_json = starts.starts_with(['{', '[']);
    // A section of INI starts as an array of JSON does.
    if !starts.starts_with('{')
        && let Some(format) = first(|recognised| (recognised.text)(text))
    {
        return format;
    }
    let (start, _) = from_first_brace(text);
    if !start.starts_with(['{', '[']) || (is_json && starts.starts_with('[') && is_ini(file_name)) {
        return named();
    }
    let shape =
        Document::of(start, Dialect::Newtonsoft).and_then(|document| by_shape(&document.root()));
    match shape {
        Ok(Some(format)) => format,
        Ok(None) => named(),
        Err(_) => by_words(text.as_bytes()).unwrap_or_else(named),
    }
}

fn is_ini(file_name: &str) -> bool {
    by_name(file_name).is_some_and(|format| matches!(row(format).reader, Reader::Text(_)))
}

fn by_shape(root: &Node<'_>) -> Result<Option<Format>, JsonError> {
    if root.is_array() {
        for item in &root.array()? {
            if item.is_object() {
                let shape = Shape::of(item)?;
                let format = first(|recognised| (recognised.item)(&shape));
                if format.is_some() {
                    return Ok(format);
                }
            }
        }
        return Ok(None);
    }
    let shape = Shape::of(root)?;
    Ok(first(|recognised| (recognised.object)(&shape)))
}

/// What a file that is no JSON any more tries to be, by words that only it has.
fn by_words(bytes: &[u8]) -> Option<Format> {
    let has = |group: &&[&str]| group.iter().all(|word| contains(bytes, word));
    first(|recognised| recognised.words.iter().any(has))
}
