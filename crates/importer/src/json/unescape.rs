//! Texts of checked JSON without their escapes.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// Unescapes a string body (RFC 8259 section 7) that was checked; `None` for half a surrogate pair.
/// The result never grows, so no copy of it is left behind.
pub(super) fn text(body: &str) -> Option<Zeroizing<String>> {
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

/// The name of a member, in quotes as written. One with half a surrogate pair stays escaped: it is no
/// name that a reader knows.
pub(super) fn name(written: &str) -> Cow<'_, str> {
    let body = written.trim_start_matches('"');
    let body = body.strip_suffix('"').unwrap_or(body);
    if !body.contains('\\') {
        return Cow::Borrowed(body);
    }
    match text(body) {
        Some(name) => Cow::Owned(name.as_str().to_owned()),
        None => Cow::Borrowed(body),
    }
}
