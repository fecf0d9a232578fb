//! Starting the process that serves as an endpoint.

use std::io::Read;
use std::process::Command;

use zeroize::Zeroizing;

use super::az_folder::AzFolder;
use super::private_network::{self, Network};
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
    /// Where that process is from then on.
    pub(super) network: Network,
    pub(super) means: Means,
    pub(super) tool_facts: ToolFacts,
    /// Says in its environment who acts.
    pub(super) surround: &'a dyn Fn(&mut Command),
}

impl Launch<'_> {
    /// Starts it. It goes on when this process ends, and has said what the environment of what it is for has
    /// to say.
    pub(super) fn start(self, app: &App) -> Result<Environment, Failure> {
        let Self { start, leader, network, means, mut tool_facts, surround } = self;
        let cannot =
            |e: std::io::Error| Failure::new(Kind::Other, format!("the token endpoint: {e}"));
        let mut command = child_process::command(app, "door").map_err(cannot)?;
        surround(&mut command);
        command.arg("--leader").arg(leader.to_string());
        match start {
            Start::Command => command.arg("--in-use"),
            Start::Shell => &mut command,
            Start::Process => command.arg("--of-process"),
            Start::ShellInit => command.arg("--when-unlocked"),
        };
        // Held here until the endpoint holds it too. A shell goes on with az's own.
        let folder = match start {
            Start::ShellInit => None,
            Start::Command | Start::Shell | Start::Process => {
                Some(AzFolder::make(&tool_facts.az).map_err(cannot)?)
            }
        };
        tool_facts.facts.az_folder = folder.as_ref().map(|folder| folder.path().to_owned());
        let mut handed = Handed { means, facts: tool_facts.facts };
        let stdout: Option<Box<dyn Read>> = match network {
            Network::Shared => {
                let child = child_process::start(&mut command, &mut handed).map_err(cannot)?;
                child.stdout.map(|stdout| Box::new(stdout) as Box<dyn Read>)
            }
            Network::Private => {
                private_network::check()?;
                let (channel, theirs) = azvault_os::network::channel().map_err(cannot)?;
                command.arg("--private-network").stdout(theirs);
                child_process::start(&mut command, &mut handed).map_err(cannot)?;
                // Its other end is the endpoint's alone from here on; and of secrets nothing is left here.
                drop((command, handed));
                let folder = folder.as_ref().map(AzFolder::path).ok_or_else(|| {
                    Failure::new(Kind::Usage, "a shell that runs has no network of its own")
                })?;
                channel.hand_over(private_network::enter(folder)?).map_err(cannot)?;
                Some(Box::new(channel))
            }
        };
        let mut answer = Zeroizing::new(Vec::with_capacity(child_process::MAX_ANSWER));
        if let Some(stdout) = stdout {
            // It closes its standard output when it is ready, and goes on.
            let mut stdout = stdout.take(child_process::MAX_ANSWER as u64);
            stdout.read_to_end(&mut answer).map_err(cannot)?;
        }
        serde_json::from_slice(&answer).map_err(|_| {
            let what = match start {
                Start::Command | Start::Shell => {
                    "the token endpoint of the command could not be started"
                }
                Start::Process | Start::ShellInit => "the token endpoint could not be started",
            };
            Failure::new(Kind::Other, what).hint("azvault status")
        })
    }
}
