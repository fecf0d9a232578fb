//! Which of an account's certificates it signs in with, and which password opens it.

use azvault_model::Secret;
use azvault_signin::Error;
use azvault_signin::certificate::{Certificate, Chain};

use super::credential::property;
use super::request::TokenRequest;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::online;
use crate::secrets::SecretRef;

/// What Azure PowerShell and `connect` set for an account that signs in with a certificate.
const NAMES: [&str; 2] = ["CertificateThumbprint", "CertificatePath"];

/// By which an account says that its certificate is registered by subject and issuer: Azure
/// PowerShell's (ConnectAzureRmAccount.cs), and Azure CLI's (azure-cli-core `_profile.py`).
const SENDS_CHAIN: [&str; 2] = ["SendCertificateChain", "useCertSNIssuerAuth"];

/// Certificates with their keys, and passwords of their files.
pub(super) struct Certificates<'a> {
    pub(super) certificates: Vec<SecretRef<'a>>,
    pub(super) passwords: Vec<SecretRef<'a>>,
}

/// Whether the account says that it signs in with a certificate, whatever secret it had before.
pub(super) fn is_named(contexts: &Contexts, wanted: &TokenRequest) -> bool {
    NAMES.iter().any(|name| property(contexts, wanted, name).is_some())
}

/// The certificate with the thumbprint that the account says, else the first that opens.
pub(super) fn choose(
    held: &Certificates<'_>,
    contexts: &Contexts,
    wanted: &TokenRequest,
    value: &dyn Fn(SecretRef<'_>) -> Result<Secret, Failure>,
) -> Result<Certificate, Failure> {
    let thumbprint = property(contexts, wanted, NAMES[0]);
    let passwords = held.passwords.iter().copied().map(value).collect::<Result<Vec<_>, _>>()?;
    let (mut other, mut why) = (None, None);
    for one in &held.certificates {
        match open(&value(*one)?, &passwords) {
            Ok(own) if thumbprint.is_none_or(|t| t.eq_ignore_ascii_case(&own.thumbprint())) => {
                return Ok(own);
            }
            Ok(own) => _ = other.get_or_insert(own),
            Err(error) => _ = why.get_or_insert(error),
        }
    }
    match (other, why) {
        (Some(other), _) => Ok(other),
        (None, Some(why)) => Err(online::failed(why)),
        (None, None) => Err(crate::contexts::none_active()),
    }
}

/// An application can have a file with a password and one without.
fn open(bytes: &Secret, passwords: &[Secret]) -> Result<Certificate, Error> {
    // EXPOSE: taken apart into key and certificates.
    let read = |password| Certificate::read(bytes.expose(), password);
    let opened = passwords.iter().map(|password| read(Some(password))).find(Result::is_ok);
    opened.unwrap_or_else(|| match (read(None), passwords.first()) {
        (Err(_), Some(password)) => read(Some(password)),
        (without, _) => without,
    })
}

/// Whether the certificate and its issuers are sent along.
pub(super) fn chain(contexts: &Contexts, wanted: &TokenRequest) -> Chain {
    let says = |name: &&str| {
        property(contexts, wanted, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    if SENDS_CHAIN.iter().any(says) { Chain::Sent } else { Chain::Left }
}
