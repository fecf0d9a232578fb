//! `azvault door`: what `exec` and `shell` start beside their command. Not for people.

use super::exec::Start;
use crate::app::App;
use crate::door::{self, Opener};
use crate::failure::{Code, Failure};
use crate::tokens::apart;

/// Hand tokens to a command and its children; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The process with which it ends
    #[arg(long, value_name = "PID")]
    leader: u32,
    /// The vault counts as used until then
    #[arg(long)]
    in_use: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let usage = || Failure::new(Code::Usage, "azvault door is started by azvault itself");
        let bytes = apart::read().map_err(|_| usage())?;
        let (keys, facts) = apart::door_handed_over(&bytes).ok_or_else(usage)?;
        let opener = keys.map_or(Opener::Agent, Opener::Keys);
        let start = if self.in_use { Start::Command } else { Start::Shell };
        door::serve(app, start, &opener, &facts, self.leader)?;
        Ok(0)
    }
}
