//! What a product reads although it is no JSON, written as JSON.
//!
//! Newtonsoft (Azure PowerShell) reads comments, a comma before a closing bracket, texts in single
//! quotes or over several lines, names without quotes, `NaN` and `Infinity`; Python's json (Azure
//! CLI) reads only the last two. Tried with Newtonsoft.Json 13. Whatever else departs from JSON is
//! refused with its place: numbers that are octal or hexadecimal to one reader and decimal to
//! another, missing values, unknown escapes.

use zeroize::Zeroizing;

use super::{JsonError, MAX_DEPTH, TOO_DEEP};

/// Whose reading of JSON is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Newtonsoft.Json, of Azure PowerShell and MSAL.NET.
    Newtonsoft,
    /// Python's json, of Azure CLI.
    Python,
}

/// One way in which a document departs from JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// `line 1 column 17`: where it does so first.
    pub place: String,
    /// In our own words.
    pub what: &'static str,
}

type Rewritten = (Zeroizing<String>, Vec<Departure>);

/// Rewrites a document; `None` if that would not help, and its error as JSON says it all.
pub(super) fn rewrite(text: &str, dialect: Dialect) -> Option<Result<Rewritten, JsonError>> {
    // Measured first, so that the text never grows and no copy of it is left behind.
    let mut length = 0;
    let measured = Writer::new(text, dialect, &mut |part| length += part.len()).document();
    let departures = match measured {
        Ok(departures) if departures.is_empty() => return None,
        Ok(departures) => departures,
        Err(Refusal::NoJson) => return None,
        Err(Refusal::At(error)) => return Some(Err(error)),
    };
    let mut out = Zeroizing::new(String::with_capacity(length));
    // Nothing that it could refuse now, it did not refuse before.
    let _ = Writer::new(text, dialect, &mut |part| out.push_str(part)).document();
    Some(Ok((out, departures)))
}

enum Refusal {
    /// No more than strict JSON says of it.
    NoJson,
    At(JsonError),
}

struct Writer<'t, 'w> {
    text: &'t str,
    rest: &'t str,
    dialect: Dialect,
    write: &'w mut dyn FnMut(&str),
    departures: Vec<(usize, &'static str)>,
}

impl<'t, 'w> Writer<'t, 'w> {
    fn new(text: &'t str, dialect: Dialect, write: &'w mut dyn FnMut(&str)) -> Self {
        Self { text, rest: text, dialect, write, departures: Vec::new() }
    }

    fn document(mut self) -> Result<Vec<Departure>, Refusal> {
        self.value(0)?;
        self.skip()?;
        if !self.rest.is_empty() {
            return Err(Refusal::NoJson);
        }
        let departures = self.departures.iter();
        Ok(departures.map(|(at, what)| Departure { place: self.place(*at), what }).collect())
    }

    fn value(&mut self, depth: usize) -> Result<(), Refusal> {
        self.skip()?;
        match self.rest.as_bytes().first() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(self.refuse(TOO_DEEP)),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"' | b'\'') => self.string(),
            Some(b'-' | b'.' | b'0'..=b'9') => self.number(),
            Some(b',' | b']' | b'}') => Err(self.refuse("a value is missing here")),
            Some(_) => self.word(),
            None => Err(Refusal::NoJson),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Refusal> {
        self.take(1, "{");
        loop {
            self.skip()?;
            if self.rest.starts_with('}') {
                break;
            }
            match self.rest.starts_with(['"', '\'']) {
                true => self.string()?,
                false => self.name()?,
            }
            self.skip()?;
            if !self.rest.starts_with(':') {
                return Err(Refusal::NoJson);
            }
            self.take(1, ":");
            self.value(depth)?;
            if !self.comma('}')? {
                break;
            }
        }
        self.take(1, "}");
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), Refusal> {
        self.take(1, "[");
        loop {
            self.skip()?;
            if self.rest.starts_with(']') {
                break;
            }
            self.value(depth)?;
            if !self.comma(']')? {
                break;
            }
        }
        self.take(1, "]");
        Ok(())
    }

    /// Whether another part follows; a comma with nothing behind it is left out.
    fn comma(&mut self, close: char) -> Result<bool, Refusal> {
        self.skip()?;
        if self.rest.starts_with(close) {
            return Ok(false);
        }
        if !self.rest.starts_with(',') {
            return Err(Refusal::NoJson);
        }
        let at = self.at();
        self.take(1, "");
        self.skip()?;
        if self.rest.starts_with(close) {
            self.depart_at(at, "a comma before a closing bracket")?;
            return Ok(false);
        }
        (self.write)(",");
        Ok(true)
    }

    /// White space and comments.
    fn skip(&mut self) -> Result<(), Refusal> {
        loop {
            let spaces = self.rest.trim_start_matches(char::is_whitespace);
            self.rest = spaces.strip_prefix('\u{feff}').unwrap_or(spaces);
            let end = match self.rest {
                rest if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
                rest if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
                _ => return Ok(()),
            };
            self.depart("a comment")?;
            let end = end.ok_or_else(|| self.refuse("a comment without an end"))?;
            self.take(end, "");
        }
    }

    fn name(&mut self) -> Result<(), Refusal> {
        let part_of_it = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let end = self.rest.find(|c| !part_of_it(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.refuse("no name of a member"));
        }
        self.depart("a name without quotes")?;
        (self.write)("\"");
        let name = &self.rest[..end];
        self.take(end, name);
        (self.write)("\"");
        Ok(())
    }

    fn string(&mut self) -> Result<(), Refusal> {
        let quote = if self.rest.starts_with('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.depart("a text in single quotes")?;
        }
        self.take(1, "\"");
        loop {
            let special = |c: char| c == quote || matches!(c, '"' | '\\') || c < ' ';
            let end = self.rest.find(special).ok_or(Refusal::NoJson)?;
            let plain = &self.rest[..end];
            self.take(end, plain);
            let byte = self.rest.as_bytes()[0];
            match byte {
                _ if byte == quote as u8 => {
                    self.take(1, "\"");
                    return Ok(());
                }
                b'"' => self.take(1, "\\\""),
                b'\\' => self.escape()?,
                _ => {
                    self.depart("a control character in a text")?;
                    self.take(1, &format!("\\u{byte:04x}"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Refusal> {
        let length = match self.rest.as_bytes().get(1) {
            Some(b'\'') => {
                self.depart("a single quote that is escaped")?;
                self.take(2, "'");
                return Ok(());
            }
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => 6,
            Some(_) => return Err(self.refuse("an escape that nobody knows")),
            None => return Err(Refusal::NoJson),
        };
        let escape = self.rest.get(..length).ok_or(Refusal::NoJson)?;
        self.take(length, escape);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Refusal> {
        if self.rest.starts_with("-Infinity") {
            return self.quote("-Infinity");
        }
        let part_of_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let end = self.rest.find(|c| !part_of_it(c)).unwrap_or(self.rest.len());
        let number = &self.rest[..end];
        if serde_json::from_str::<&serde_json::value::RawValue>(number).is_err() {
            return Err(
                self.refuse("a number as JSON does not write it: what it means is in doubt")
            );
        }
        self.take(end, number);
        Ok(())
    }

    fn word(&mut self) -> Result<(), Refusal> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        match &self.rest[..end] {
            word @ ("true" | "false" | "null") => self.take(end, word),
            "NaN" => return self.quote("NaN"),
            "Infinity" => return self.quote("Infinity"),
            "undefined" if self.dialect == Dialect::Newtonsoft => {
                self.depart("undefined, which says nothing")?;
                self.take(end, "null");
            }
            _ => return Err(Refusal::NoJson),
        }
        Ok(())
    }

    /// A number that JSON does not have: as the text that Newtonsoft makes of it.
    fn quote(&mut self, word: &str) -> Result<(), Refusal> {
        self.departs("a number that JSON does not have");
        (self.write)("\"");
        self.take(word.len(), word);
        (self.write)("\"");
        Ok(())
    }

    fn take(&mut self, length: usize, written: &str) {
        self.rest = &self.rest[length..];
        (self.write)(written);
    }

    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// Something that Newtonsoft alone reads.
    fn depart(&mut self, what: &'static str) -> Result<(), Refusal> {
        self.depart_at(self.at(), what)
    }

    fn depart_at(&mut self, at: usize, what: &'static str) -> Result<(), Refusal> {
        if self.dialect != Dialect::Newtonsoft {
            return Err(self.refuse(what));
        }
        if !self.departures.iter().any(|(_, known)| *known == what) {
            self.departures.push((at, what));
        }
        Ok(())
    }

    fn departs(&mut self, what: &'static str) {
        if !self.departures.iter().any(|(_, known)| *known == what) {
            self.departures.push((self.at(), what));
        }
    }

    fn refuse(&self, what: &'static str) -> Refusal {
        Refusal::At(JsonError { place: self.place(self.at()), what })
    }

    fn place(&self, at: usize) -> String {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        format!("line {line} column {column}")
    }
}
