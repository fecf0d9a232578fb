//! What the process that runs age is told, what it asks, and what came of it.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::message::{Message, SecretPart};

/// What is to be done.
#[derive(Serialize, Deserialize)]
pub(super) enum Order {
    Encrypt {
        value: SecretPart,
        recipients: Vec<String>,
    },
    Decrypt {
        file: Vec<u8>,
        /// An identity file, as it is.
        identities: SecretPart,
    },
}

/// What the process says.
#[derive(Serialize, Deserialize)]
pub(super) enum Said {
    Asks(Question),
    Done(Result<Done, Failure>),
}

/// What a plugin says or asks, in its own words.
#[derive(Serialize, Deserialize)]
pub(super) enum Question {
    Message(String),
    Confirm { message: String, yes: String, no: Option<String> },
    Text(String),
    Secret(String),
}

/// What was answered.
#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    Heard,
    Yes,
    No,
    Text(String),
    Secret(SecretPart),
    /// Nobody is there to answer.
    Nothing,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
pub(super) enum Done {
    Encrypted(Vec<u8>),
    Decrypted(SecretPart),
}

impl Message for Order {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        match self {
            Self::Encrypt { value: part, .. } | Self::Decrypt { identities: part, .. } => {
                vec![part.value_mut()]
            }
        }
    }
}

impl Message for Said {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        match self {
            Self::Done(Ok(Done::Decrypted(value))) => vec![value.value_mut()],
            _ => Vec::new(),
        }
    }
}

impl Message for Reply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        match self {
            Self::Secret(part) => vec![part.value_mut()],
            _ => Vec::new(),
        }
    }
}
