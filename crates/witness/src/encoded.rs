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
    if count + other < MIN_ENCODED || spaces * 8 > count + other {
        return None;
    }
    Some(if other == 0 && count % 2 == 0 { Encoding::Hex } else { Encoding::Base64 })
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
    for byte in text.bytes() {
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
        assert!(encoding("this is a sentence of plain words").is_none());
        assert!(encoding("short").is_none());
    }
}
