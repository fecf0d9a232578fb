//! An endpoint for a process that runs already, an ancestor of this one: opened by the agent, or with the
//! vault opened here.

use std::path::PathBuf;
use std::process::Command;

use azvault_model::Secret;
use azvault_os::process::descends;

use super::az_profile::{AZ_PROFILE, LeftFromAz};
use super::launch::Launch;
use super::private_network::Network;
use super::terms::{HandedKeys, Means, Start};
use crate::app::App;
use crate::ask::{Said, from_agent, said_or_found};
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::opening::{KeysAt, Opener, OwnKeys};
use crate::verbs::{OpenEndpoint, OpenedEndpoint, ServedContext, Verb};
use crate::{agent, paths};

/// An endpoint that serves.
pub struct OpenedFor {
    /// What the environment of the process has to say: keys to the endpoint and facts, no token.
    pub variables: Vec<(String, String)>,
    /// Variables by which its tools would sign in as somebody else.
    pub foreign: Vec<String>,
    /// The contexts that are served, each with the name of its account; the first is asked for where a tool
    /// names none.
    pub contexts: Vec<ServedContext>,
    /// By which `grant revoke` ends it; `None` where no agent has a grant.
    pub grant: Option<String>,
    /// The file for `Import-AzContext`.
    pub az_profile: Option<PathBuf>,
    /// What that file has not.
    pub left_from_az: Vec<LeftFromAz>,
}

/// Opens it. It ends with the process.
pub fn open_for_process(app: &App, verb: OpenEndpoint) -> Result<OpenedFor, Failure> {
    let process = verb.process;
    if !descends(std::process::id(), process) {
        let what = format!("process {process} did not start this command, nor what started it");
        return Err(Failure::new(Kind::Usage, what).hint("azvault endpoint --for-process $$ NAME"));
    }
    let (opened, keys) = opened(app, verb)?;
    let OpenedEndpoint { tool_facts, grant, id, contexts, left_from_az, not_given } = opened;
    // With `--no-agent` nobody but the endpoint hands anything out.
    let is_given = match not_given {
        None => true,
        Some(new) => {
            let vault = Opener::new(app).locked()?.vault_id();
            !app.options.no_agent
                && agent::client(vault).is_ok_and(|client| client.give_grant(&new).is_ok())
        }
    };
    let means = Means { keys, grant: is_given.then_some(grant) };
    // A context that was given for this command would stand above what is asked for.
    let surround = |command: &mut Command| {
        command.env_remove(paths::CONTEXT);
    };
    let (start, leader) = (Start::Process, process);
    let network = Network::Shared;
    let launch = Launch { start, leader, network, means, tool_facts, surround: &surround };
    let variables = launch.start(app)?.set;
    let foreign = paths::foreign_variables().into_iter();
    let folder = variables.iter().find(|(name, _)| name == "AZURE_CONFIG_DIR");
    Ok(OpenedFor {
        az_profile: folder.map(|(_, folder)| PathBuf::from(folder).join(AZ_PROFILE)),
        foreign: foreign.filter_map(|(name, _)| name.into_string().ok()).collect(),
        contexts,
        left_from_az,
        grant: is_given.then_some(id),
        variables,
    })
}

/// The answer, and keys for the endpoint where they are this process's own.
fn opened(
    app: &App,
    mut verb: OpenEndpoint,
) -> Result<(OpenedEndpoint, Option<HandedKeys>), Failure> {
    let found = match said_or_found(app, &mut verb)? {
        Said::Reply(opened) => return Ok((opened, None)),
        Said::Nothing(found) => found,
    };
    let mut open = Opener::new(app).open().map_err(|failure| found.or(failure))?;
    let keys = match &open.keys {
        KeysAt::Here(OwnKeys { epoch, bytes }) => {
            let bytes = SecretPart::new(Secret::copied_from(bytes));
            HandedKeys { epoch: *epoch, bytes }
        }
        // They were typed just now.
        KeysAt::Agent => {
            drop(open);
            let opened = from_agent(app, &mut verb)?.ok_or_else(Failure::locked)?;
            return Ok((opened, None));
        }
    };
    Ok((verb.answer(app, &mut open)?, Some(keys)))
}
