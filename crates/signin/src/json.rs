//! Members of a reply, read without copies that outlive us.
//!
//! serde_json checks the syntax and cuts the reply into [`RawValue`]s, which stay slices of the
//! wiped buffer. What is secret is unescaped here, because serde_json's scratch buffer keeps what
//! goes through it.

use azvault_model::Secret;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// A string that holds no secret; `None` where it is missing, `null` or no string.
pub(crate) fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// A whole number, written as a number or as a string, as Entra v1 and App Service do.
pub(crate) fn integer(raw: Option<&RawValue>) -> Option<i64> {
    let text = raw?.get();
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    inner.parse().ok()
}

/// Whether a member is there and not `null`.
pub(crate) fn is_some(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() != "null")
}

/// A token: visible ASCII (RFC 6749 appendix A.12), so nothing but that is accepted, written with
/// escapes or without. `None` where it is anything else, or empty.
pub(crate) fn secret(raw: Option<&RawValue>) -> Option<Secret> {
    let inner = raw?.get().strip_prefix('"')?.strip_suffix('"')?;
    let mut value = Zeroizing::new(Vec::with_capacity(inner.len()));
    let mut rest = inner.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, used) = match (first, tail) {
            (b'\\', [b'u', b'0', b'0', a, b, ..]) => {
                (hex(*a)?.checked_mul(16)?.checked_add(hex(*b)?)?, 6)
            }
            (b'\\', [c @ (b'"' | b'\\' | b'/'), ..]) => (*c, 2),
            (b'\\', _) => return None,
            (c, _) => (*c, 1),
        };
        if !(0x20..0x7f).contains(&byte) {
            return None;
        }
        value.push(byte);
        rest = &rest[used..];
    }
    (!value.is_empty()).then(|| Secret::new(value))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::{integer, secret};
    use serde_json::value::RawValue;

    #[test]
    fn a_token_is_visible_ascii_however_it_is_written() {
        for (json, value) in [
            (r#""abc.DEF-_~+/=""#, Some("abc.DEF-_~+/=")),
            (r#""a\u002Bb\/c\"d\\""#, Some(r#"a+b/c"d\"#)),
            (r#""""#, None),
            (r#""a\nb""#, None),
            (r#""a\u000ab""#, None),
            (r#""a\u0100b""#, None),
            (r#""é""#, None),
            ("null", None),
            ("17", None),
            ("[\"a\"]", None),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            // EXPOSE: a test compares.
            let found = secret(Some(raw)).map(|s| s.expose().to_vec());
            assert_eq!(found.as_deref(), value.map(str::as_bytes), "{json}");
        }
    }

    #[test]
    fn a_number_may_be_written_as_text() {
        for (json, value) in
            [("3599", Some(3599)), ("\"3599\"", Some(3599)), ("3599.5", None), ("\"x\"", None)]
        {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(integer(Some(raw)), value, "{json}");
        }
    }
}
