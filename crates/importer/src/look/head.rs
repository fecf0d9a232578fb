//! What the first bytes of a file say: most files of a home are pictures, programs and archives,
//! and are put down again after one small read.

/// How much of a file is read first.
pub(super) const HEAD: usize = 4096;

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// Text, or a binary format that azvault knows.
    MayBeOurs,
    /// It holds other files, and is not opened.
    Archive,
    /// A vault of azvault.
    Vault,
    /// Anything else.
    Other,
}

/// Archives and compressed files, by their first bytes.
const ARCHIVES: [&[u8]; 6] =
    [b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd"];

/// `application_id` of a vault, in the header of its SQLite file (docs/vault-format.md).
const VAULT: (&[u8], usize, &[u8]) = (b"SQLite format 3\0", 68, b"AZV1");

/// What these first bytes are of.
pub(super) fn head(bytes: &[u8]) -> Head {
    let (sqlite, at, id) = VAULT;
    if bytes.starts_with(sqlite) {
        let is_vault = bytes.get(at..at + id.len()) == Some(id);
        return if is_vault { Head::Vault } else { Head::Other };
    }
    let is_tar = bytes.get(257..262) == Some(b"ustar");
    if is_tar || ARCHIVES.iter().any(|magic| bytes.starts_with(magic)) {
        return Head::Archive;
    }
    // vim's swap file has the text of the file that is edited.
    let is_swap = bytes.starts_with(b"b0VIM");
    if is_swap || is_known_binary(bytes) || is_text(bytes) { Head::MayBeOurs } else { Head::Other }
}

/// A cache of ADAL (`int32` version), what DPAPI encrypted (version 1, then a GUID), and DER.
fn is_known_binary(bytes: &[u8]) -> bool {
    matches!(bytes, [1..=255, 0, 0, 0, ..] | [0x30, 0x80..=0x83, ..])
}

/// UTF-8, UTF-16 with or without a mark, or a code page: no control character but those of text.
/// Of UTF-16 every other byte may be NUL.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"%PDF") {
        return false;
    }
    let is_odd = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let odd = bytes.iter().filter(|byte| is_odd(**byte)).count();
    if odd == 0 {
        return true;
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let pairs = bytes.as_chunks::<2>().0;
    let half = |at: usize| {
        pairs.iter().filter(|pair| pair[at] == 0 && !is_odd(pair[1 - at])).count() * 10
            >= pairs.len() * 9
    };
    !pairs.is_empty() && (half(0) || half(1))
}

#[cfg(test)]
mod tests {
    use super::{Head, head};

    #[test]
    fn the_first_bytes_tell_text_from_programs_and_archives() {
        let mut vault = b"SQLite format 3\0".to_vec();
        vault.resize(68, 0);
        let other = [&vault[..], b"\0\0\0\0"].concat();
        vault.extend(b"AZV1");
        for (bytes, wanted) in [
            (&b"{\"Contexts\":{}}"[..], Head::MayBeOurs),
            (b"caf\xe9 in a code page\n", Head::MayBeOurs),
            (b"\xff\xfe{\0}\0", Head::MayBeOurs),
            (b"{\0\"\0a\0\"\0:\x001\0}\0", Head::MayBeOurs),
            (b"\0{\0\"\0a\0\"\0:\x001\0}", Head::MayBeOurs),
            (b"\x03\0\0\0\x01\0\0\0", Head::MayBeOurs),
            (b"\x01\0\0\0\xd0\x8c\x9d\xdf", Head::MayBeOurs),
            (b"\x30\x82\x0a\x11\x02\x01\x03", Head::MayBeOurs),
            (b"\x1f\x8b\x08\0", Head::Archive),
            (b"PK\x03\x04\x14\0", Head::Archive),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0", Head::Other),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Head::Other),
            (b"%PDF-1.7\n", Head::Other),
            (b"b0VIM 9.1\0\0\0\x10\0\0", Head::MayBeOurs),
            (&other, Head::Other),
            (&vault, Head::Vault),
        ] {
            assert_eq!(head(bytes), wanted, "{bytes:?}");
        }
    }
}
