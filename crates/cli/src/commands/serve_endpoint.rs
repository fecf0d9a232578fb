//! `azvault door`: what `exec`, `shell` and `endpoint` start. Not for people.

use azvault_service::child_process;
use azvault_service::endpoint;
use azvault_service::endpoint::{Network, Post, Start};
use azvault_service::failure::{Failure, Kind};

use crate::app::{App, Exit};

/// Hand tokens to a command and its children; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The process with which it ends
    #[arg(long, value_name = "PID")]
    leader: u32,
    /// The vault counts as used until then
    #[arg(long)]
    in_use: bool,
    /// That process ran before, and may have started this one through others
    #[arg(long, conflicts_with = "in_use")]
    of_process: bool,
    /// That process is a shell, for which a grant is asked for when the vault is unlocked
    #[arg(long, conflicts_with_all = ["in_use", "of_process"])]
    when_unlocked: bool,
    /// That process is in a network of its own, which comes by standard output
    #[arg(long)]
    private_network: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let usage = || Failure::new(Kind::Usage, "azvault door is started by azvault itself");
        let handed = child_process::handed_over().ok_or_else(usage)?;
        let starts = [
            (self.in_use, Start::Command),
            (self.of_process, Start::Process),
            (self.when_unlocked, Start::ShellInit),
        ];
        let start = starts.into_iter().find_map(|(is_it, start)| is_it.then_some(start));
        let start = start.unwrap_or(Start::Shell);
        let network = if self.private_network { Network::Private } else { Network::Shared };
        let post = Post { start, handed, leader: self.leader, network };
        endpoint::serve(app, post, |told| app.ui.json(told))?;
        Ok(0)
    }
}
