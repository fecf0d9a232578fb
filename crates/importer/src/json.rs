//! JSON as the products write and read it, without copies that outlive us.
//!
//! serde_json checks the syntax; then the text is cut into members, and every value stays a slice of
//! the caller's wiped buffer until a reader asks for it. `serde_json::Value` is never used: it owns
//! strings that nobody wipes. Texts with escapes are unescaped here and not by serde_json, whose
//! scratch buffer keeps what went through it. Large arrays and maps are walked and never collected.
//!
//! A reader asks [`Fields`] for its members by name and type. What has another type costs that
//! member alone: it goes into [`Unread`], with its place, and the reader continues.

mod fields;
mod kept;
mod lenient;
mod object;
mod unescape;

use azvault_model::Text;
use zeroize::Zeroizing;

pub use fields::{Fields, Parted, Unread, Value};
pub use kept::{keep, keep_by_place};
pub use lenient::{Departure, Dialect};
pub use object::Object;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 128;

/// What is wrong with a document, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{place}: {what}")]
pub struct JsonError {
    /// A JSON pointer, or `line 1 column 17`.
    pub place: String,
    /// In our own words; never holds text of the file.
    pub what: &'static str,
}

/// One JSON value: its text, and the pointer (RFC 6901) that leads to it.
#[derive(Clone)]
pub struct Node<'a> {
    raw: &'a str,
    place: String,
}

/// A checked document, and how it departs from JSON.
pub struct Document<'t> {
    text: Written<'t>,
    /// In file order; the first of each kind.
    pub departures: Vec<Departure>,
}

enum Written<'t> {
    AsIs(&'t str),
    InOtherWords(Zeroizing<String>),
}

impl<'t> Document<'t> {
    /// Checks a whole document (syntax, depth, nothing behind it). What is no JSON is read as the
    /// product of that dialect reads it, where no value becomes doubtful.
    pub fn of(text: &'t str, dialect: Dialect) -> Result<Self, JsonError> {
        match document(text) {
            Ok(_) => Ok(Self { text: Written::AsIs(text), departures: Vec::new() }),
            Err(strict) => {
                let (text, departures) = match lenient::rewrite(text, dialect) {
                    Some(Err(_)) if strict.what == TOO_DEEP => return Err(strict),
                    Some(rewritten) => rewritten?,
                    None => return Err(strict),
                };
                document(&text)?;
                Ok(Self { text: Written::InOtherWords(text), departures })
            }
        }
    }

    /// Its root.
    pub fn root(&self) -> Node<'_> {
        let text = match &self.text {
            Written::AsIs(text) => text,
            Written::InOtherWords(text) => text.as_str(),
        };
        Node { raw: text.trim_matches(is_space), place: String::new() }
    }
}

/// Checks a whole document to the letter of RFC 8259 and returns its root.
pub fn document(text: &str) -> Result<Node<'_>, JsonError> {
    check_depth(text)?;
    let checked: Result<&serde_json::value::RawValue, _> = serde_json::from_str(text);
    let raw = checked.map_err(|error| syntax_error(&error))?;
    Ok(Node { raw: raw.get(), place: String::new() })
}

impl<'a> Node<'a> {
    /// The pointer that leads here; empty for the root.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The value's text as written.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The same value, its place below another one: that of the document that it stands in.
    pub fn below(&self, outer: &str) -> Self {
        Self { raw: self.raw, place: format!("{outer}{}", self.place) }
    }

    /// An error at this place.
    pub fn error(&self, what: &'static str) -> JsonError {
        JsonError { place: self.place.clone(), what }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.raw == "null"
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.raw.starts_with('{')
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.raw.starts_with('[')
    }

    /// Whether it is a string.
    pub fn is_string(&self) -> bool {
        self.raw.starts_with('"')
    }

    /// Whether it says nothing: `null`, or an empty text, array or object.
    pub fn says_nothing(&self) -> bool {
        let inner = |open, close| self.raw.strip_prefix(open)?.strip_suffix(close);
        let inner = inner('"', '"').or_else(|| inner('[', ']')).or_else(|| inner('{', '}'));
        self.is_null() || inner.is_some_and(|inner| inner.trim_matches(is_space).is_empty())
    }

    /// Its members by name and type; an error if it is no object. What a reader cannot use goes into
    /// `unread`, and the others do not suffer from it.
    pub fn fields<'u>(&self, unread: &'u Unread<'a>) -> Result<Fields<'a, 'u>, JsonError> {
        Fields::of(self, unread)
    }

    /// Its members, all at once; an error if it is no object.
    pub fn object(&self) -> Result<Object<'a>, JsonError> {
        Object::of(self)
    }

    /// Its items, all at once; an error if it is no array.
    pub fn array(&self) -> Result<Vec<Self>, JsonError> {
        Ok(self.items()?.collect())
    }

    /// Its members one after the other, in file order; an error if it is no object.
    pub fn members(&self) -> Result<impl Iterator<Item = (String, Self)> + use<'a>, JsonError> {
        let (rest, place) = (self.inside('{', "an object was expected here")?, self.place.clone());
        Ok(Parts(rest).map(move |(name, raw)| {
            let name = unescape::name(name.unwrap_or_default()).into_owned();
            let node = Self { raw, place: format!("{place}/{}", escape_pointer(&name)) };
            (name, node)
        }))
    }

    /// Its items one after the other; an error if it is no array.
    pub fn items(&self) -> Result<impl Iterator<Item = Self> + use<'a>, JsonError> {
        let (rest, place) = (self.inside('[', "an array was expected here")?, self.place.clone());
        let node = move |(i, (_, raw))| Self { raw, place: format!("{place}/{i}") };
        Ok(Parts(rest).enumerate().map(node))
    }

    /// Its text, unescaped into memory that is wiped. A number or a truth value is the text that it is
    /// written as: so Newtonsoft reads it where a text is expected (JsonTextReader.ReadAsString). An
    /// error if it is none of these, or holds half of a surrogate pair.
    pub fn text(&self) -> Result<Zeroizing<String>, JsonError> {
        if let Some(inner) = self.raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            let text = unescape::text(inner);
            return text.ok_or_else(|| self.error("an escape in this text is not a character"));
        }
        match self.raw.as_bytes().first() {
            Some(b'{') => Err(self.error("an object where a text is expected")),
            Some(b'[') => Err(self.error("an array where a text is expected")),
            Some(b'n') | None => Err(self.error("nothing where a text is expected")),
            Some(_) => Ok(Zeroizing::new(self.raw.to_owned())),
        }
    }

    /// Its text where nothing secret is expected; `None` for `null`.
    pub fn optional_text(&self) -> Result<Option<Text>, JsonError> {
        if self.is_null() { Ok(None) } else { self.text().map(|t| Some(t.as_str().into())) }
    }

    /// Its truth value, written as such or, as Newtonsoft reads it too, as a text.
    pub fn truth(&self) -> Result<bool, JsonError> {
        let text = self.raw.trim_matches('"');
        match text {
            _ if text.eq_ignore_ascii_case("true") => Ok(true),
            _ if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(self.error("neither true nor false")),
        }
    }

    /// Its whole number, written as a number or, as MSAL does, as a string.
    pub fn integer(&self) -> Result<i64, JsonError> {
        let text = self.raw.trim_matches('"');
        text.parse().map_err(|_| self.error("not a whole number"))
    }

    fn inside(&self, open: char, what: &'static str) -> Result<&'a str, JsonError> {
        self.raw.strip_prefix(open).ok_or_else(|| self.error(what))
    }
}

/// The parts of a checked array or object behind its opening bracket: (name in quotes, value).
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = (Option<&'a str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.value()?;
        match self.0.trim_start_matches(is_space).starts_with(':') {
            true => Some((Some(first), self.value()?)),
            false => Some((None, first)),
        }
    }
}

impl<'a> Parts<'a> {
    fn value(&mut self) -> Option<&'a str> {
        let separator = |c: char| is_space(c) || matches!(c, ',' | ':');
        let rest = self.0.trim_start_matches(separator);
        if rest.is_empty() || rest.starts_with([']', '}']) {
            return None;
        }
        let (value, rest) = rest.split_at(length(rest));
        self.0 = rest;
        Some(value)
    }
}

/// How long the checked value is at whose first byte `text` starts.
fn length(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' if in_string && depth == 0 => return at + 1,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// White space of RFC 8259.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// One reference token of a JSON pointer (RFC 6901 section 3).
pub fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

fn syntax_error(error: &serde_json::Error) -> JsonError {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the document ends too early",
        _ => "this is not JSON",
    };
    JsonError { place: format!("line {} column {}", error.line(), error.column()), what }
}

/// Nesting is counted before anything is parsed, so that depth costs no stack and no memory.
fn check_depth(text: &str) -> Result<(), JsonError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(JsonError { place: format!("byte {at}"), what: TOO_DEEP });
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

const TOO_DEEP: &str = "nested more than 128 levels deep";

#[cfg(test)]
mod tests;
