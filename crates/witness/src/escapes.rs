//! What a backslash stands for in text that a program wrote.

use zeroize::Zeroizing;

/// The text that escapes stand for; what is no escape stays as it is. Never longer than before.
pub(crate) fn unescape(raw: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(raw.len()));
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let escape = after.next();
        rest = after.as_str();
        match escape {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('u') => rest = unicode(rest, &mut text),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text.push_str(rest);
    text
}

/// `XXXX`, or two of them for what UTF-16 writes as a pair.
fn unicode<'t>(rest: &'t str, text: &mut String) -> &'t str {
    let unit = |at: &str| u16::from_str_radix(at.get(..4)?, 16).ok();
    let Some(first) = unit(rest) else { return rest };
    let after = &rest[4..];
    let second = after.strip_prefix("\\u").and_then(unit);
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match (char::from_u32(u32::from(first)), pair) {
        (Some(character), _) => text.push(character),
        (None, Some(character)) => {
            text.push(character);
            return &after[6..];
        }
        (None, None) => text.push(char::REPLACEMENT_CHARACTER),
    }
    after
}
