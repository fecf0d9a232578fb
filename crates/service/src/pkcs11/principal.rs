//! A key on a token, found for an account that signs in with it for the first time.

use std::path::{Path, PathBuf};

use azvault_model::{HeldSecret, Secret, SecretDescription, SecretKind};
use azvault_pkcs11::KeyUri;
use azvault_signin::Client;
use azvault_signin::certificate::{Chain, PublicCertificate};

use super::asking::ask;
use super::exchange::{Described, Done, LoginSaid, Looked, Order, Work};
use super::place::Place;
use super::stored_key::{Pin, StoredKey};
use super::work::{Unsigned, broken};
use super::{GivenPin, ask_pin};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::online;
use crate::private_file::Readers;
use crate::text::{quoted, shown_path};
use crate::{descriptor, private_file};

/// Largest file of certificates.
const MAX_CERTIFICATES: usize = 1024 * 1024;

/// Which key, by which module.
pub struct KeyChoice<'a> {
    pub uri: KeyUri,
    pub module: Option<&'a Path>,
    /// What the module reads and writes besides.
    pub folders: &'a [PathBuf],
    /// The certificate, where the token has none.
    pub certificate: Option<&'a Path>,
    /// The PIN, where it need not be asked for.
    pub pin: Option<Secret>,
    pub chain: Chain,
}

/// A key that was found, with its certificate.
pub struct LoadedKey {
    pub(crate) key: StoredKey,
    pub(crate) chain: Chain,
    certificate: PublicCertificate,
    pin: Option<Secret>,
}

/// Finds the key, and asks for the PIN of its token.
pub fn load(app: &App, choice: KeyChoice<'_>) -> Result<LoadedKey, Failure> {
    let place = Place::find(app, choice.module, choice.folders)?;
    let given = choice.certificate.map(certificates).transpose()?;
    let (uri, pin) = log_in(app, &place, choice.uri, choice.pin)?;
    let done = ask(order(&place, &uri, pin.as_ref(), Work::Describe))?;
    let Done::Described(Described { uri, key, certificates }) = done else { return Err(broken()) };
    let (all, from) = match given {
        Some(all) => (all, "the file has no certificate"),
        None => (certificates, "the token has no certificate"),
    };
    let certificate = PublicCertificate::of_key(all, &key).map_err(|_| {
        let what = format!("{from} of the key {}", quoted(&uri));
        Failure::new(Kind::NotFound, what).hint(NO_CERTIFICATE)
    })?;
    let uri: KeyUri = uri.parse().map_err(|_| broken())?;
    let handed = if pin.is_some() { Pin::Handed } else { Pin::NotHanded };
    let key = StoredKey::new(&uri, &certificate, place, handed);
    Ok(LoadedKey { key, chain: choice.chain, certificate, pin })
}

const NO_CERTIFICATE: &str = "--certificate FILE names one, PEM or DER, that lies beside";

/// Which token it is, with its PIN.
pub(super) fn log_in(
    app: &App,
    place: &Place,
    uri: KeyUri,
    pin: Option<Secret>,
) -> Result<(KeyUri, Option<Secret>), Failure> {
    let Done::Looked(Looked { label, serial, login }) = ask(order(place, &uri, None, Work::Look))?
    else {
        return Err(broken());
    };
    let pin = match (login, pin) {
        (LoginSaid::None | LoginSaid::OnDevice, _) => None,
        (LoginSaid::Pin, Some(pin)) => Some(pin),
        (LoginSaid::Pin, None) => Some(ask_pin(app, &label)?),
    };
    if login == LoginSaid::OnDevice {
        app.console.request(format!("type the PIN of {} on the device", quoted(&label)));
    }
    // Another token of the same label is another one.
    let named = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok((KeyUri { token: named(label), serial: named(serial), ..uri }, pin))
}

pub(super) fn order(place: &Place, uri: &KeyUri, pin: Option<&Secret>, work: Work) -> Order {
    // EXPOSE: copied for the process that shows it to the token.
    let pin = pin.map(|pin| SecretPart::new(Secret::copied_from(pin.expose())));
    Order { place: place.clone(), uri: uri.to_string(), pin, work }
}

fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let file = shown_path(path);
    let open = private_file::open(path, Readers::Anyone)?;
    let bytes = descriptor::read_secret_to_end(open, MAX_CERTIFICATES)
        .map_err(|e| Failure::new(Kind::Other, format!("{file}: {e}")))?;
    PublicCertificate::all_in(&bytes).map_err(|error| {
        let failure = online::failed(error);
        Failure { what: format!("{file}: {}", failure.what), ..failure }
    })
}

impl LoadedKey {
    /// SHA-1 of the certificate, in hexadecimal.
    pub(crate) fn thumbprint(&self) -> String {
        self.certificate.thumbprint()
    }

    /// The certificate, in DER.
    pub(crate) fn certificate_der(&self) -> &[u8] {
        self.certificate.all().next().unwrap_or_default()
    }

    /// The URI of the key.
    pub(crate) fn uri(&self) -> String {
        self.key.uri().map_or_else(|_| String::new(), |uri| uri.to_string())
    }

    /// The signed statement that the client is who it says it is.
    pub(crate) fn assertion(&self, client: &Client<'_>, now: i64) -> Result<Secret, Failure> {
        let unsigned = Unsigned::of(&self.key, client, self.chain, now)?;
        let work = Work::Sign(unsigned.choices());
        match ask(order(&self.key.place, &self.key.uri()?, self.pin.as_ref(), work))? {
            Done::Signed(signature) => unsigned.signed(signature),
            _ => Err(broken()),
        }
    }

    /// The PIN, for who has the vault open.
    pub fn given_pin(&self) -> Option<GivenPin> {
        let pin = self.pin.as_ref()?;
        // EXPOSE: handed to the process that has the vault open.
        let pin = SecretPart::new(Secret::copied_from(pin.expose()));
        Some(GivenPin { token: self.key.token(), pin })
    }

    /// What the vault has of it.
    pub(crate) fn held(&self) -> HeldSecret {
        let description = SecretDescription {
            target: Some(self.uri().into()),
            expires_on: Some(self.certificate.expires_on()),
            ..SecretDescription::of(SecretKind::Pkcs11Key)
        };
        HeldSecret { description, value: self.key.sealed() }
    }
}
