//! Secrets: values that cannot be printed, copied or compared by accident.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{AccountId, IdentityKind, Text};

/// One secret value. Wiped when dropped; no `Debug`, `Clone`, `Serialize` or `PartialEq`.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes over bytes that were allocated at their final size, so that no copy is left behind.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// Copies the bytes once into memory of their own.
    pub fn copied_from(bytes: &[u8]) -> Self {
        let mut own = Zeroizing::new(Vec::with_capacity(bytes.len()));
        own.extend_from_slice(bytes);
        Self(own)
    }

    /// The value. Every caller says why in an `// EXPOSE:` comment.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The value, for who takes it over: as [`Secret::expose`].
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// Whether both hold the same bytes, in time that depends on their lengths alone.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What kind of secret a value is; the words of `secret list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// Buys access tokens until it is revoked.
    RefreshToken,
    /// Opens one audience until it expires.
    AccessToken,
    /// A signed statement of who someone is: personal data rather than a key.
    IdToken,
    /// The password of a service principal.
    ClientSecret,
    /// A certificate with its private key (PEM or PFX).
    Certificate,
    /// Where a certificate lies: as written by the tool that keeps it.
    CertificatePath,
    /// The password of a certificate file.
    CertificatePassword,
    /// A federated token by which a service principal signs in.
    ClientAssertion,
    /// A storage connection string, account key included.
    StorageConnectionString,
    /// The secret of a managed identity endpoint.
    ManagedIdentitySecret,
    /// An SSH certificate that Azure CLI keeps among its access tokens.
    SshCertificate,
    /// A key on a PKCS#11 token: where it is, and its certificate. The key itself is not in the vault.
    Pkcs11Key,
    /// What this device keeps of a team: its keys, and what it has verified.
    TeamMembership,
    /// A credential of a kind that azvault does not know, from a store of nothing but credentials.
    UnknownCredential,
}

impl SecretKind {
    /// The kind as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RefreshToken => "refresh_token",
            Self::AccessToken => "access_token",
            Self::IdToken => "id_token",
            Self::ClientSecret => "client_secret",
            Self::Certificate => "certificate",
            Self::CertificatePath => "certificate_path",
            Self::CertificatePassword => "certificate_password",
            Self::ClientAssertion => "client_assertion",
            Self::StorageConnectionString => "storage_connection_string",
            Self::ManagedIdentitySecret => "managed_identity_secret",
            Self::SshCertificate => "ssh_certificate",
            Self::Pkcs11Key => "pkcs11_key",
            Self::TeamMembership => "team_membership",
            Self::UnknownCredential => "unknown_credential",
        }
    }
}

/// What is known of a secret without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretDescription {
    /// What it is.
    pub kind: SecretKind,
    /// Id of the account it belongs to: user name, application id, identity; `None` if the file
    /// does not say.
    pub account: Option<Text>,
    /// Tenant it is for, as written; `None` where it serves every tenant of the account.
    pub tenant: Option<Text>,
    /// OAuth client id that obtained it, or that signs in with it.
    pub client_id: Option<Text>,
    /// Azure cloud by name, else the host of the authority.
    pub environment: Option<Text>,
    /// Resource or blank-separated scopes it opens; a subscription id for a connection string.
    pub target: Option<Text>,
    /// Unix seconds.
    pub expires_on: Option<i64>,
    /// `1` for a token that every client of Microsoft's family may redeem.
    pub family_id: Option<Text>,
    /// `<object id>.<home tenant>` of the account.
    pub home_account_id: Option<Text>,
    /// What kind of account it belongs to, where more is known than the kind of secret says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_kind: Option<IdentityKind>,
    /// Unix seconds: when the file last wrote it, or what comes nearest to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<i64>,
    /// Its place among the secrets of its import, from 1. Decides where nothing else does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// How it is presented if not as a plain bearer token: `pop`, `mtls_pop`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<Text>,
    /// The part of a cache that it belongs to, and where alone it may be used (`ext_cache_key`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Text>,
    /// The hash of the assertion for which an application got it on behalf of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Text>,
    /// JSON of the claims challenge that it was got for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Text>,
}

impl SecretDescription {
    /// A description that says the kind and nothing else yet.
    pub fn of(kind: SecretKind) -> Self {
        Self {
            kind,
            account: None,
            tenant: None,
            client_id: None,
            environment: None,
            target: None,
            expires_on: None,
            family_id: None,
            home_account_id: None,
            account_kind: None,
            dated: None,
            place: None,
            token_type: None,
            partition: None,
            on_behalf_of: None,
            claims: None,
        }
    }
}

impl SecretDescription {
    /// The texts in it that many others may say alike.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut Text> {
        let texts = [
            &mut self.account,
            &mut self.tenant,
            &mut self.client_id,
            &mut self.environment,
            &mut self.target,
            &mut self.family_id,
            &mut self.home_account_id,
            &mut self.token_type,
        ];
        texts.into_iter().flatten()
    }

    /// Whether it belongs to one of these accounts, by id without case.
    pub fn is_of_one_of(&self, accounts: &[String]) -> bool {
        let own = self.account.as_deref().map(AccountId);
        own.is_some_and(|own| accounts.iter().any(|id| AccountId(id) == own))
    }
}

/// A secret with what is known of it.
pub struct HeldSecret {
    /// What it is and whose.
    pub description: SecretDescription,
    /// The value.
    pub value: Secret,
}
