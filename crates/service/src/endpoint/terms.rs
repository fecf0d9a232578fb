//! What an endpoint is, and whom it serves.

use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use super::reach::Reach;
use crate::message::SecretPart;

/// What is started beside it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Acts as a context, and uses the vault as long as it runs.
    Command,
    /// A context may be active, and the vault is used when something in it asks.
    Shell,
    /// Runs already, and has contexts of several accounts: the vault is used when something in it asks.
    Process,
    /// A shell that runs, whose endpoint asks for a grant of its own when the vault is unlocked.
    ShellInit,
}

impl Start {
    /// The verb, for the audit log.
    /// Whether the audit log has a grant of any of them under this verb.
    pub(crate) fn is_verb(verb: &str) -> bool {
        let all = [Self::Command, Self::Shell, Self::Process, Self::ShellInit];
        all.into_iter().any(|start| start.verb() == verb)
    }

    pub fn verb(self) -> &'static str {
        match self {
            Self::Command => "exec",
            Self::Shell => "shell",
            Self::Process => "endpoint",
            Self::ShellInit => "shell-init",
        }
    }
}

/// Whom the endpoint serves.
#[derive(Clone, Serialize, Deserialize)]
pub struct Served {
    pub reach: Reach,
    /// Further ids by which tools name the acting identity.
    pub as_identity: Vec<String>,
    /// What it hands out at most.
    pub bounds: Bounds,
}

/// How an endpoint gets its tokens: it has keys where no agent has them, and what it may ask an agent for.
#[derive(Serialize, Deserialize)]
pub(crate) struct Means {
    pub(crate) keys: Option<HandedKeys>,
    pub(crate) grant: Option<SecretPart>,
}

/// Keys of an epoch, as [`Keys::to_bytes`](azvault_vault::Keys::to_bytes) gives them.
#[derive(Serialize, Deserialize)]
pub(crate) struct HandedKeys {
    pub(crate) epoch: u32,
    pub(crate) bytes: SecretPart,
}
