//! What is done with a module in the process that has loaded it.

use std::sync::mpsc;
use std::time::Duration;

use azvault_model::Secret;
use azvault_pkcs11::{Algorithm, Error, Key, KeyUri, Login, Module, Request, Session};
use azvault_signin::Client;
use azvault_signin::certificate::{self, Chain};

use super::exchange::{Choices, Described, Done, LoginSaid, Looked, Order, Signed, Work};
use super::failed::{NotSigned, failed, hangs, tried};
use super::place::Place;
use super::stored_key::KeyParts;
use crate::confined::confine_to_network;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::online;

/// How long a token may take: long enough to find it, to make a large key, and to touch it.
const PATIENCE: Duration = Duration::from_secs(60);

/// From here on this process reads what is the system's and what the module needs, writes what the module
/// needs, and starts no other.
pub(super) fn confine(place: &Place) {
    let writes: Vec<_> = place.folders.iter().map(|path| path.as_path()).collect();
    confine_to_network(&[&place.module], &writes);
}

/// Has a module do something in a thread of its own: one that hangs is left behind, and ends with this process.
pub(super) fn within<T: Send + 'static>(
    module: &Place,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<Result<T, Error>, Failure> {
    let (to, from) = mpsc::channel();
    std::thread::spawn(move || to.send(work()));
    from.recv_timeout(PATIENCE).map_err(|_| hangs(&module.module))
}

/// Carries an order out.
pub(super) fn carry_out(order: Order) -> Result<Done, Failure> {
    let uri: KeyUri = order.uri.parse().map_err(|_| broken())?;
    let (place, named) = (order.place.clone(), uri.clone());
    let done = within(&place, move || {
        let Order { place, pin, work, .. } = order;
        let module = Module::load(&place.module)?;
        let token = module.token(&uri)?;
        let pin = pin.as_ref().map(SecretPart::value);
        match work {
            Work::Look => Ok(Done::Looked(Looked {
                label: token.label().to_owned(),
                serial: token.serial().to_owned(),
                login: match token.login() {
                    Login::None => LoginSaid::None,
                    Login::Pin => LoginSaid::Pin,
                    Login::OnDevice => LoginSaid::OnDevice,
                },
            })),
            Work::Describe => described(&token.open(pin)?, &uri).map(Done::Described),
            Work::Sign(choices) => {
                let session = token.open(pin)?;
                signed(&session.key(&uri)?, &choices).map(Done::Signed)
            }
            Work::Make(making) => {
                let request = Request {
                    uri: &uri,
                    subject: &making.subject,
                    bits: making.bits,
                    from: making.from,
                    until: making.until,
                    serial: &making.serial,
                };
                let made = token.open_to_write(pin)?.make(&request)?;
                Ok(Done::Made { certificate: made.certificate, uri: made.uri.to_string() })
            }
        }
    })?;
    done.map_err(|error| failed(&error, &named, &place.module))
}

fn described(session: &Session, uri: &KeyUri) -> Result<Described, Error> {
    let key = session.key(uri)?;
    let uri = KeyUri {
        object: key.label().or_else(|| uri.object.clone()),
        id: key.id().map(<[u8]>::to_vec).or_else(|| uri.id.clone()),
        ..uri.clone()
    };
    Ok(Described {
        uri: uri.to_string(),
        key: key.public().to_vec(),
        certificates: key.certificates()?,
    })
}

fn signed(key: &Key<'_>, choices: &Choices) -> Result<Signed, Error> {
    if key.public() != choices.key {
        return Err(Error::KeyAbsent);
    }
    match &choices.ps256 {
        Some(bytes) if key.can(Algorithm::Ps256) => {
            Ok(Signed::Ps256(key.sign(Algorithm::Ps256, bytes)?))
        }
        _ => Ok(Signed::Rs256(key.sign(Algorithm::Rs256, &choices.rs256)?)),
    }
}

/// The assertion of a client whose key is on a token, signed in this process.
pub(crate) fn assertion(
    parts: KeyParts,
    client: &Client<'_>,
    now: i64,
) -> Result<Secret, NotSigned> {
    let KeyParts { key, pin, sends_chain } = parts;
    let chain = if sends_chain { Chain::Sent } else { Chain::Left };
    let (uri, place) = (key.uri()?, key.place.clone());
    let unsigned = Unsigned::of(&key, client, chain, now)?;
    let choices = unsigned.choices();
    let (named, module) = (uri.clone(), place.module.clone());
    let signature = within(&place, move || {
        let loaded = Module::load(&module)?;
        let token = loaded.token(&uri)?;
        let session = token.open(pin.as_ref().map(SecretPart::value))?;
        signed(&session.key(&uri)?, &choices)
    })?;
    let signature = signature.map_err(|error| {
        let failure = failed(&error, &named, &place.module);
        NotSigned { failure, pin: tried(&error) }
    })?;
    Ok(unsigned.signed(signature)?)
}

/// An assertion in both ways in which it may be signed.
pub(super) struct Unsigned {
    key: Vec<u8>,
    ps256: Option<certificate::Unsigned>,
    rs256: certificate::Unsigned,
}

impl Unsigned {
    pub(super) fn of(
        key: &super::StoredKey,
        client: &Client<'_>,
        chain: Chain,
        now: i64,
    ) -> Result<Self, Failure> {
        use certificate::Algorithm::{Ps256, Rs256};
        let own = key.certificate()?;
        own.check_end(now).map_err(online::failed)?;
        let of = |algorithm| own.unsigned(client, chain, algorithm, now).map_err(online::failed);
        let ps256 = (Ps256.at(client) == Ps256).then(|| of(Ps256)).transpose()?;
        Ok(Self { key: own.key().unwrap_or_default(), ps256, rs256: of(Rs256)? })
    }

    pub(super) fn choices(&self) -> Choices {
        Choices {
            key: self.key.clone(),
            ps256: self.ps256.as_ref().map(|unsigned| unsigned.bytes().to_vec()),
            rs256: self.rs256.bytes().to_vec(),
        }
    }

    pub(super) fn signed(self, signature: Signed) -> Result<Secret, Failure> {
        match (signature, self.ps256) {
            (Signed::Ps256(bytes), Some(unsigned)) => Ok(unsigned.signed(&bytes)),
            (Signed::Rs256(bytes), _) => Ok(self.rs256.signed(&bytes)),
            (Signed::Ps256(_), None) => Err(broken()),
        }
    }
}

pub(super) fn broken() -> Failure {
    Failure::new(Kind::Other, "the process that loads the PKCS#11 module broke off")
        .hint("run the command again")
}
