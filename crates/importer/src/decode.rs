//! Bytes to text, as .NET's StreamReader would, but loudly: a byte order mark decides, NULs at
//! the end are cut off and said, and what is neither UTF-8 nor UTF-16 is refused. No code page is
//! guessed: a guess would change names and secrets. UTF-16 without a mark is read where it can be
//! nothing else, and said.

use zeroize::Zeroizing;

/// Text of a file.
pub enum Text<'a> {
    /// A slice of the file's bytes.
    Borrowed(&'a str),
    /// Converted from UTF-16, in memory of its own that is wiped.
    Converted(Zeroizing<String>),
}

/// What came of decoding.
pub struct Decoded<'a> {
    /// The text, without byte order mark and trailing NULs.
    pub text: Text<'a>,
    /// How many NULs were cut off the end.
    pub nuls: usize,
    /// Whether it is UTF-16 without a byte order mark.
    pub is_unmarked: bool,
}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A crash or a full disk left nothing but zeros.
    #[error("nothing but NUL bytes: the content was lost")]
    OnlyNuls,
    /// Not UTF-8, from this byte on.
    #[error("not UTF-8 (byte {0}); no code page is guessed")]
    NotUtf8(usize),
    /// A UTF-16 byte order mark, and then something else.
    #[error("not UTF-16, although its first bytes say so")]
    NotUtf16,
}

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Converted(text) => text,
        }
    }
}

/// Decodes a file's bytes.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    if !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0) {
        return Err(DecodeError::OnlyNuls);
    }
    match bytes {
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        _ => match unmarked(bytes) {
            Some(decoded) => Ok(decoded),
            None => from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
        },
    }
}

/// UTF-16 without a mark, where that is beyond doubt: it begins as JSON or INI does, in one of
/// the two orders, and is text of mostly ASCII to its end. Read as UTF-8 it would have a NUL
/// beside each letter, which no text has.
fn unmarked(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit: fn([u8; 2]) -> u16 = match pairs.first()? {
        [first, 0] if *first != 0 => u16::from_le_bytes,
        [0, first] if *first != 0 => u16::from_be_bytes,
        _ => return None,
    };
    if !rest.is_empty() {
        return None;
    }
    let ascii = pairs.iter().filter(|pair| (1..0x80).contains(&unit(**pair))).count();
    let length = pairs.iter().rposition(|pair| *pair != [0, 0]).map_or(0, |at| at + 1);
    // Three of four, so that a name or two in another script are no doubt.
    if ascii * 4 < length * 3 {
        return None;
    }
    let decoded = from_utf16(bytes, unit).ok()?;
    let text = decoded.text.as_str();
    let begins = text.trim_start().starts_with(['{', '[', '"']);
    let is_odd = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r');
    (begins && !text.contains(is_odd)).then_some(Decoded { is_unmarked: true, ..decoded })
}

/// The text from its first brace on, and how many bytes stood before it. Azure PowerShell skips
/// them (AzureRmProfile.cs `GetJsonText`).
pub fn from_first_brace(text: &str) -> (&str, usize) {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        return (start, 0);
    }
    text.find('{').map_or((text, 0), |at| (&text[at..], at))
}

fn from_utf8(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let text = std::str::from_utf8(&bytes[..length])
        .map_err(|error| DecodeError::NotUtf8(error.valid_up_to()))?;
    Ok(Decoded { text: Text::Borrowed(text), nuls: bytes.len() - length, is_unmarked: false })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded<'_>, DecodeError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DecodeError::NotUtf16);
    }
    // One unit of UTF-16 becomes at most three bytes of UTF-8: the text never grows.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        text.push(character.map_err(|_| DecodeError::NotUtf16)?);
    }
    let length = text.trim_end_matches('\0').len();
    let nuls = text.len() - length;
    text.truncate(length);
    Ok(Decoded { text: Text::Converted(text), nuls, is_unmarked: false })
}

/// ASCII of bytes that may be damaged, to look for words in: nothing of it is ever shown.
pub(crate) fn contains(bytes: &[u8], word: &str) -> bool {
    memchr::memmem::find(bytes, word.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, from_first_brace};

    fn text(bytes: &[u8]) -> Result<(String, usize), DecodeError> {
        decode(bytes).map(|decoded| (decoded.text.as_str().to_owned(), decoded.nuls))
    }

    #[test]
    fn a_byte_order_mark_decides_and_nuls_are_cut_off() {
        for (bytes, wanted) in [
            (&b"\xef\xbb\xbf{}"[..], Ok(("{}".to_owned(), 0))),
            (b"{}\0\0\0", Ok(("{}".to_owned(), 3))),
            (b"\xff\xfe{\0}\0", Ok(("{}".to_owned(), 0))),
            (b"\xfe\xff\0{\0}", Ok(("{}".to_owned(), 0))),
            (b"\xff\xfe{\0}", Err(DecodeError::NotUtf16)),
            (b"\xff\xfe\x00\xd8{\0", Err(DecodeError::NotUtf16)),
            (b"\0\0\0", Err(DecodeError::OnlyNuls)),
            (b"{\"\xf8\"}", Err(DecodeError::NotUtf8(2))),
            (b"", Ok((String::new(), 0))),
            (b"\xef\xbb\xbf", Ok((String::new(), 0))),
        ] {
            assert_eq!(text(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn utf16_without_a_mark_is_read_where_it_is_nothing_else() {
        let orders: [fn(u16) -> [u8; 2]; 2] = [u16::to_le_bytes, u16::to_be_bytes];
        let read = |bytes: &[u8]| {
            let decoded = decode(bytes).ok()?;
            decoded.is_unmarked.then(|| (decoded.text.as_str().to_owned(), decoded.nuls))
        };
        for order in orders {
            let written = |text: &str| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
            for text in [
                "{}",
                " \r\n\t{\"a\": 1}\r\n",
                "[cloud]\nname = AzureCloud\n",
                "\"text\"",
                "{\"name\": \"Ключи 鍵 \u{1f511}\", \"tenantId\": \"contoso.example\"}",
            ] {
                assert_eq!(read(&written(text)), Some((text.to_owned(), 0)), "{text:?}");
                let padded = written(&format!("{text}\0\0"));
                assert_eq!(read(&padded), Some((text.to_owned(), 2)), "{text:?}");
            }
            for text in [
                "",
                "text",
                "Ключ {}",
                "{\"a\": \"\0\"}",
                "{\u{1}}",
                "{\"鍵鍵鍵鍵鍵鍵鍵鍵\"}",
                "\0\0",
            ] {
                assert_eq!(read(&written(text)), None, "{text:?}");
            }
            let mut cut = written("{\"a\": 1}");
            cut.pop();
            assert_eq!(read(&cut), None, "half a unit at the end");
            let half = [&written("{\"a\": \"")[..], &order(0xd83d), &written("\"}")].concat();
            assert_eq!(read(&half), None, "half a surrogate pair");
        }
        for bytes in [&b"{}"[..], b"{\0}", b"{\"a\0\":1}", b"{}\0\0"] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn what_stands_before_the_first_brace_is_counted() {
        assert_eq!(from_first_brace("  {}"), ("{}", 0));
        assert_eq!(from_first_brace("junk {}"), ("{}", 5));
        assert_eq!(from_first_brace("junk"), ("junk", 0));
    }
}
