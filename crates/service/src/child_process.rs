//! Processes of our own beside a command: this program once more, for the same vault. Keys go to
//! them through a pipe, where the agent has none.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use azvault_os::console::Input;
use azvault_os::process::start_apart_from_terminal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::app::App;
use crate::descriptor;
use crate::opening::Reopener;

/// Longest that is handed over, and longest that comes back, in bytes.
pub(crate) const MAX_MESSAGE: usize = 64 * 1024;

/// A verb of this program in a process of its own.
pub fn command(app: &App, verb: &str) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let vault = app.vault_path().map_err(|e| io::Error::other(e.what))?;
    command.arg(verb).arg("--vault").arg(vault);
    if let Some(bundle) = &app.options.ca_bundle {
        command.arg("--ca-bundle").arg(bundle);
    }
    if let Some(pin) = &app.options.expect_vault {
        command.arg("--expect-vault").arg(pin.to_string());
    }
    // Keys that are handed over open the vault without the agent in any case. Once they are wiped the
    // agent may have others, unless a person did without it.
    if app.options.no_agent {
        command.arg("--no-agent");
    }
    // Of its own group: Ctrl-C is for the command that waits.
    start_apart_from_terminal(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(command)
}

/// Starts it, and hands over what opens the vault and what is wanted, which is no secret.
pub fn start(
    command: &mut Command,
    reopener: &Reopener,
    wanted: &impl Serialize,
) -> io::Result<Child> {
    let (epoch, keys): (u32, &[u8]) = match reopener {
        Reopener::Agent => (0, &[]),
        Reopener::Keys(epoch, bytes) => (*epoch, bytes),
    };
    let epoch = epoch.to_be_bytes();
    let length = u32::try_from(keys.len()).map_err(io::Error::other)?.to_be_bytes();
    let wanted = serde_json::to_vec(wanted)?;
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        for part in [&epoch[..], &length, keys, &wanted] {
            stdin.write_all(part)?;
        }
    }
    Ok(child)
}

/// In that process: what was handed over. `None` where nobody of ours has started it.
pub fn handed_over<T: DeserializeOwned>() -> Option<(Reopener, T)> {
    let bytes = descriptor::read_secret_to_end(Input, MAX_MESSAGE).ok()?;
    let (epoch, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (keys, wanted) = rest.split_at_checked(length)?;
    let mut own = Zeroizing::new(Vec::with_capacity(keys.len()));
    own.extend_from_slice(keys);
    let epoch = u32::from_be_bytes(*epoch);
    let reopener = if own.is_empty() { Reopener::Agent } else { Reopener::Keys(epoch, own) };
    Some((reopener, serde_json::from_slice(wanted).ok()?))
}
