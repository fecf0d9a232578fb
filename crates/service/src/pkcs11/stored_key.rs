//! What the vault has of a key on a token. None of it is a secret.

use azvault_model::Secret;
use azvault_pkcs11::KeyUri;
use azvault_signin::certificate::PublicCertificate;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;

/// Where a key is, and its certificate (`docs/vault-format.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredKey {
    /// RFC 7512: token and serial number, label and id.
    uri: String,
    /// DER in Base64: that of the key first, then its issuers.
    certificates: Vec<String>,
    #[serde(flatten)]
    pub(crate) place: Place,
    /// Whether a PIN is handed to the token.
    pin: bool,
}

/// What the renewer gets of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeyParts {
    pub(crate) key: StoredKey,
    pub(crate) pin: Option<SecretPart>,
    pub(crate) sends_chain: bool,
}

/// Whether the token wants its PIN from us.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin {
    Handed,
    NotHanded,
}

impl StoredKey {
    pub(super) fn new(
        uri: &KeyUri,
        certificate: &PublicCertificate,
        place: Place,
        pin: Pin,
    ) -> Self {
        let certificates = certificate.all().map(|der| BASE64.encode(der)).collect();
        Self { uri: uri.to_string(), certificates, place, pin: pin == Pin::Handed }
    }

    /// The record, as it is sealed.
    pub(super) fn sealed(&self) -> Secret {
        let text = serde_json::to_vec(self).expect("plain data is written");
        Secret::copied_from(&text)
    }

    pub(crate) fn read(record: &Secret) -> Result<Self, Failure> {
        // EXPOSE: where the key is and its certificate, none of which is a secret.
        serde_json::from_slice(record.expose()).map_err(|_| unreadable())
    }

    pub(crate) fn uri(&self) -> Result<KeyUri, Failure> {
        self.uri.parse().map_err(|_| unreadable())
    }

    pub(crate) fn certificate(&self) -> Result<PublicCertificate, Failure> {
        let first = self.certificates.first();
        let all = self.certificates.iter().map(|text| BASE64.decode(text.as_bytes()));
        let all: Vec<Vec<u8>> = all.collect::<Result<_, _>>().map_err(|_| unreadable())?;
        let own = first.and_then(|_| PublicCertificate::key_of(&all[0])).ok_or_else(unreadable)?;
        PublicCertificate::of_key(all, &own).map_err(|_| unreadable())
    }

    pub(super) fn wants_pin(&self) -> bool {
        self.pin
    }

    /// The token, as the one thing that a PIN belongs to: it may have several keys.
    pub(crate) fn token(&self) -> String {
        let uri = self.uri().unwrap_or_default();
        let token = KeyUri { object: None, id: None, ..uri };
        format!("{} {token}", self.place.module.display())
    }

    pub(super) fn token_in_words(&self) -> String {
        self.uri().map_or_else(|_| String::new(), |uri| uri.token_in_words().into_owned())
    }
}

fn unreadable() -> Failure {
    Failure::new(Kind::Unsupported, "what is stored of the key on the token cannot be read")
        .hint("azvault verify")
}
