//! What a command that was started may ask for: its terms, sealed under the vault's keys, and the handle by
//! which its endpoint asks. The agent has the box and the hash of the handle; it binds both to the process.

use azvault_agent::{GivenGrant, KeepsUnlocked, Leader, NewGrant};
use azvault_model::{ContextName, Scope, Secret};
use azvault_vault::{Id, Subject, random_key, sha256};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::audit;
use crate::caller::Caller;
use crate::endpoint::{Reach, Served, Start};
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
    /// The shell whose endpoint asked for it.
    #[serde(default)]
    pub(crate) shell: Option<AskingShell>,
}

/// A shell whose endpoint asks for a grant.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AskingShell {
    pub process: u32,
    /// Its program, as the system calls it.
    pub program: String,
}

/// A new grant: its handle, and what the agent gets.
pub(crate) fn made(
    open: &OpenVault,
    terms: &GrantTerms,
    process: Leader,
) -> Result<(Secret, NewGrant), Failure> {
    let handle = random_key();
    let id = Id::random();
    let text = serde_json::to_vec(terms).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    let keeps = match terms.start {
        Start::Command => KeepsUnlocked::WhileItRuns,
        Start::Shell | Start::Process | Start::ShellInit => KeepsUnlocked::WhenAsked,
    };
    let sealed = open.vault.seal_grant(id, &text)?;
    let grant = NewGrant {
        hash: sha256(&handle[..]),
        id: id.number(),
        process,
        keeps,
        expires: terms.served.bounds.expires,
        sealed,
    };
    Ok((Secret::copied_from(&handle[..]), grant))
}

/// The audit log has a grant before anything comes of it, with the context if that is the vault's. Names of a
/// session's contexts are on no disk: the entry has none.
pub(crate) fn tell(
    app: &App,
    open: &mut OpenVault,
    terms: &GrantTerms,
    grant: &NewGrant,
) -> Result<(), Failure> {
    let mut told = vec![match app.caller() {
        Some(_) => audit::of_grant(&Id::from_number(grant.id)),
        // An agent may be given it, or none has it.
        None => Subject { id: None, what: "endpoint".to_owned() },
    }];
    if let Reach::AllAccounts | Reach::AllByName = terms.served.reach {
        told.push(Subject { id: None, what: "endpoint for all accounts".to_owned() });
    }
    let context = terms.context.as_ref().map(ContextName::new);
    let context = context.as_ref().and_then(|name| open.contexts.find(name));
    let context = context.filter(|seen| seen.scope == Scope::User);
    told.extend(context.map(|seen| audit::of_context(None, seen.context)));
    open.vault.write(|writing| audit::log(app, writing, terms.start.verb(), told))?;
    Ok(())
}

/// Has the agent bind it to the process that asks.
pub(crate) fn give(caller: &Caller, grant: NewGrant) -> Result<(), Failure> {
    if caller.grants.give(grant) {
        return Ok(());
    }
    let what = "the agent gives no grant: there are too many, they name too much, or the process is none \
                that started this command";
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
    let found = given.as_ref().and_then(|given| Some((given.id, terms(open, given)?)));
    if let Some((id, _)) = &found {
        caller.presented(Id::from_number(*id));
    }
    found.map(|(_, terms)| terms).ok_or_else(gone)
}

/// What a grant is presented for that the agent does not know, or of which its keys open nothing.
pub(crate) fn gone() -> Failure {
    let what = "the grant of this command is gone: it was revoked, its time is over, or the agent that \
                gave it has ended";
    Failure::new(Kind::Refused, what).hint("start the command again: azvault exec -- COMMAND")
}

/// What is sealed in a grant; `None` for one of keys from before a rotation.
pub(crate) fn terms(open: &OpenVault, given: &GivenGrant) -> Option<GrantTerms> {
    let text = open.vault.open_grant(Id::from_number(given.id), &given.sealed).ok()?;
    serde_json::from_slice(&text).ok()
}
