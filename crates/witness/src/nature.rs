//! What bytes are, by their first ones.

use crate::finding::{Kind, NotASecret};

/// `CryptProtectData`'s output: version 1 and the GUID of its provider.
pub(crate) const DPAPI: &[u8] =
    b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb";

const KEYRINGS: [&[u8]; 5] = [
    b"kych",
    b"GnomeKeyring\n\r\0\n",
    b"KWALLET\n\r\0\r\n",
    b"\xfe\xed\xfe\xed\0\0",
    b"\xce\xce\xce\xce\0\0",
];

/// Zip, xz, bzip2, Zstandard, 7-Zip, RAR, LZ4 and cabinets. Tar keeps its files as they are.
const PACKED: [&[u8]; 8] = [
    b"PK\x03\x04",
    b"\xfd7zXZ\0",
    b"BZh91AY&SY",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x04\x22\x4d\x18",
    b"MSCF\0\0\0\0",
];

/// What bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    Text,
    Utf16Little,
    Utf16Big,
    Utf32Little,
    Utf32Big,
    Gzip,
    Zlib,
    /// An archive, or compressed in a way that is not opened.
    Packed,
    /// A credential as a whole.
    Sealed(Kind),
    /// Nothing that opens anything.
    Public(NotASecret),
    Binary,
}

/// What bytes are, by their first ones.
pub(crate) fn nature(bytes: &[u8]) -> Nature {
    match bytes {
        [0x1f, 0x8b, 8, ..] => return Nature::Gzip,
        [0x78, 0x01 | 0x9c | 0xda, ..] if !is_text(bytes) => return Nature::Zlib,
        [0xff, 0xfe, 0, 0, ..] => return Nature::Utf32Little,
        [0, 0, 0xfe, 0xff, ..] => return Nature::Utf32Big,
        [0xff, 0xfe, ..] => return Nature::Utf16Little,
        [0xfe, 0xff, ..] => return Nature::Utf16Big,
        [0x30, rest @ ..] => {
            if let Some(nature) = der(rest) {
                return nature;
            }
        }
        _ if PACKED.iter().any(|magic| bytes.starts_with(magic)) => return Nature::Packed,
        _ if bytes.starts_with(DPAPI) => return Nature::Sealed(Kind::DpapiBlob),
        _ if KEYRINGS.iter().any(|magic| bytes.starts_with(magic)) => {
            return Nature::Sealed(Kind::Keyring);
        }
        _ if bytes.starts_with(b"openssh-key-v1\0") => return Nature::Sealed(Kind::PrivateKey),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(1024)];
    let pairs = sample.len() / 2;
    if let Some(nature) = utf32_nature(sample) {
        return nature;
    }
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    let count = |order: fn([u8; 2]) -> [u8; 2]| {
        let units = sample.as_chunks::<2>().0.iter().map(|pair| order(*pair));
        units.filter(|[low, high]| *high == 0 && plain(*low)).count()
    };
    if pairs >= 4 {
        if count(|pair| pair) * 10 >= pairs * 7 {
            return Nature::Utf16Little;
        }
        if count(|[high, low]| [low, high]) * 10 >= pairs * 7 {
            return Nature::Utf16Big;
        }
    }
    if is_text(bytes) { Nature::Text } else { Nature::Binary }
}

/// Keys and certificates: a sequence, told by what its first members are.
fn der(rest: &[u8]) -> Option<Nature> {
    let body = match rest {
        [0x83, _, _, _, body @ ..] | [0x82, _, _, body @ ..] | [0x81, _, body @ ..] => body,
        [0..=0x80, body @ ..] => body,
        _ => return None,
    };
    let rsa = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01";
    Some(match body {
        [2, 1, 3, 0x30, ..] => Nature::Sealed(Kind::Pfx),
        [2, 1, 0, 0x30, _, 6, ..] | [2, 1, 0, 2, 0x81 | 0x82, ..] | [2, 1, 1, 4, ..] => {
            Nature::Sealed(Kind::PrivateKey)
        }
        [0x30, _, identifier @ ..] if identifier.starts_with(&[&rsa[..], &[5]].concat()) => {
            Nature::Sealed(Kind::PrivateKey)
        }
        [0x30, 0x0d, identifier @ ..] if identifier.starts_with(rsa) => {
            Nature::Public(NotASecret::PublicKey)
        }
        [0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, ..] => Nature::Public(NotASecret::PublicKey),
        [0x30, 0x82, _, _, 0xa0, 3, 2, 1, ..] | [0x30, 0x81, _, 0xa0, 3, 2, 1, ..] => {
            Nature::Public(NotASecret::PublicCertificate)
        }
        [6, 9, ..] if body[1..].starts_with(b"\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") => {
            Nature::Public(NotASecret::PublicCertificate)
        }
        _ => return None,
    })
}

/// Text, in UTF-8 or nearly: no zeros before the end, few controls, most of it ASCII otherwise.
fn is_text(bytes: &[u8]) -> bool {
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let bytes = &bytes[..length];
    let (mut plain, mut controls) = (0_usize, 0_usize);
    for byte in bytes {
        match byte {
            0 => return false,
            b'\t' | b'\n' | b'\r' | 0x0c | 0x20..=0x7e => plain += 1,
            1..=31 | 0x7f => controls += 1,
            0x80.. => {}
        }
    }
    controls * 64 <= bytes.len()
        && (plain * 100 >= bytes.len() * 85 || std::str::from_utf8(bytes).is_ok())
}

/// UTF-32 without a mark: three of four bytes are zero, at the same places.
fn utf32_nature(sample: &[u8]) -> Option<Nature> {
    let units = sample.as_chunks::<4>().0;
    if units.len() < 4 {
        return None;
    }
    let are = |order: fn([u8; 4]) -> u32| {
        let plain = |unit: &&[u8; 4]| matches!(order(**unit), 0x09 | 0x0a | 0x0d | 0x20..=0x7e);
        units.iter().filter(plain).count() * 10 >= units.len() * 7
    };
    match (are(u32::from_le_bytes), are(u32::from_be_bytes)) {
        (true, _) => Some(Nature::Utf32Little),
        (_, true) => Some(Nature::Utf32Big),
        (false, false) => None,
    }
}
