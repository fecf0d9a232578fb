//! What a file is that an entry says is a certificate.

use crate::decode::contains;

/// What an entry may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With its private key.
    Certificate,
    /// A key of something else: of SSH, of a server.
    BareKey,
    Other,
}

/// PEM with a private key and a certificate, or PFX: `SEQUENCE { INTEGER 3, ...` (RFC 7292 section 4).
pub(super) fn kind(bytes: &[u8]) -> Kind {
    let has_key = contains(bytes, "-----BEGIN ") && contains(bytes, "PRIVATE KEY-----");
    let has_certificate = contains(bytes, "-----BEGIN CERTIFICATE-----");
    let content = match bytes {
        [0x30, 0x80, rest @ ..]
        | [0x30, 0x81, _, rest @ ..]
        | [0x30, 0x82, _, _, rest @ ..]
        | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => &[],
    };
    match (has_key, has_certificate) {
        (true, true) => Kind::Certificate,
        _ if content.starts_with(&[2, 1, 3]) => Kind::Certificate,
        (true, false) => Kind::BareKey,
        (false, _) => Kind::Other,
    }
}

/// Whether a file of .NET's store is the certificate that its name says, with its key: the store names
/// a file by the SHA-1 of the certificate and protects it with no password.
pub(super) fn has_thumbprint(bytes: &[u8], thumbprint: &str) -> bool {
    let Some(archive) = azvault_pfx::open(bytes, "") else { return false };
    let is_it = |certificate: &Vec<u8>| azvault_pfx::thumbprint(certificate) == thumbprint;
    archive.key.is_some() && archive.certificates.iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::{Kind, has_thumbprint, kind};

    #[test]
    fn a_certificate_is_told_from_any_other_file() {
        let key = b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
        let certificate = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        for (bytes, wanted) in [
            (&[&key[..], certificate].concat()[..], Kind::Certificate),
            (&[&certificate[..], key].concat(), Kind::Certificate),
            (key, Kind::BareKey),
            (b"-----BEGIN RSA PRIVATE KEY-----\n", Kind::BareKey),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", Kind::BareKey),
            (certificate, Kind::Other),
            (&[0x30, 0x82, 0x0a, 0x11, 2, 1, 3, 0x30], Kind::Certificate),
            (&[0x30, 0x80, 2, 1, 3, 0x30], Kind::Certificate),
            // A certificate alone starts with a sequence in the sequence.
            (&[0x30, 0x82, 0x0a, 0x11, 0x30, 0x82], Kind::Other),
            (b"root:x:0:0:root:/root:/bin/sh\n", Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(kind(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_of_the_store_is_the_certificate_of_its_name() {
        const THUMBPRINT: &str = "807E71872CC7B245DD49204928E5CC517A7E79FA";
        let path =
            "../../tests/fixtures/real-az/all-kinds/.dotnet/corefx/cryptography/x509stores/my";
        let bytes = std::fs::read(format!("{path}/{THUMBPRINT}.pfx")).unwrap();
        assert!(has_thumbprint(&bytes, THUMBPRINT));
        assert!(!has_thumbprint(&bytes, "807E71872CC7B245DD49204928E5CC517A7E79FB"));
        // Under a password it is not the store's.
        let other = std::fs::read("../../tests/fixtures/real-az/certificates/app.pfx").unwrap();
        assert!(!has_thumbprint(&other, THUMBPRINT));
    }
}
