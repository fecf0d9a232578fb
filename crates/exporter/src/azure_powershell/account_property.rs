//! Properties of an account that hold a credential.

use azvault_model::{KnownAccountType, SecretKind};

/// A property of an account, and the type of the accounts that have it.
#[derive(Clone, Copy)]
pub(super) struct AccountProperty {
    pub(super) property: &'static str,
    pub(super) owner: KnownAccountType,
}

impl AccountProperty {
    /// Of a credential.
    pub(super) fn of(kind: SecretKind) -> Option<Self> {
        let (property, owner) = match kind {
            SecretKind::ClientSecret => {
                ("ServicePrincipalSecret", KnownAccountType::ServicePrincipal)
            }
            SecretKind::CertificatePassword => {
                ("CertificatePassword", KnownAccountType::ServicePrincipal)
            }
            SecretKind::CertificatePath => ("CertificatePath", KnownAccountType::ServicePrincipal),
            SecretKind::ClientAssertion => ("ClientAssertion", KnownAccountType::ClientAssertion),
            SecretKind::ManagedIdentitySecret => {
                ("MSILoginSecret", KnownAccountType::ManagedService)
            }
            SecretKind::RefreshToken
            | SecretKind::AccessToken
            | SecretKind::IdToken
            | SecretKind::Certificate
            | SecretKind::StorageConnectionString
            | SecretKind::SshCertificate
            | SecretKind::Pkcs11Key
            | SecretKind::TeamMembership
            | SecretKind::UnknownCredential => return None,
        };
        Some(Self { property, owner })
    }
}

/// What an application of a context signs in with already.
pub(super) const CREDENTIALS: [&str; 4] =
    ["ServicePrincipalSecret", "CertificatePath", "CertificateThumbprint", "ClientAssertion"];

/// The property without which a secret says nothing: what the secret is for.
pub(super) fn companion(property: &str) -> Option<&'static str> {
    match property {
        "MSILoginSecret" => Some("MSILoginUri"),
        "CertificatePassword" => Some("CertificatePath"),
        _ => None,
    }
}
