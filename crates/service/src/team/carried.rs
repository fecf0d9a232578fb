//! What the agent and the carrier of a team say to each other. Records are sealed; the one secret is what the
//! carrier signs in with at the database.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::message::Message;
use crate::verbs::{ShownRecords, SteppedTeam};

/// What the carrier is told.
#[derive(Serialize, Deserialize)]
pub(super) enum ToCarrier {
    /// The first message: where to connect, and what the vault has verified. Later ones: what came of the records
    /// that were shown, and what is to be appended.
    Next(Box<SteppedTeam>),
    /// Something changed in the vault: the database is to be looked at.
    Look,
}

/// What the carrier says.
#[derive(Serialize, Deserialize)]
pub(super) enum FromCarrier {
    /// What the database has behind what was verified. It waits for [`ToCarrier::Next`].
    Shown(ShownRecords),
    /// The database has nothing new.
    Quiet,
    /// It ends.
    Failed(Failure),
}

impl Message for ToCarrier {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        match self {
            Self::Next(stepped) => stepped.secrets(),
            Self::Look => Vec::new(),
        }
    }
}

impl Message for FromCarrier {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        match self {
            Self::Shown(shown) => shown.secrets(),
            Self::Quiet | Self::Failed(_) => Vec::new(),
        }
    }
}
