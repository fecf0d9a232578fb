//! `azvault session start`

use std::ffi::OsString;

use azvault_agent::Leader;
use azvault_contexts::ProcessScope;
use zeroize::Zeroizing;

use super::Shell;
use super::needed::is_needed_by;
use crate::app::App;
use crate::cli::Output;
use crate::paths::SESSION;
use crate::session::Session;
use crate::unlock;

/// Start a session for this shell: eval "$(azvault session start)"
///
/// Changes of process scope live in it: in the memory of the agent, sealed under a key that only
/// this shell's environment has, and gone when the shell ends. `azvault shell-init` does this for
/// every new shell.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell that evaluates the answer
    #[arg(long, default_value = "bash")]
    shell: Shell,
    /// Process id of the shell that the session ends with [default: the parent of this command]
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    leader: Option<u32>,
    /// Start one only if this command line of azvault needs one: what `shell-init` asks
    #[arg(last = true, hide = true, value_name = "WORDS")]
    needed_by: Option<Vec<OsString>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        if self.needed_by.as_deref().is_some_and(|words| !is_needed_by(words)) {
            return Ok(0);
        }
        let vault = unlock::locked(app)?.vault_id();
        let leader = self.leader.map_or(Leader::Parent, Leader::Ancestor);
        let (session, handle) = Session::start(vault, leader, &ProcessScope::default())?;
        let (before, behind) = match (app.ui.output, self.shell) {
            (Output::Json, _) => {
                ("{\"schema\":1,\"variable\":\"AZVAULT_SESSION\",\"value\":\"", "\"}")
            }
            (_, Shell::Bash | Shell::Zsh) => ("export AZVAULT_SESSION='", "'"),
            (_, Shell::Fish) => ("set -gx AZVAULT_SESSION '", "'"),
            (_, Shell::Pwsh) => ("$env:AZVAULT_SESSION = '", "'"),
            (_, Shell::Nu) => ("$env.AZVAULT_SESSION = '", "'"),
        };
        debug_assert!(before.contains(SESSION));
        let mut answer = Zeroizing::new(Vec::with_capacity(before.len() + handle.len() + 8));
        for text in [before, &handle, behind, "\n"] {
            answer.extend_from_slice(text.as_bytes());
        }
        app.ui.raw(&answer);
        app.ui.detail(format!("session {} ends with process {}", session.id(), session.leader));
        Ok(0)
    }
}
