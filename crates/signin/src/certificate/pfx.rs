//! PKCS#12: what Windows and the portal call PFX.

use azvault_model::Secret;

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
    let archive = azvault_pfx::open(bytes, password).ok_or(Error::Input { what })?;
    let missing = Error::Input { what: "there is no private key in the certificate file" };
    Ok((PrivateKey::Pkcs8(archive.key.ok_or(missing)?), archive.certificates))
}
