//! The endpoint of a shell that goes on as it is: its tools get tokens of the accounts that they name, whenever
//! the vault is unlocked.

use std::process::Command;

use azvault_os::process::descends;

use super::bounds::Bounds;
use super::for_process::OpenedFor;
use super::launch::Launch;
use super::private_network::Network;
use super::reach::Reach;
use super::terms::{Means, Served, Start};
use super::tool_facts::ToolFacts;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::paths;

/// Opens it, whether the vault is locked or not. It ends with the shell.
pub fn open_in_place(app: &App, shell: u32, bounds: Bounds) -> Result<OpenedFor, Failure> {
    if !descends(std::process::id(), shell) {
        let what = format!("process {shell} did not start this command, nor what started it");
        return Err(Failure::new(Kind::Usage, what).hint("azvault shell-init bash --endpoint"));
    }
    if app.options.no_agent {
        let what = "an endpoint that waits for an unlocked vault asks the agent";
        return Err(Failure::new(Kind::Usage, what).hint("azvault shell-init bash --endpoint"));
    }
    // What a session of the shell has chosen, or a context that was given, is for commands of azvault.
    let surround = |command: &mut Command| {
        command.env_remove(paths::CONTEXT).env_remove(paths::SESSION);
    };
    let served = Served { reach: Reach::AllByName, as_identity: Vec::new(), bounds };
    let launch = Launch {
        start: Start::ShellInit,
        leader: shell,
        network: Network::Shared,
        means: Means { keys: None, grant: None },
        tool_facts: ToolFacts::nothing(served),
        surround: &surround,
    };
    Ok(OpenedFor {
        variables: launch.start(app)?.set,
        foreign: Vec::new(),
        contexts: Vec::new(),
        grant: None,
        az_profile: None,
        left_from_az: Vec::new(),
    })
}
