//! XML and property lists: elements, attributes, and the pairs that formats make of them.

use zeroize::Zeroizing;

use crate::leaf;
use crate::names::{Name, Sense};
use crate::walk::Walk;

/// Whether the text is markup.
pub(crate) fn is_markup(text: &str) -> bool {
    let start = text.trim_start();
    let bytes = start.as_bytes();
    matches!(bytes, [b'<', b'?' | b'!', ..])
        || (matches!(bytes, [b'<', first, ..] if first.is_ascii_alphabetic())
            && (start.contains("</") || start.contains("/>")))
}

/// Looks at elements and attributes, in order; nothing has to be balanced.
pub(crate) fn read(walk: &mut Walk<'_>, text: &str) {
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1);
    // The name that the next text stands under: its element's, or the text of a `key` before it.
    let mut name = String::new();
    let mut key: Option<String> = None;
    while at < bytes.len() {
        let open = memchr::memchr(b'<', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        let content = &text[at..open];
        if !content.trim().is_empty() {
            let mark = walk.enter_number("line", line);
            let own = key.as_deref().filter(|_| is_value_element(&name)).unwrap_or(&name);
            leaf::read(walk, Name::new(own), &decoded(content));
            walk.leave(mark);
            let is_key = name.eq_ignore_ascii_case("key") || name.eq_ignore_ascii_case("name");
            key = is_key.then(|| content.trim().to_owned()).or(key.filter(|_| is_key));
        }
        line += memchr::memchr_iter(b'\n', content.as_bytes()).count();
        if open == bytes.len() {
            break;
        }
        let (tag, end) = tag(text, open);
        let mark = walk.enter_number("line", line);
        if let Some(raw) = tag.strip_prefix(CDATA) {
            // As the text between tags.
            let own = key.as_deref().filter(|_| is_value_element(&name)).unwrap_or(&name);
            leaf::read(walk, Name::new(own), raw);
        } else if let Some(comment) = tag.strip_prefix("!--") {
            // What was commented out is still written there.
            let comment = comment.trim();
            match is_markup(comment) {
                true => walk.deeper(comment.len(), |walk| read(walk, comment)),
                false => leaf::read(walk, Name::none(), comment),
            }
        } else if tag.starts_with('!') || tag.starts_with('?') {
            leaf::read(walk, Name::none(), tag);
        } else if let Some(closed) = tag.strip_prefix('/') {
            if closed.trim() == name && !name.eq_ignore_ascii_case("key") {
                key = None;
            }
            name.clear();
        } else {
            name = attributes(walk, tag);
        }
        walk.leave(mark);
        line += memchr::memchr_iter(b'\n', tag.as_bytes()).count();
        at = end;
    }
}

fn is_value_element(name: &str) -> bool {
    ["string", "value", "data", "s", "ss", "obj", "integer"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

const CDATA: &str = "![CDATA[";

/// The text of the tag that opens there, and where it ends. A comment ends with `-->`, and raw text
/// with `]]>`; in a quoted attribute no sign ends anything.
fn tag(text: &str, open: usize) -> (&str, usize) {
    let rest = &text[open + 1..];
    let (close, width) = match rest {
        _ if rest.starts_with("!--") => ("-->", 3),
        _ if rest.starts_with(CDATA) => ("]]>", 3),
        _ => {
            let end = end_of_tag(rest.as_bytes());
            return (&rest[..end], (open + end + 2).min(text.len()));
        }
    };
    match memchr::memmem::find(rest.as_bytes(), close.as_bytes()) {
        Some(found) => (&rest[..found], open + 1 + found + width),
        None => (rest, text.len()),
    }
}

/// Where a tag ends: quotes count behind an equals sign alone, and only if they are closed.
fn end_of_tag(tag: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'>', b'=', &tag[at..]) {
        at += found;
        if tag[at] == b'>' {
            return at;
        }
        at += 1;
        at += tag[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if let Some(quote @ (b'"' | b'\'')) = tag.get(at).copied()
            && let Some(close) = memchr::memchr2(quote, b'<', &tag[at + 1..])
            && tag[at + 1 + close] == quote
        {
            at += close + 2;
        }
    }
    tag.len()
}

/// Looks at a tag's attributes; says the name that its content stands under.
fn attributes(walk: &mut Walk<'_>, tag: &str) -> String {
    let end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
    let element = &tag[..end];
    let mut name = element.rsplit(':').next().unwrap_or_default().to_owned();
    let mut label: Option<Zeroizing<String>> = None;
    let mut rest = &tag[end..];
    while let Some((left, right)) = rest.split_once('=') {
        let attribute = left.trim().rsplit([' ', '\n', '\t']).next().unwrap_or_default();
        let right = right.trim_start();
        let Some(quote) = right.chars().next().filter(|c| *c == '"' || *c == '\'') else {
            rest = right;
            continue;
        };
        let inside = &right[1..];
        let close = inside.find(quote).unwrap_or(inside.len());
        let value = decoded(&inside[..close]);
        rest = inside.get(close + 1..).unwrap_or_default();
        let names_it = ["key", "name", "n", "id"].iter().any(|n| n.eq_ignore_ascii_case(attribute));
        let own = match &label {
            Some(label) if attribute.eq_ignore_ascii_case("value") => Name::new(label),
            _ => Name::new(attribute),
        };
        if names_it {
            leaf::read(walk, Name { sense: Sense::Neutral, ..own }, &value);
            name.clone_from(&value);
            label = Some(value);
        } else {
            leaf::read(walk, own, &value);
        }
    }
    name
}

/// The text that entities stand for; what is none stays as it is.
fn decoded(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let character = end.and_then(|end| entity(rest.get(1..end)?));
        match (character, end) {
            (Some(character), Some(end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}
