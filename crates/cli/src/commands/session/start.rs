//! `azvault session start`

use std::ffi::OsString;

use azvault_agent::Leader;
use azvault_model::Secret;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::Opener;
use azvault_service::paths;
use azvault_service::paths::SESSION;
use azvault_service::session::Session;
use azvault_vault::VaultId;
use zeroize::Zeroizing;

use super::needed::is_needed_by;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::shell::Shell;

/// Start a session for this shell: eval "$(azvault session start)"
///
/// Changes of process scope live in it: in the memory of the agent, sealed under a key that only
/// this shell's environment has, and gone when the shell ends. `azvault shell-init` does this for
/// every new shell.
///
/// With --inherit the new session begins with a copy of the one in AZVAULT_SESSION, and from then on
/// neither sees the other's changes. A session that the same process leads already is printed again;
/// one that has ended, or belongs to another shell, is replaced by an empty one, with a warning.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell that evaluates the answer
    #[arg(long, default_value = "bash")]
    shell: Shell,
    /// Process id of the shell that the session ends with [default: the parent of this command]
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    leader: Option<u32>,
    /// Begin with a copy of the session that this environment names
    #[arg(long)]
    inherit: bool,
    /// Start one only if this command line of azvault needs one: what `shell-init` asks
    #[arg(last = true, hide = true, value_name = "WORDS")]
    needed_by: Option<Vec<OsString>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if self.needed_by.as_deref().is_some_and(|words| !is_needed_by((app.tree)(), words)) {
            return Ok(0);
        }
        let vault = Opener::new(app).locked()?.vault_id();
        let inherited = if self.inherit { inherited(app, vault)? } else { None };
        let led_by = self.leader.or_else(azvault_os::process::parent).unwrap_or_default();
        let (session, handle) = match inherited {
            Some((session, handle)) if session.leader == led_by => (session, handle),
            inherited => {
                let leader = self.leader.map_or(Leader::Parent, Leader::Ancestor);
                let state = inherited.map(|(session, _)| session.state).unwrap_or_default();
                Session::start(vault, leader, &state)?
            }
        };
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
        // EXPOSE: printed for the shell that leads the session.
        for text in [before.as_bytes(), handle.expose(), behind.as_bytes(), b"\n"] {
            answer.extend_from_slice(text);
        }
        app.ui.raw(&answer);
        app.ui.detail(format!("session {} ends with process {}", session.id(), session.leader));
        Ok(0)
    }
}

/// The session that the environment names, with its handle; `None` if there is none, or none that
/// this process may use.
fn inherited(app: &App, vault: VaultId) -> Result<Option<(Session, Secret)>, Failure> {
    match Session::current(app, vault) {
        Ok(Some(session)) => Ok(paths::session().map(|handle| (session, handle))),
        Ok(None) => Ok(None),
        Err(gone) if gone.kind == Kind::SignInNeeded => {
            app.ui.warning(
                "the session in AZVAULT_SESSION has ended or belongs to another shell; a new one \
                 starts, in which the default context is active",
            );
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
