//! What a command that was started may ask for: its terms, sealed under the vault's keys, and the handle by
//! which its endpoint asks. The agent has the box and the hash of the handle; it binds both to the process.

use azvault_agent::{GivenGrant, KeepsUnlocked, NewGrant};
use azvault_model::Secret;
use azvault_vault::{Id, random_key, sha256};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::endpoint::{Served, Start};
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;

/// What a grant is for.
#[derive(Serialize, Deserialize)]
pub(crate) struct GrantTerms {
    pub(crate) start: Start,
    /// The context with which the command began.
    pub(crate) context: Option<String>,
    /// Whose tokens.
    pub(crate) served: Served,
    /// Unix seconds.
    pub(crate) since: i64,
}

/// A new grant: its handle, and what the agent gets.
pub(crate) fn made(open: &OpenVault, terms: &GrantTerms) -> Result<(Secret, NewGrant), Failure> {
    let handle = random_key();
    let id = Id::random();
    let text = serde_json::to_vec(terms).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    let keeps = match terms.start {
        Start::Command => KeepsUnlocked::WhileItRuns,
        Start::Shell => KeepsUnlocked::WhenAsked,
    };
    let sealed = open.vault.seal_grant(id, &text)?;
    let grant = NewGrant { hash: sha256(&handle[..]), id: id.number(), keeps, sealed };
    Ok((Secret::copied_from(&handle[..]), grant))
}

/// Has the agent bind it to the process that asks.
pub(crate) fn give(caller: &Caller, grant: NewGrant) -> Result<(), Failure> {
    if caller.grants.give(grant) {
        return Ok(());
    }
    let what = "the agent gives no grant: there are too many, or the command has ended";
    Err(Failure::new(Kind::Refused, what).hint("azvault grant list"))
}

/// The terms of the grant that a process presents, if it is one, and the process's.
pub(crate) fn presented(
    caller: &Caller,
    open: &OpenVault,
    handle: &Secret,
) -> Result<GrantTerms, Failure> {
    // EXPOSE: hashed, to be found by its hash.
    let given = caller.grants.of(&sha256(handle.expose()));
    given.as_ref().and_then(|given| terms(open, given)).ok_or_else(|| {
        let what = "the grant of this command is gone: it was revoked, or the agent that gave it has ended";
        Failure::new(Kind::Refused, what).hint("start the command again: azvault exec -- COMMAND")
    })
}

/// What is sealed in a grant; `None` for one of keys from before a rotation.
pub(crate) fn terms(open: &OpenVault, given: &GivenGrant) -> Option<GrantTerms> {
    let text = open.vault.open_grant(Id::from_number(given.id), &given.sealed).ok()?;
    serde_json::from_slice(&text).ok()
}
