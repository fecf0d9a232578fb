//! `azvault session check`: what `shell-init` asks of the handle that a new shell inherited.

use std::time::Duration;

use azvault_service::failure::Kind;
use azvault_service::paths;
use azvault_service::session::handle;
use azvault_service::session::handle::Handle;
use azvault_vault::{Error, Locked, Problem};

use crate::app::{App, Exit};
use crate::exit_code;

/// An agent that says nothing for so long does not hold up a new shell.
const PATIENCE: Duration = Duration::from_secs(2);

/// Exit 4, and one line that says so, if the session in the environment is not of this shell
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if paths::session().is_none() {
            return Ok(0);
        }
        let because = match Locked::open(&app.vault_path()?) {
            Err(Error { problem: Problem::NotThere, .. }) => "its vault does not exist",
            // Why a vault cannot be opened is for the command to say that opens it.
            Err(_) => return Ok(exit_code::number(Kind::Other)),
            Ok(locked) => match handle::look(locked.vault_id(), PATIENCE) {
                Handle::Alive => return Ok(0),
                Handle::Unknown => return Ok(exit_code::number(Kind::Busy)),
                Handle::Malformed => "AZVAULT_SESSION is not a session handle",
                Handle::NoAgent => "its agent has ended",
                Handle::NotHere => "it has ended or belongs to another shell",
            },
        };
        app.ui.note(format!(
            "azvault: session dropped: {because}; azvault use NAME chooses a context for this shell"
        ));
        Ok(exit_code::number(Kind::SignInNeeded))
    }
}
