//! `azvault shell`

use std::process::Command;

use azvault_model::ContextName;
use azvault_service::endpoint::Start;
use azvault_service::paths;

use super::exec::{Options, become_session, begin};
use crate::app::{App, Exit};
use crate::options::name::name;

/// Start a shell in which a context is active, whatever the default is
///
/// The shell of $SHELL, as a session of its own; leave it with exit. Contexts that are selected or
/// made in it with process scope are gone then. What it starts gets tokens as in exec, of the account
/// with which it began, while the vault is unlocked: another account needs a shell of its own.
/// azvault lock, the limits of unlock and the policy hold for it too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The context: its name, the beginning of it, or its subscription or tenant [default: the active one]
    #[arg(value_parser = name)]
    name: Option<String>,
    #[command(flatten)]
    options: Options,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let name = self.name.map(ContextName::new);
        let begun = begin(app, name, Start::Shell, &self.options)?;
        become_session(app, begun, Command::new(paths::shell()))
    }
}
