//! Which format is this? The only place that guesses, by what each row of the table says of it.
//!
//! Content decides; the name only where content says nothing (`{}`, zero bytes, INI). A damaged
//! file is still taken for what it tries to be, so that it is refused by name and not overlooked.

use crate::Format;
use crate::decode::{DecodeError, contains, decode, from_first_brace};
use crate::formats::table::{FORMATS, Reader, Recognised, by_name, row};
use crate::json::{Dialect, Document, JsonError, Node};

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

/// The members of an object: their names, compared without case, and what they are.
pub struct Shape(Vec<(String, Kind)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    Text,
    Other,
}

impl Shape {
    fn of(object: &Node<'_>) -> Result<Self, JsonError> {
        let object = object.object()?;
        let kind = |node: &Node<'_>| match node {
            node if node.is_object() => Kind::Object,
            node if node.is_array() => Kind::Array,
            node if node.is_string() => Kind::Text,
            _ => Kind::Other,
        };
        Ok(Self(object.members().iter().map(|(name, node)| (name.clone(), kind(node))).collect()))
    }

    /// Whether it has a member of that name, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member.eq_ignore_ascii_case(name))
    }

    /// Whether it has all of these.
    pub fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// Whether it has one of these.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether that member is an object.
    pub fn has_object(&self, name: &str) -> bool {
        self.is(name, Kind::Object)
    }

    /// Whether that member is an array.
    pub fn has_array(&self, name: &str) -> bool {
        self.is(name, Kind::Array)
    }

    /// Whether that member is a text.
    pub fn has_text(&self, name: &str) -> bool {
        self.is(name, Kind::Text)
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of its members, as written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    fn is(&self, name: &str, kind: Kind) -> bool {
        self.0.iter().any(|(member, own)| member.eq_ignore_ascii_case(name) && *own == kind)
    }
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
