//! Having a command begin: what the agent gives it, or the vault that was opened here.

use std::process::Command;

use azvault_agent::Leader;
use azvault_model::{ContextName, Current, ProcessScope, Secret};
use azvault_os::process::variable;

use super::terms::{HandedKeys, Means};
use super::tool_facts::ToolFacts;
use crate::app::App;
use crate::ask::{Said, from_agent, said_or_found};
use crate::failure::Failure;
use crate::message::SecretPart;
use crate::opening::{KeysAt, Opener, OwnKeys};
use crate::presence::Releases;
use crate::session::Session;
use crate::variables::Variables;
use crate::verbs::{BeginCommand, Begun, NotGiven, Verb};
use crate::{agent, paths};

/// A command that is about to begin.
pub struct Ready {
    pub(super) variables: Variables,
    pub(super) chosen: Chosen,
    pub(super) means: Means,
    pub(super) tool_facts: ToolFacts,
}

/// Has a command begin: by the agent, else with the vault opened here.
pub fn begin(app: &App, mut verb: BeginCommand) -> Result<Ready, Failure> {
    let found = match said_or_found(app, &mut verb)? {
        Said::Reply(begun) => return Ok(begun.into()),
        Said::Nothing(found) => found,
    };
    let mut open = Opener::new(app).open().map_err(|failure| found.or(failure))?;
    let keys = match &open.keys {
        KeysAt::Here(OwnKeys { epoch, bytes }) => {
            let bytes = SecretPart::new(Secret::copied_from(bytes));
            Some(HandedKeys { epoch: *epoch, bytes })
        }
        // They were typed just now; where a secret is wanted, to this process.
        KeysAt::Agent if verb.releases() == Releases::LongLived => None,
        KeysAt::Agent => {
            drop(open);
            let begun = from_agent(app, &mut verb)?;
            return begun.map(Ready::from).ok_or_else(Failure::locked);
        }
    };
    let vault = open.vault.id();
    let Begun { tool_facts, variables, grant, not_given, .. } = verb.answer(app, &mut open)?;
    let NotGiven { state, grant: new } = not_given.ok_or_else(Failure::locked)?;
    let (chosen, grant) = match Session::start(vault, Leader::Caller, &state) {
        Ok((_, handle)) => {
            // With `--no-agent` nobody but the endpoint hands anything out.
            let is_given = !app.options.no_agent
                && agent::client(vault).is_ok_and(|client| client.give_grant(&new).is_ok());
            (Chosen::Session(handle), is_given.then_some(grant))
        }
        Err(_) if app.options.no_agent && has_a_choice_alone(&state) => {
            let name = match state.active {
                Some(Current::To(name)) => Some(name),
                Some(Current::Nothing) | None => None,
            };
            (Chosen::Variable(name), None)
        }
        Err(failure) => return Err(failure),
    };
    Ok(Ready { variables, chosen, means: Means { keys, grant }, tool_facts })
}

/// Whether a name says all of it. What it does not see may be of accounts that the endpoint does not serve
/// either.
fn has_a_choice_alone(state: &ProcessScope) -> bool {
    state.contexts.is_empty() && state.secrets.is_empty()
}

impl From<Begun> for Ready {
    fn from(begun: Begun) -> Self {
        let Begun { tool_facts, variables, grant, session, .. } = begun;
        let chosen = match session {
            Some(handle) => Chosen::Session(handle.into_value()),
            None => Chosen::Variable(None),
        };
        Self { variables, chosen, means: Means { keys: None, grant: Some(grant) }, tool_facts }
    }
}

/// How the child knows who acts in it.
pub(super) enum Chosen {
    /// By the session that `AZVAULT_SESSION` names: its handle.
    Session(Secret),
    /// By `AZVAULT_CONTEXT`, where no agent can hold a session; nobody, where there is no name.
    Variable(Option<ContextName>),
}

impl Chosen {
    /// Says it in the environment of a command. A context that was given for this command would stand
    /// above the session, and act in place of the one that was chosen here.
    pub(super) fn surround(&self, command: &mut Command) {
        command.env_remove(paths::SESSION).env_remove(paths::CONTEXT);
        match self {
            // EXPOSE: the handle of the session that the command is.
            Self::Session(handle) => command.env(paths::SESSION, variable(handle.expose())),
            Self::Variable(Some(name)) => command.env(paths::CONTEXT, name.as_str()),
            Self::Variable(None) => command,
        };
    }
}
