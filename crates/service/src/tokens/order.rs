//! What a renewer is told, and what it answers: one credential, one question, and what came of it.

use std::path::PathBuf;

use azvault_model::{ManagedIdentity, Secret};
use azvault_vault::{Id, VaultId};
use serde::{Deserialize, Serialize};

use super::token_request::Repeats;
use crate::failure::Failure;
use crate::message::{Message, SecretPart};
use crate::network::Network;
use crate::online::CloudChoice;
use crate::pkcs11::{KeyParts, PinTried};

/// A question to the sign-in service, and the one credential that answers it.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) question: Question,
    pub(super) credential: Credential,
    pub(super) network: Network,
    /// Where a refresh token goes that nobody takes.
    pub(super) unclaimed: Option<Unclaimed>,
}

/// What is asked, of whom. Holds no secret.
#[derive(Serialize, Deserialize)]
pub(super) struct Question {
    /// The vault, by whose id the renewer is found.
    pub(super) vault: String,
    pub(super) cloud: CloudChoice,
    pub(super) tenant: String,
    /// Application id of who signs in.
    pub(super) client: String,
    pub(super) scopes: Vec<String>,
    pub(super) resource: String,
    pub(super) claims: Option<String>,
    pub(super) repeats: Repeats,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Credential {
    RefreshToken(SecretPart),
    ClientSecret(SecretPart),
    Certificate(CertificateParts),
    Pkcs11Key(KeyParts),
    FederatedToken(SecretPart),
    ManagedIdentity(ManagedIdentity),
}

/// A certificate with its key, and the passwords of which one may open it.
#[derive(Serialize, Deserialize)]
pub(super) struct CertificateParts {
    pub(super) bytes: SecretPart,
    pub(super) passwords: Vec<SecretPart>,
    /// It has to be the one with this thumbprint.
    pub(super) thumbprint: Option<String>,
    pub(super) sends_chain: bool,
}

/// Where a refresh token goes that nobody takes, and the key under which.
#[derive(Serialize, Deserialize)]
pub(super) struct Unclaimed {
    pub(super) file: PathBuf,
    pub(super) vault: VaultId,
    /// The refresh token that was redeemed.
    pub(super) redeemed: Id,
    /// It opens nothing of the vault.
    pub(super) key: SecretPart,
}

impl Message for Order {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let Self { question: _, credential, network, unclaimed } = self;
        let mut parts: Vec<&mut SecretPart> = match credential {
            Credential::RefreshToken(value)
            | Credential::ClientSecret(value)
            | Credential::FederatedToken(value) => vec![value],
            Credential::Certificate(parts) => {
                std::iter::once(&mut parts.bytes).chain(&mut parts.passwords).collect()
            }
            Credential::Pkcs11Key(parts) => parts.pin.iter_mut().collect(),
            Credential::ManagedIdentity(_) => Vec::new(),
        };
        parts.extend(unclaimed.iter_mut().map(|unclaimed| &mut unclaimed.key));
        let parts = parts.into_iter().map(SecretPart::value_mut);
        parts.chain(network.secrets()).collect()
    }
}

/// What a renewer says.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer(pub(super) Result<Came, Refused>);

/// Tokens that came.
#[derive(Serialize, Deserialize)]
pub(super) struct Came {
    pub(super) access_token: SecretPart,
    pub(super) refresh_token: Option<SecretPart>,
    /// Unix seconds.
    pub(super) expires_on: i64,
    pub(super) family_id: Option<String>,
    pub(super) home_account_id: Option<String>,
}

/// Why none came.
#[derive(Serialize, Deserialize)]
pub(super) struct Refused {
    pub(super) failure: Failure,
    /// Whether another credential of the account may do.
    pub(super) next: Next,
    /// Whether the credential has left this machine.
    pub(super) sent: Sent,
    /// What became of the PIN of a token.
    pub(super) pin: PinTried,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Next {
    Another,
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Sent {
    Yes,
    No,
}

impl Message for Answer {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let Ok(came) = &mut self.0 else { return Vec::new() };
        let refresh = came.refresh_token.iter_mut();
        std::iter::once(&mut came.access_token).chain(refresh).map(SecretPart::value_mut).collect()
    }
}
