//! PEM (RFC 7468): certificates and a key, with whatever text stands between them.

use azvault_model::Secret;
use data_encoding::BASE64;
use pkcs8::EncryptedPrivateKeyInfoRef;
use zeroize::Zeroizing;

use super::PrivateKey;
use crate::error::Error;

pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

/// The first key and all certificates.
pub(super) fn read(
    bytes: &[u8],
    password: Option<&Secret>,
) -> Result<(PrivateKey, Vec<Vec<u8>>), Error> {
    let bad = Error::Input { what: "the certificate file is not PEM" };
    let mut rest = std::str::from_utf8(bytes).map_err(|_| bad)?;
    let (mut key, mut certificates) = (None, Vec::new());
    while let Some((label, body, after)) = block(rest)? {
        rest = after;
        let der = || decoded(body);
        match label {
            "CERTIFICATE" => certificates.push(der()?.to_vec()),
            "PRIVATE KEY" if key.is_none() => key = Some(PrivateKey::Pkcs8(der()?)),
            "RSA PRIVATE KEY" if key.is_none() => key = Some(PrivateKey::Pkcs1(der()?)),
            "ENCRYPTED PRIVATE KEY" if key.is_none() => key = Some(decrypted(&der()?, password)?),
            "EC PRIVATE KEY" => {
                return Err(Error::Input {
                    what: "the key is not an RSA key of 2048 to 4096 bits",
                });
            }
            _ => {}
        }
    }
    let missing = Error::Input { what: "there is no private key in the certificate file" };
    Ok((key.ok_or(missing)?, certificates))
}

/// All certificates; keys are passed over.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let bad = Error::Input { what: "the certificate file is not PEM" };
    let mut rest = std::str::from_utf8(bytes).map_err(|_| bad)?;
    let mut certificates = Vec::new();
    while let Some((label, body, after)) = block(rest)? {
        rest = after;
        if label == "CERTIFICATE" {
            certificates.push(decoded(body)?.to_vec());
        }
    }
    Ok(certificates)
}

/// Label, body and what follows the next block; `None` after the last.
fn block(text: &str) -> Result<Option<(&str, &str, &str)>, Error> {
    let broken = || Error::Input { what: "a block of the certificate file has no end" };
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return Ok(None) };
    let (label, rest) = rest.split_once("-----").ok_or_else(broken)?;
    let (body, rest) = rest.split_once("-----END ").ok_or_else(broken)?;
    let rest = rest.strip_prefix(label).and_then(|rest| rest.strip_prefix("-----"));
    Ok(Some((label, body, rest.ok_or_else(broken)?)))
}

fn decoded(body: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    // The old encryption of OpenSSL stands in headers of the block.
    if body.contains("Proc-Type:") {
        let what = "the key is encrypted in a way of the past: convert it with `openssl pkcs8`";
        return Err(Error::Input { what });
    }
    let bad = || Error::Input { what: "a block of the certificate file is not Base64" };
    let mut plain = Zeroizing::new(Vec::with_capacity(body.len()));
    plain.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let size = BASE64.decode_len(plain.len()).map_err(|_| bad())?;
    let mut der = Zeroizing::new(vec![0; size]);
    let length = BASE64.decode_mut(&plain, &mut der).map_err(|_| bad())?;
    der.truncate(length);
    Ok(der)
}

fn decrypted(der: &[u8], password: Option<&Secret>) -> Result<PrivateKey, Error> {
    let wanted = Error::Input { what: "the key is encrypted: it needs its password" };
    let password = password.ok_or(wanted)?;
    let bad = Error::Input { what: "the encrypted key cannot be read" };
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| bad)?;
    // EXPOSE: it decrypts the key that it belongs to.
    let plain = info.decrypt(password.expose());
    let plain = plain.map_err(|_| Error::Input { what: "the password does not open the key" })?;
    let mut own = Zeroizing::new(Vec::with_capacity(plain.as_bytes().len()));
    own.extend_from_slice(plain.as_bytes());
    Ok(PrivateKey::Pkcs8(own))
}
