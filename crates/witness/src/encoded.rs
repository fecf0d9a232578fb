//! Base64 and hex as they are found in the wild: both alphabets, with white space, cut off.

use zeroize::Zeroizing;

/// Shortest text that is tried: less decodes to anything by chance.
const MIN_ENCODED: usize = 16;

/// Which encoding a text may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    Hex,
}

impl Encoding {
    /// The step in a place.
    pub(crate) fn step(self) -> &'static str {
        match self {
            Self::Base64 => "!base64",
            Self::Hex => "!hex",
        }
    }
}

/// The encoding that every character of the text belongs to; hex first, since it is narrower.
pub(crate) fn encoding(text: &str) -> Option<Encoding> {
    if is_hex_bytes(text) {
        return Some(Encoding::Hex);
    }
    let (mut count, mut other, mut spaces) = (0_usize, 0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => count += 1,
            b'g'..=b'z' | b'G'..=b'Z' | b'+' | b'/' | b'-' | b'_' | b'=' => other += 1,
            b' ' | b'\n' | b'\r' | b'\t' => spaces += 1,
            _ => return None,
        }
    }
    // Sentences have a space every few letters, wrapped text one every line.
    let sentence = spaces * 8 > count + other && !is_narrow_column(text);
    if count + other < MIN_ENCODED || sentence {
        return None;
    }
    Some(if other == 0 && count % 2 == 0 { Encoding::Hex } else { Encoding::Base64 })
}

/// JSON in a URL: `%7B%22a%22%3A1%7D`. Other values keep their signs, as their products store them.
pub(crate) fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    let starts = ["%7B", "%7b", "%5B", "%5b"].iter().any(|start| text.starts_with(start));
    if !starts || text.contains(char::is_whitespace) {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind.first_chunk::<2>().filter(|_| *first == b'%');
        let value = pair.and_then(|[high, low]| {
            Some(digit(*high, Encoding::Hex)? << 4 | digit(*low, Encoding::Hex)?)
        });
        bytes.push(value.map_or(*first, |value| value as u8));
        rest = if value.is_some() { &behind[2..] } else { behind };
    }
    // Taken out of what would be wiped, and put into what will be.
    String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Zeroizing::new)
}

/// Bytes written one by one: `7B:22`, `7b 22`, `0x7b, 0x22`, `\x7b\x22`; or `0x` before all of them.
pub(crate) fn is_hex_bytes(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut count = 0;
    let is_digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_hexdigit);
    let prefixed = rest.starts_with(b"0x") || rest.starts_with(b"\\x");
    let mut separate = prefixed;
    while !rest.is_empty() {
        while let [b'0' | b'\\', b'x', behind @ ..] = rest {
            rest = behind;
        }
        if !is_digit(rest.first()) || !is_digit(rest.get(1)) {
            return false;
        }
        rest = &rest[2..];
        count += 1;
        let before = rest.len();
        while let [b':' | b'-' | b',' | b' ' | b'\n' | b'\r' | b'\t', behind @ ..] = rest {
            rest = behind;
        }
        separate |= rest.len() < before && !rest.is_empty();
        // Without a sign between them they are hex digits in a row.
        if before == rest.len() && !prefixed && !rest.is_empty() {
            return false;
        }
    }
    separate && count * 2 >= MIN_ENCODED
}

/// Lines of one width, however narrow, with nothing between the characters of a line.
fn is_narrow_column(text: &str) -> bool {
    let lines = || text.trim().lines().map(str::trim);
    let width = lines().next().map_or(0, str::len);
    let is_whole = |line: &str| !line.contains([' ', '\t']);
    let full = lines().take_while(|line| line.len() == width && is_whole(line)).count();
    let last = lines().nth(full).is_none_or(|line| line.len() < width && is_whole(line));
    width >= 4 && full >= 2 && last && lines().count() <= full + 1
}

/// Decodes what belongs to the encoding and skips the rest; what is cut off in the middle of a
/// byte loses that byte.
pub(crate) fn decode(text: &str, encoding: Encoding) -> Zeroizing<Vec<u8>> {
    let (bits, room) = match encoding {
        Encoding::Base64 => (6, text.len() / 4 * 3 + 3),
        Encoding::Hex => (4, text.len() / 2 + 1),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let (mut buffer, mut held) = (0_u32, 0);
    let mut characters = text.bytes().peekable();
    while let Some(byte) = characters.next() {
        // `0x` is a sign, and no digit.
        if encoding == Encoding::Hex && byte == b'0' && characters.peek() == Some(&b'x') {
            continue;
        }
        let Some(value) = digit(byte, encoding) else { continue };
        buffer = (buffer << bits) | value;
        held += bits;
        if held >= 8 {
            held -= 8;
            bytes.push((buffer >> held) as u8);
            buffer &= (1 << held) - 1;
        }
    }
    bytes
}

fn digit(byte: u8, encoding: Encoding) -> Option<u32> {
    let value = match (encoding, byte) {
        (Encoding::Base64, b'A'..=b'Z') => byte - b'A',
        (Encoding::Base64, b'a'..=b'z') => byte - b'a' + 26,
        (Encoding::Base64, b'0'..=b'9') => byte - b'0' + 52,
        (Encoding::Base64, b'+' | b'-') => 62,
        (Encoding::Base64, b'/' | b'_') => 63,
        (Encoding::Hex, b'0'..=b'9') => byte - b'0',
        (Encoding::Hex, b'a'..=b'f') => byte - b'a' + 10,
        (Encoding::Hex, b'A'..=b'F') => byte - b'A' + 10,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode, encoding};

    #[test]
    fn both_alphabets_white_space_and_cut_ends_are_decoded() {
        for text in [
            "eyJhIjoiYiIsImMiOiI+Pz8ifQ==",
            "eyJhIjoiYiIs\r\nImMiOiI-Pz8ifQ",
            " eyJhIjoiYiIsImMiOiI-Pz8ifQ",
        ] {
            assert!(encoding(text) == Some(Encoding::Base64), "{text}");
            assert_eq!(
                &decode(text, Encoding::Base64)[..],
                b"{\"a\":\"b\",\"c\":\">??\"}",
                "{text}"
            );
        }
        assert_eq!(&decode("eyJhIjoiYiI", Encoding::Base64)[..], b"{\"a\":\"b\"");
        assert!(encoding("7b2261223a2262227d7b2261223a2262227d") == Some(Encoding::Hex));
        assert_eq!(&decode("7b 22\n61", Encoding::Hex)[..], b"{\"a");
        for text in [
            "7b:22:61:22:3a:22:62:22:7d",
            "7B-22-61-22-3A-22-62-22-7D",
            "7b 22 61 22 3a 22 62 22 7d",
            "0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0x62, 0x22, 0x7d",
            "\\x7b\\x22\\x61\\x22\\x3a\\x22\\x62\\x22\\x7d",
            "0x7b2261223a2262227d",
        ] {
            assert!(encoding(text) == Some(Encoding::Hex), "{text}");
            assert_eq!(&decode(text, Encoding::Hex)[..], b"{\"a\":\"b\"}", "{text}");
        }
        assert!(encoding("eyJh\r\nIjoi\r\nYiIs\r\nImMi\r\nOiJk\r\nIn0") == Some(Encoding::Base64));
        assert!(encoding("de ad be ef").is_none());
        assert!(encoding("this is a sentence of plain words").is_none());
        assert!(encoding("short").is_none());
    }
}
