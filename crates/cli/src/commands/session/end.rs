//! `azvault session end`

use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::Opener;
use azvault_service::session;
use azvault_service::session::Session;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::shell::Shell;

/// End the session of this shell: eval "$(azvault session end)"
///
/// Its contexts and secrets are dropped. Without this the session ends with its shell.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell that evaluates the answer
    #[arg(long, default_value = "bash")]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let vault = Opener::new(app).locked()?.vault_id();
        let session = Session::current(app, vault)?.ok_or_else(none)?;
        session.end()?;
        app.ui.line(match (app.ui.output, self.shell) {
            (Output::Json, _) => "{\"schema\":1,\"ended\":true}",
            (_, Shell::Bash | Shell::Zsh) => "unset AZVAULT_SESSION",
            (_, Shell::Fish) => "set -e AZVAULT_SESSION",
            (_, Shell::Pwsh) => "Remove-Item Env:AZVAULT_SESSION",
            (_, Shell::Nu) => "hide-env AZVAULT_SESSION",
        });
        Ok(0)
    }
}

/// There is no session to act on.
pub(super) fn none() -> Failure {
    Failure::new(Kind::NotFound, "this shell has no session").hint(session::START)
}
