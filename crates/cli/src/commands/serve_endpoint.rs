//! `azvault door`: what `exec`, `shell` and `endpoint` start. Not for people.

use azvault_service::child_process;
use azvault_service::endpoint;
use azvault_service::endpoint::{Post, Start};
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
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let usage = || Failure::new(Kind::Usage, "azvault door is started by azvault itself");
        let handed = child_process::handed_over().ok_or_else(usage)?;
        let start = match (self.in_use, self.of_process) {
            (true, _) => Start::Command,
            (false, true) => Start::Process,
            (false, false) => Start::Shell,
        };
        let post = Post { start, handed, leader: self.leader };
        endpoint::serve(app, post, |told| app.ui.json(told))?;
        Ok(0)
    }
}
