//! Which of an account's certificates it signs in with, and which password opens it.

use azvault_model::rules::credential::Named;

use super::credential::property;
use super::token_request::TokenRequest;
use crate::connect::PKCS11_KEY;
use crate::contexts::Contexts;
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

/// What the account says that it signs in with, whatever secret it had before.
pub(super) fn named(contexts: &Contexts, wanted: &TokenRequest) -> Named {
    let has = |name: &str| property(contexts, wanted, name).is_some();
    match (has(PKCS11_KEY), NAMES.iter().any(|name| has(name))) {
        (true, _) => Named::Pkcs11Key,
        (false, true) => Named::Certificate,
        (false, false) => Named::Nothing,
    }
}

/// Which certificate the account names.
pub(super) fn thumbprint<'a>(contexts: &'a Contexts, wanted: &TokenRequest) -> Option<&'a str> {
    property(contexts, wanted, NAMES[0])
}

/// Whether the certificate and its issuers are sent along.
pub(super) fn sends_chain(contexts: &Contexts, wanted: &TokenRequest) -> bool {
    SENDS_CHAIN.iter().any(|name| {
        property(contexts, wanted, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    })
}
