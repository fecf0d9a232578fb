//! JSON as the products write it, read without copies that outlive us.
//!
//! serde_json checks the syntax and cuts the text into members; every value stays a slice of the
//! caller's wiped buffer until a reader asks for it. `serde_json::Value` is never used: it owns
//! strings that nobody wipes. Texts with escapes are unescaped here and not by serde_json, whose
//! scratch buffer keeps what went through it.
//!
//! Azure PowerShell reads member names without case, so [`Object::get`] does; a name that occurs
//! twice is an error with its place, because a reader that keeps one of them loses the other.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

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

/// A parsed object.
pub struct Object<'a> {
    place: String,
    members: Vec<(String, Node<'a>)>,
}

/// Checks a whole document (syntax, depth, nothing behind it) and returns its root.
pub fn document(text: &str) -> Result<Node<'_>, JsonError> {
    check_depth(text)?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| syntax_error(&e))?;
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

    /// Its members; an error if it is no object, or has a member twice to the letter.
    pub fn object(&self) -> Result<Object<'a>, JsonError> {
        if !self.is_object() {
            return Err(self.error("an object was expected here"));
        }
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let pairs = json.deserialize_map(Members).map_err(|_| self.error("not a JSON object"))?;
        let mut members: Vec<(String, Node<'a>)> = Vec::with_capacity(pairs.len());
        let mut seen = std::collections::HashSet::with_capacity(pairs.len());
        for (key, value) in pairs {
            let place = format!("{}/{}", self.place, escape_pointer(&key));
            if !seen.insert(key.clone()) {
                return Err(JsonError { place, what: "the same member stands here twice" });
            }
            members.push((key, Node { raw: value.get(), place }));
        }
        Ok(Object { place: self.place.clone(), members })
    }

    /// Its items; an error if it is no array.
    pub fn array(&self) -> Result<Vec<Self>, JsonError> {
        if !self.is_array() {
            return Err(self.error("an array was expected here"));
        }
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let items = json.deserialize_seq(Items).map_err(|_| self.error("not a JSON array"))?;
        Ok(items
            .into_iter()
            .enumerate()
            .map(|(i, item)| Node { raw: item.get(), place: format!("{}/{i}", self.place) })
            .collect())
    }

    /// Its text, unescaped into memory that is wiped; an error if it is no string, or holds half
    /// of a surrogate pair.
    pub fn text(&self) -> Result<Zeroizing<String>, JsonError> {
        let Some(inner) = self.raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')) else {
            return Err(self.error("a string was expected here"));
        };
        unescape(inner).ok_or_else(|| self.error("an escape in this string is not a character"))
    }

    /// Its text where nothing secret is expected; `None` for `null`.
    pub fn optional_text(&self) -> Result<Option<String>, JsonError> {
        if self.is_null() { Ok(None) } else { self.text().map(|t| Some(t.as_str().to_owned())) }
    }

    /// Its truth value; an error if it is neither `true` nor `false`.
    pub fn truth(&self) -> Result<bool, JsonError> {
        match self.raw {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.error("true or false was expected here")),
        }
    }

    /// Its whole number, written as a number or, as MSAL does, as a string.
    pub fn integer(&self) -> Result<i64, JsonError> {
        let text = self.raw.trim_matches('"');
        text.parse().map_err(|_| self.error("a whole number was expected here"))
    }
}

impl<'a> Object<'a> {
    /// The pointer that leads here.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The member of that name, compared without case; an error if two differ by case only.
    pub fn get(&self, name: &str) -> Result<Option<&Node<'a>>, JsonError> {
        let mut hits = self.members.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let first = hits.next().map(|(_, node)| node);
        match hits.next() {
            Some((_, node)) => Err(node.error("this member stands here twice, in different case")),
            None => Ok(first),
        }
    }

    /// As [`Object::get`], with a missing member and a `null` one both `None`.
    pub fn get_some(&self, name: &str) -> Result<Option<&Node<'a>>, JsonError> {
        Ok(self.get(name)?.filter(|node| !node.is_null()))
    }

    /// The text of a member where nothing secret is expected; `None` if it is missing or `null`.
    pub fn text(&self, name: &str) -> Result<Option<String>, JsonError> {
        match self.get(name)? {
            Some(node) => node.optional_text(),
            None => Ok(None),
        }
    }

    /// All members in file order, under their names as written.
    pub fn members(&self) -> &[(String, Node<'a>)] {
        &self.members
    }

    /// The members under other names than these, compared without case; `null` ones left out,
    /// because they say nothing.
    pub fn except(&self, known: &[&str]) -> impl Iterator<Item = &Node<'a>> {
        self.members
            .iter()
            .filter(|(key, _)| !known.iter().any(|known| known.eq_ignore_ascii_case(key)))
            .map(|(_, node)| node)
            .filter(|node| !node.is_null())
    }
}

/// [`keep`], each value under the pointer that leads to it from the root.
pub fn keep_by_place(nodes: &[Node<'_>]) -> azvault_contexts::Kept {
    keep(&nodes.iter().map(|node| (node.place(), node)).collect::<Vec<_>>())
}

/// Builds the object of [`azvault_contexts::Kept`] in memory of its final size.
pub fn keep(members: &[(&str, &Node<'_>)]) -> azvault_contexts::Kept {
    if members.is_empty() {
        return azvault_contexts::Kept::default();
    }
    // A key is one more pair of quotes, a colon and a comma; escapes take at most six bytes each.
    let size = members.iter().map(|(key, node)| key.len() * 6 + node.raw.len() + 4).sum::<usize>();
    let mut text = Zeroizing::new(String::with_capacity(size + 2));
    text.push('{');
    for (i, (key, node)) in members.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        push_json_string(&mut text, key);
        text.push(':');
        text.push_str(node.raw);
    }
    text.push('}');
    azvault_contexts::Kept::new(text)
}

/// One reference token of a JSON pointer (RFC 6901 section 3).
pub fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
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
                    let place = format!("byte {at}");
                    return Err(JsonError { place, what: "nested more than 128 levels deep" });
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Unescapes a string body (RFC 8259 section 7) that serde_json has checked; `None` for half a
/// surrogate pair. The result never grows, so no copy of it is left behind.
fn unescape(body: &str) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(String::with_capacity(body.len()));
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        rest = &rest[at + 2..];
        match escape {
            b'"' | b'\\' | b'/' => out.push(char::from(escape)),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let first = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
                rest = &rest[4..];
                let code = if (0xD800..0xDC00).contains(&first) {
                    let second = rest.strip_prefix("\\u")?;
                    let second = u32::from_str_radix(second.get(..4)?, 16).ok()?;
                    if !(0xDC00..0xE000).contains(&second) {
                        return None;
                    }
                    rest = &rest[6..];
                    0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                } else {
                    first
                };
                out.push(char::from_u32(code)?);
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(out)
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            members.push(entry);
        }
        Ok(members)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::{document, keep, keep_by_place};

    #[test]
    fn strings_are_unescaped_to_the_letter() {
        for (json, text) in [
            (r#""plain""#, Some("plain")),
            (r#""a\"b\\c\/d\n""#, Some("a\"b\\c/d\n")),
            (r#""\u00e6\ud83d\ude00""#, Some("æ😀")),
            (r#""\ud83d""#, None),
            (r#""\ud83d\u0041""#, None),
            (r#""\ude00""#, None),
        ] {
            // serde_json itself refuses some lone surrogates: both ways are a refusal.
            let read = document(json).and_then(|node| node.text());
            assert_eq!(read.ok().as_ref().map(|t| t.as_str()), text, "{json}");
        }
    }

    #[test]
    fn a_member_that_stands_twice_is_named_by_its_place() {
        let root = document(r#"{"a":{"x/y":1,"x/y":2}}"#).unwrap().object().unwrap();
        let error = root.get("A").unwrap().unwrap().object().err().unwrap();
        assert_eq!(error.place, "/a/x~1y");
        let root = document(r#"{"Id":1,"id":2}"#).unwrap().object().unwrap();
        assert!(root.get("ID").is_err());
    }

    #[test]
    fn depth_is_refused_before_it_costs_anything() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(document(&deep).err().unwrap().what, "nested more than 128 levels deep");
        let brackets_in_text = format!("\"{}\"", "[".repeat(10_000));
        assert!(document(&brackets_in_text).is_ok());
    }

    #[test]
    fn what_nobody_knows_is_kept_under_its_pointer() {
        let root = document(r#"{"known":1,"KNOWN2":2,"gone":null,"a/b":{"c": 3}}"#).unwrap();
        let root = root.object().unwrap();
        let rest: Vec<_> = root.except(&["Known", "known2"]).cloned().collect();
        assert_eq!(keep_by_place(&rest).as_json(), r#"{"/a~1b":{"c": 3}}"#);
    }

    #[test]
    fn kept_members_are_one_object_as_written() {
        let root = document(r#"{"new":{"a": 1.50},"q\"":"\u00e6"}"#).unwrap().object().unwrap();
        let members: Vec<_> = root.members().iter().map(|(k, n)| (k.as_str(), n)).collect();
        assert_eq!(keep(&members).as_json(), r#"{"new":{"a": 1.50},"q\"":"\u00e6"}"#);
        assert!(keep(&[]).is_empty());
    }
}
