//! PKCS#12 (RFC 7292), which Windows and the portal call PFX: the key and the certificates of a file.
//!
//! A file without a password comes in two kinds: OpenSSL writes one for the empty password, .NET one for
//! none at all, as in its store below `~/.dotnet/corefx/cryptography/x509stores`.

use p12_keystore::Pkcs12Archive;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use zeroize::Zeroizing;

mod without_password;

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
        Err(_) if password.is_empty() => return without_password::open(bytes),
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
    fn what_dotnet_8_stores_is_opened_too() {
        let today = open(&file(STORED), "").unwrap();
        let before = open(&file("../pfx/dotnet-8-without-password.pfx"), "").unwrap();
        assert_eq!(today.certificates, before.certificates);
        // The same key: .NET writes it with other attributes.
        let modulus = |der: &[u8]| der[40..300].to_vec();
        assert_eq!(modulus(&today.key.unwrap()), modulus(&before.key.unwrap()));
    }

    #[test]
    fn a_damaged_file_is_none() {
        for path in [STORED, "../pfx/dotnet-8-without-password.pfx"] {
            let whole = file(path);
            for end in (0..whole.len()).step_by(53) {
                assert!(open(&whole[..end], "").is_none(), "{path} {end}");
            }
            for at in (0..whole.len()).step_by(61) {
                let mut other = whole.clone();
                other[at] ^= 0x41;
                let _ = open(&other, "");
            }
        }
        for bytes in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00"] {
            assert!(open(bytes, "").is_none());
        }
    }
}
