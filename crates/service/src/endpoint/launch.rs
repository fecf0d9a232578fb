//! Starting the process that serves as an endpoint.

use std::io::Read;
use std::process::Command;

use zeroize::Zeroizing;

use super::az_folder::AzFolder;
use super::terms::{Means, Start};
use super::tool_facts::ToolFacts;
use super::{Environment, Handed};
use crate::app::App;
use crate::child_process;
use crate::failure::{Failure, Kind};

/// What an endpoint is started for, and with.
pub(super) struct Launch<'a> {
    pub(super) start: Start,
    /// The process with which it ends.
    pub(super) leader: u32,
    pub(super) means: Means,
    pub(super) tool_facts: ToolFacts,
    /// Says in its environment who acts.
    pub(super) surround: &'a dyn Fn(&mut Command),
}

impl Launch<'_> {
    /// Starts it. It goes on when this process ends, and has said what the environment of what it is for has
    /// to say.
    pub(super) fn start(self, app: &App) -> Result<Environment, Failure> {
        let Self { start, leader, means, mut tool_facts, surround } = self;
        let cannot =
            |e: std::io::Error| Failure::new(Kind::Other, format!("the token endpoint: {e}"));
        let mut command = child_process::command(app, "door").map_err(cannot)?;
        surround(&mut command);
        command.arg("--leader").arg(leader.to_string());
        match start {
            Start::Command => command.arg("--in-use"),
            Start::Shell => &mut command,
            Start::Process => command.arg("--of-process"),
        };
        // Held here until the endpoint holds it too.
        let folder = AzFolder::make(&tool_facts.az).map_err(cannot)?;
        tool_facts.facts.az_folder = Some(folder.path().to_owned());
        let mut handed = Handed { means, facts: tool_facts.facts };
        let child = child_process::start(&mut command, &mut handed).map_err(cannot)?;
        let mut answer = Zeroizing::new(Vec::with_capacity(child_process::MAX_MESSAGE));
        if let Some(stdout) = child.stdout {
            // It closes its standard output when it is ready, and goes on.
            let mut stdout = stdout.take(child_process::MAX_MESSAGE as u64);
            stdout.read_to_end(&mut answer).map_err(cannot)?;
        }
        serde_json::from_slice(&answer).map_err(|_| {
            let what = match start {
                Start::Command | Start::Shell => {
                    "the token endpoint of the command could not be started"
                }
                Start::Process => "the token endpoint could not be started",
            };
            Failure::new(Kind::Other, what).hint("azvault status")
        })
    }
}
