//! Renewing in a process of its own, which goes on when the command that asked for it is killed.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use azvault_vault::Keys;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Wanted;
use crate::app::App;
use crate::door::Facts;
use crate::failure::{Code, Failure};
use crate::unlock::{self, OpenedBy};

/// What comes back: how it ended, in the words of a [`Failure`].
#[derive(Serialize, Deserialize)]
pub(crate) struct Ended {
    code: u8,
    what: String,
    hint: Option<String>,
}

/// Starts the process and waits for it. It opens the vault with the agent's keys, or with those
/// that are handed to it through a pipe.
pub(super) fn run(app: &App, by: &OpenedBy, wanted: &Wanted) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::new(Code::Other, format!("renewing: {e}"));
    let mut command = command(app, by, "renew").map_err(cannot)?;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let json = serde_json::to_vec(wanted).map_err(|e| cannot(e.into()))?;
    if let Some(mut stdin) = child.stdin.take() {
        for part in [&keys_of(app, by)?[..], &json] {
            stdin.write_all(part).map_err(cannot)?;
        }
    }
    let mut answer = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut answer).map_err(cannot)?;
    }
    child.wait().map_err(cannot)?;
    let broken = |_| Failure::new(Code::Other, "renewing broke off").hint("the same again");
    let ended: Ended = serde_json::from_slice(&answer).map_err(broken)?;
    ended.into_result()
}

/// This program as a process of our own beside this one, for the same vault.
pub(crate) fn command(app: &App, by: &OpenedBy, verb: &str) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let vault = app.vault_path().map_err(|e| std::io::Error::other(e.what))?;
    command.arg(verb).arg("--vault").arg(vault);
    if let Some(bundle) = &app.global.ca_bundle {
        command.arg("--ca-bundle").arg(bundle);
    }
    if !matches!(by, OpenedBy::Agent) {
        command.arg("--no-agent");
    }
    // Of its own group: Ctrl-C is for the command that waits.
    command.process_group(0);
    Ok(command)
}

/// Keys as they are handed over: their length (u32), and they; none where the agent has them.
pub(crate) fn keys_of(app: &App, by: &OpenedBy) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let derived;
    let keys: &[u8] = match by {
        OpenedBy::Agent => &[],
        OpenedBy::Keys(bytes) => bytes,
        OpenedBy::Given(given) => {
            derived = unlock::keys(app, given)?.to_bytes();
            &derived
        }
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 + keys.len()));
    bytes.extend_from_slice(&u32::try_from(keys.len()).unwrap_or(0).to_be_bytes());
    bytes.extend_from_slice(keys);
    Ok(bytes)
}

/// What [`run`] hands over: keys, if any, and what is wanted.
pub(crate) fn handed_over(bytes: &[u8]) -> Option<(Option<Keys>, Wanted)> {
    let (keys, json) = split(bytes)?;
    let keys = if keys.is_empty() { None } else { Some(Keys::from_bytes(keys)?) };
    Some((keys, serde_json::from_slice(json).ok()?))
}

/// Keys as [`keys_of`] gives them, and what a door tells.
pub(crate) fn door_handed_over(bytes: &[u8]) -> Option<(Option<Zeroizing<Vec<u8>>>, Facts)> {
    let (keys, json) = split(bytes)?;
    let mut own = Zeroizing::new(Vec::with_capacity(keys.len()));
    own.extend_from_slice(keys);
    Some(((!keys.is_empty()).then_some(own), serde_json::from_slice(json).ok()?))
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// Longest that [`handed_over`] takes.
pub(crate) const LONGEST: usize = 64 * 1024;

/// Reads what was handed over, in wiped memory.
pub(crate) fn read() -> rustix::io::Result<Zeroizing<Vec<u8>>> {
    crate::descriptor::read_secret_to_end(rustix::stdio::stdin(), LONGEST)
}

impl Ended {
    pub(crate) fn of(result: Result<(), Failure>) -> Self {
        match result {
            Ok(()) => Self { code: 0, what: String::new(), hint: None },
            Err(failure) => {
                let code = failure.code.number();
                Self { code, what: failure.what, hint: failure.hint }
            }
        }
    }

    fn into_result(self) -> Result<(), Failure> {
        match Code::of(self.code) {
            None if self.code == 0 => Ok(()),
            code => {
                Err(Failure { code: code.unwrap_or(Code::Other), what: self.what, hint: self.hint })
            }
        }
    }
}
