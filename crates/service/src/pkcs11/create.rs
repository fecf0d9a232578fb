//! Making a key on a token, and the certificate that is uploaded for it.

use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_pkcs11::KeyUri;
use azvault_signin::certificate::PublicCertificate;
use azvault_vault::fill_random;

use super::asking::ask;
use super::exchange::{Done, Making, Work};
use super::place::Place;
use super::principal::{log_in, order};
use super::work::broken;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::quoted;

/// How far clocks may be apart, in seconds: the certificate is valid from so long ago.
const CLOCK_SKEW: i64 = 300;

/// What is to be made.
pub struct NewPrincipal<'a> {
    pub uri: KeyUri,
    pub module: Option<&'a Path>,
    pub folders: &'a [PathBuf],
    pub pin: Option<Secret>,
    /// As RFC 4514 writes a name.
    pub subject: String,
    /// In bits.
    pub bits: u32,
    /// In seconds.
    pub life: i64,
}

/// What was made.
pub struct Created {
    /// DER.
    pub certificate: Vec<u8>,
    /// The key, by token, label and id.
    pub uri: String,
    /// SHA-1 of the certificate, in hexadecimal.
    pub thumbprint: String,
    /// Unix seconds.
    pub expires_on: i64,
    /// The module that made it.
    pub module: PathBuf,
}

/// Makes an RSA key that signs and cannot be read, and a certificate that it signed, both on the token.
pub fn create(app: &App, new: NewPrincipal<'_>) -> Result<Created, Failure> {
    if new.subject.trim().is_empty() || !new.subject.contains('=') {
        let what = format!("{} is no subject of a certificate", quoted(&new.subject));
        return Err(Failure::new(Kind::Usage, what).hint("--subject CN=NAME"));
    }
    let place = Place::find(app, new.module, new.folders)?;
    let (uri, pin) = log_in(app, &place, new.uri, new.pin)?;
    let mut serial = [0_u8; 16];
    fill_random(&mut serial);
    // An integer that is positive, and has all its bytes.
    serial[0] = serial[0] & 0x7f | 0x40;
    let now = app.now();
    let making = Making {
        subject: new.subject,
        bits: new.bits,
        from: now - CLOCK_SKEW,
        until: now + new.life,
        serial: serial.to_vec(),
    };
    let Done::Made { certificate, uri } =
        ask(order(&place, &uri, pin.as_ref(), Work::Make(making)))?
    else {
        return Err(broken());
    };
    let key = PublicCertificate::key_of(&certificate).ok_or_else(broken)?;
    let own = PublicCertificate::of_key(vec![certificate.clone()], &key).map_err(|_| broken())?;
    let (thumbprint, expires_on) = (own.thumbprint(), own.expires_on());
    Ok(Created { certificate, uri, thumbprint, expires_on, module: place.module })
}
