//! What an import would do, without one value.

use azvault_model::rules::import::{Planned, Remark};
use azvault_model::{AutosaveMode, Context, ContextName, SecretDescription};
use serde::{Deserialize, Serialize};

/// A plan, as a person is shown it.
#[derive(Default, Serialize, Deserialize)]
pub struct Proposed {
    pub contexts: Vec<Planned<Context>>,
    pub secrets: Vec<Planned<SecretDescription>>,
    /// How many persons and applications.
    pub people: usize,
    pub default: Option<ContextName>,
    pub autosave: Option<AutosaveMode>,
    pub remarks: Vec<Remark>,
    /// Numbers of the files that something of the plan comes from.
    pub holding: Vec<usize>,
    /// Contexts of users for whom nothing signs in, neither in the files nor in the vault.
    pub signed_out: Vec<ContextName>,
    /// Commands that make contexts of the sign-ins that come without any.
    pub connects: Vec<String>,
    /// Accounts whose credentials no context uses.
    pub unused: Vec<String>,
    /// Of the vault's records when it was made: on another vault it may be another plan.
    pub root: String,
}
