//! The process of our own that serves as an endpoint: this program once more, for the same vault. What it
//! needs goes to it through a pipe.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use azvault_os::console::Input;
use azvault_os::process::start_apart_from_terminal;

use crate::app::App;
use crate::descriptor;
use crate::message::{Message, encode, split};
use crate::request::Nothing;

/// Longest that is handed over, in bytes: an endpoint may serve thousands of accounts.
const MAX_MESSAGE: usize = 2 * 1024 * 1024;

/// Longest that comes back.
pub(crate) const MAX_ANSWER: usize = 256 * 1024;

/// A verb of this program in a process of its own.
pub(crate) fn command(app: &App, verb: &str) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let vault = app.vault_path().map_err(|e| io::Error::other(e.what))?;
    command.arg(verb).arg("--vault").arg(vault);
    if let Some(bundle) = &app.options.ca_bundle {
        command.arg("--ca-bundle").arg(bundle);
    }
    if let Some(pin) = &app.options.expect_vault {
        command.arg("--expect-vault").arg(pin.to_string());
    }
    if app.options.no_agent {
        command.arg("--no-agent");
    }
    // Of its own group: Ctrl-C is for the command that waits.
    start_apart_from_terminal(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(command)
}

/// Starts it, and hands over what it needs.
pub(crate) fn start(command: &mut Command, handed: &mut impl Message) -> io::Result<Child> {
    let message = encode(&mut Nothing {}, handed);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&message)?;
    }
    Ok(child)
}

/// In that process: what was handed over. `None` where nobody of ours has started it.
pub fn handed_over<T: Message>() -> Option<T> {
    let bytes = descriptor::read_secret_to_end(Input, MAX_MESSAGE).ok()?;
    split(&bytes).ok()?.body(0).ok()
}
