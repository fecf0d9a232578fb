//! What the process that loads a module is told, and what came of it.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::failure::Failure;
use crate::message::{Message, SecretPart};

/// What is to be done, and where.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) place: Place,
    pub(super) uri: String,
    pub(super) pin: Option<SecretPart>,
    pub(super) work: Work,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Work {
    /// Which token it is, and whether it wants a PIN. None is shown to it.
    Look,
    /// Which key it is, and which certificates are beside it.
    Describe,
    /// A signature.
    Sign(Choices),
    /// Another key, with a certificate.
    Make(Making),
}

/// What may be signed: the token takes the first that it can.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Choices {
    /// DER of the public half that the key has to have.
    pub(crate) key: Vec<u8>,
    /// RSASSA-PSS.
    pub(crate) ps256: Option<Vec<u8>>,
    /// RSASSA-PKCS1-v1_5.
    pub(crate) rs256: Vec<u8>,
}

/// A signature, and which of both it is.
#[derive(Serialize, Deserialize)]
pub(crate) enum Signed {
    Ps256(Vec<u8>),
    Rs256(Vec<u8>),
}

/// A key that is to be made.
#[derive(Serialize, Deserialize)]
pub(super) struct Making {
    pub(super) subject: String,
    pub(super) bits: u32,
    /// Unix seconds.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) serial: Vec<u8>,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Said(pub(super) Result<Done, Failure>);

#[derive(Serialize, Deserialize)]
pub(super) enum Done {
    Looked(Looked),
    Described(Described),
    Signed(Signed),
    Made { certificate: Vec<u8>, uri: String },
}

/// A token.
#[derive(Serialize, Deserialize)]
pub(super) struct Looked {
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) login: LoginSaid,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LoginSaid {
    None,
    Pin,
    OnDevice,
}

/// A key.
#[derive(Serialize, Deserialize)]
pub(super) struct Described {
    /// With its label and its id.
    pub(super) uri: String,
    /// DER of the public half.
    pub(super) key: Vec<u8>,
    pub(super) certificates: Vec<Vec<u8>>,
}

impl Message for Order {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.pin.iter_mut().map(SecretPart::value_mut).collect()
    }
}

impl Message for Said {}
