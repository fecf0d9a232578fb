//! PKCS#12 (RFC 7292): what Windows and the portal call PFX.

use azvault_contexts::Secret;
use p12_keystore::Pkcs12Archive;
use zeroize::Zeroizing;

use super::PrivateKey;
use crate::error::Error;

/// The first key and all certificates.
pub(super) fn read(
    bytes: &[u8],
    password: Option<&Secret>,
) -> Result<(PrivateKey, Vec<Vec<u8>>), Error> {
    // EXPOSE: it decrypts the file that it belongs to.
    let password = std::str::from_utf8(password.map(Secret::expose).unwrap_or_default())
        .map_err(|_| Error::Input { what: "the password is not UTF-8" })?;
    let what = "the certificate file is neither PEM nor PFX, or this is not its password";
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).map_err(|_| Error::Input { what })?;
    let missing = Error::Input { what: "there is no private key in the certificate file" };
    let found = archive.keys.first().ok_or(missing)?.key.as_der();
    let mut key = Zeroizing::new(Vec::with_capacity(found.len()));
    key.extend_from_slice(found);
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec());
    Ok((PrivateKey::Pkcs8(key), certificates.collect()))
}
