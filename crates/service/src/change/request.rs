//! What is asked of a change, and what comes with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use azvault_model::{
    Account, Challenge, Decision, Environment, HeldSecret, Known, Refusal, Scope, Whose,
};
use azvault_vault::Subject;
use serde::{Deserialize, Serialize};

use super::supersede::OldSecrets;
use crate::app::{App, Consent};
use crate::contexts::VaultView;
use crate::failure::Failure;

/// What the person said beforehand.
#[derive(Clone, Copy)]
pub struct ChangeRequest {
    /// The verb, for the audit log.
    pub verb: &'static str,
    pub scope: Option<Scope>,
    /// `--force`: what exists may be replaced.
    pub replace: Consent,
    /// `--yes`: what is destroyed may be destroyed.
    pub destroy: Consent,
    pub run: Run,
}

/// Whether it is done, or only told.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Run {
    Real,
    Dry,
}

impl From<bool> for Run {
    fn from(dry_run: bool) -> Self {
        if dry_run { Self::Dry } else { Self::Real }
    }
}

/// What comes beside the contexts of a change.
#[derive(Default)]
pub struct ChangeExtras {
    pub accounts: Vec<Account>,
    pub environments: Vec<Environment>,
    pub secrets: Vec<HeldSecret>,
    /// What becomes of secrets whose place these take.
    pub old_secrets: OldSecrets,
    /// Origins that the person agreed to.
    pub confirmed: BTreeSet<String>,
    /// Claims challenges that the sign-in answered.
    pub answered: Vec<Challenge>,
    /// Where it comes from, for the audit log.
    pub from: Option<Subject>,
}

/// How many secrets came and went.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Counted {
    pub added: usize,
    pub removed: usize,
}

/// A rule with its arguments.
pub type Rule<'a> = dyn Fn(&Known<'_>) -> Result<Decision, Refusal> + 'a;

/// A rule whose questions were answered.
pub(super) type Decide<'a> = dyn Fn(&Known<'_>) -> Result<Decision, Failure> + 'a;

/// What is decided and written in one step, in the vault or in the session.
pub(super) struct Step<'a> {
    /// What the vault held before.
    pub(super) view: &'a Arc<VaultView>,
    pub(super) whose: Whose<'a>,
    pub(super) extras: &'a ChangeExtras,
    pub(super) decide: &'a Decide<'a>,
}

/// Where a change lives, in words.
pub(super) fn place(scope: Scope) -> &'static str {
    match scope {
        Scope::Process => "in this session",
        Scope::User => "in the vault",
    }
}

impl ChangeRequest {
    /// Says so where the scope is not the one that was asked for.
    pub(super) fn warn(&self, app: &App, scope: Scope) {
        if self.scope == Some(Scope::User) && scope == Scope::Process {
            app.console.warning(
                "--scope user does not count under a given context: the change lives in this session",
            );
        }
    }
}
