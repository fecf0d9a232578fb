//! PKCS#12 (RFC 7292), which Windows and the portal call PFX: the key and the certificates of a file.
//!
//! A file without a password comes in two kinds. OpenSSL writes one for the empty password; .NET
//! writes one for none at all, as in its store below `~/.dotnet/corefx/cryptography/x509stores`. The two
//! differ in the key of the checksum (RFC 7292 appendix B.2: no bytes, or the two of an empty string's
//! end). Without a password the checksum protects nothing, so for such files it is not compared.

use p12_keystore::Pkcs12Archive;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use zeroize::Zeroizing;

/// What a file holds.
pub struct Archive {
    /// The first private key, as DER of PKCS#8.
    pub key: Option<Zeroizing<Vec<u8>>>,
    /// All certificates, as DER.
    pub certificates: Vec<Vec<u8>>,
}

/// Opens a file; `None` where it is no PKCS#12, is damaged, or has another password.
pub fn open(bytes: &[u8], password: &str) -> Option<Archive> {
    let archive = match Pkcs12Archive::from_pkcs12(bytes, password) {
        Ok(archive) => archive,
        Err(_) if password.is_empty() => {
            Pkcs12Archive::from_pkcs12(&without_checksum(bytes)?, password).ok()?
        }
        Err(_) => return None,
    };
    let key = archive.keys.first().map(|bag| {
        let mut key = Zeroizing::new(Vec::with_capacity(bag.key.as_der().len()));
        key.extend_from_slice(bag.key.as_der());
        key
    });
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec());
    Some(Archive { key, certificates: certificates.collect() })
}

/// SHA-1 of a certificate in hexadecimal: the name under which Windows, the portal and .NET know it.
pub fn thumbprint(certificate: &[u8]) -> String {
    data_encoding::HEXUPPER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref())
}

/// The same file without its third member: `SEQUENCE { version, authSafe, macData OPTIONAL }`.
fn without_checksum(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (_, members) = element(bytes)?;
    let (version, _) = element(members)?;
    let (content, _) = element(&members[version..])?;
    let kept = &members[..version + content];
    // A length in four bytes is DER only for large files, and read like any other here.
    let length = u32::try_from(kept.len()).ok()?.to_be_bytes();
    let mut own = Zeroizing::new(Vec::with_capacity(kept.len() + 6));
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    own.push(0x30);
    match kept.len() {
        short @ 0..=0x7f => own.push(u8::try_from(short).ok()?),
        _ => {
            own.push(0x80 | u8::try_from(4 - zeros).ok()?);
            own.extend_from_slice(&length[zeros..]);
        }
    }
    own.extend_from_slice(kept);
    Some(own)
}

/// The size of the first element of DER, and what is inside of it.
fn element(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let first = usize::from(*bytes.get(1)?);
    let (header, length) = match first {
        0..=0x7f => (2, first),
        0x81..=0x84 => {
            let digits = bytes.get(2..2 + (first & 0x7f))?;
            let length = digits.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (2 + digits.len(), length)
        }
        _ => return None,
    };
    let size = header.checked_add(length)?;
    Some((size, bytes.get(header..size)?))
}

#[cfg(test)]
mod tests {
    use super::{open, thumbprint};

    const STORED: &str = "all-kinds/.dotnet/corefx/cryptography/x509stores/my/\
                          807E71872CC7B245DD49204928E5CC517A7E79FA.pfx";

    fn file(path: &str) -> Vec<u8> {
        std::fs::read(format!("../../tests/fixtures/real-az/{path}")).unwrap()
    }

    #[test]
    fn files_with_a_password_and_without_are_opened() {
        for (path, password, is_opened) in [
            ("certificates/app.pfx", "Pfx~pass_planted1", true),
            ("certificates/app.pfx", "", false),
            ("certificates/app.pfx", "other", false),
            (STORED, "", true),
            (STORED, "other", false),
            ("certificates/app.pem", "", false),
        ] {
            let opened = open(&file(path), password);
            assert_eq!(opened.is_some(), is_opened, "{path} {password:?}");
            let whole = opened.is_none_or(|it| it.key.is_some() && it.certificates.len() == 1);
            assert!(whole, "{path}");
        }
        let stored = open(&file(STORED), "").unwrap();
        assert!(STORED.contains(&thumbprint(&stored.certificates[0])));
    }

    #[test]
    fn a_damaged_file_is_none() {
        let whole = file(STORED);
        for end in 0..whole.len() - 200 {
            assert!(open(&whole[..end], "").is_none(), "{end}");
        }
        for bytes in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00"] {
            assert!(open(bytes, "").is_none());
        }
    }
}
