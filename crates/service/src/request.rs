//! A request of a command, and what the service makes of it: done, a question, or a refusal.

use std::path::PathBuf;

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use crate::app::ContextOverride;
use crate::console::Said;
use crate::endpoint::reach::Reach;
use crate::failure::Failure;
use crate::message::{Message, SecretPart, path};
use crate::network::Network;

/// What stands around a verb in a request.
#[derive(Serialize, Deserialize)]
pub(crate) struct Envelope {
    /// Its name ([`Verb::NAME`](crate::verbs::Verb::NAME)).
    pub(crate) verb: String,
    /// The vault, as an absolute path.
    #[serde(with = "path")]
    pub(crate) vault: PathBuf,
    /// What `--expect-vault` says.
    pub(crate) expected: Option<String>,
    /// Of a copy: what is remembered of it, in the place of what this machine has seen of the vault.
    pub(crate) memory: Option<Memory>,
    /// Whom the endpoint serves that is around the process that asks, if there is one.
    pub(crate) reach: Option<Reach>,
    /// The context that was given for this one command.
    pub(crate) context: Option<ContextOverride>,
    pub(crate) person: Person,
    /// The questions to which the person said yes, word for word: to no other.
    pub(crate) agreed: Vec<String>,
    /// PINs that the person typed, each for the question it answers.
    #[serde(default)]
    pub(crate) pins: Vec<TypedPin>,
    /// The handle of the session of this shell.
    pub(crate) session: Option<SecretPart>,
    /// How the sign-in service is reached, for verbs that may have it asked.
    pub(crate) network: Option<Network>,
}

/// The PIN of a token, as it was asked for.
#[derive(Serialize, Deserialize)]
pub(crate) struct TypedPin {
    pub(crate) question: String,
    pub(crate) pin: SecretPart,
}

/// The folder of the anchors of a copy.
#[derive(Serialize, Deserialize)]
pub(crate) struct Memory {
    #[serde(with = "path")]
    pub(crate) anchors: PathBuf,
}

/// Whether somebody is there who answers questions.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Person {
    Present,
    Absent,
}

impl Message for Envelope {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let pins = self.pins.iter_mut().map(|typed| typed.pin.value_mut());
        let session = self.session.iter_mut().map(SecretPart::value_mut);
        pins.chain(session).chain(self.network.iter_mut().flat_map(Network::secrets)).collect()
    }
}

/// What stands around a reply in an answer.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answered {
    /// What the person is told besides.
    pub(crate) said: Vec<Said>,
    pub(crate) outcome: Outcome,
}

impl Message for Answered {}

/// What became of a request.
#[derive(Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// It is done: the body of the answer is the reply.
    Done,
    /// A person has to agree. The same request with this question among those that were agreed to is
    /// carried out.
    Asks(String),
    /// A person has to type the PIN of a token. The same request with it is carried out.
    AsksPin(String),
    /// It was not done.
    Refused(Failure),
}

/// No body.
#[derive(Serialize, Deserialize)]
pub(crate) struct Nothing {}

impl Message for Nothing {}
