//! The process that holds a secret in the clipboard of the desktop until its time is over. It has no vault, and
//! of the environment only where the display is.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use azvault_model::Secret;
use azvault_os::clipboard::Copied;
use azvault_os::console::write_output;
use azvault_os::process::{leave_terminal, silence_output};
use azvault_vault::sha256;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::unreachable;
use crate::failure::{Failure, Kind};
use crate::message::{Message, SecretPart};
use crate::{child_process, inherited, paths};

/// What it is told.
#[derive(Serialize, Deserialize)]
struct Order {
    text: SecretPart,
    /// After which the clipboard is emptied.
    time: Duration,
}

impl Message for Order {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.text.value_mut()]
    }
}

/// What it says when the text can be pasted.
const HELD: u8 = b'h';

/// Has a process hold it, which goes on when this one ends. Comes back when the text can be pasted.
pub(super) fn hold(text: &str, time: Duration) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::new(Kind::Other, format!("the clipboard: {e}"));
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    inherited::without_anything(&mut command).map_err(failed)?;
    command.arg("clipboard").env_clear().envs(paths::for_clipboard()).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let text = SecretPart::new(Secret::copied_from(text.as_bytes()));
    let mut child =
        child_process::start(&mut command, &mut Order { text, time }).map_err(failed)?;
    let mut said = [0];
    if let Some(mut stdout) = child.stdout.take()
        && stdout.read_exact(&mut said).is_ok()
        && said == [HELD]
    {
        return Ok(());
    }
    let _ = child.wait();
    Err(unreachable("the desktop lets no program of a terminal into its clipboard"))
}

/// Does what the process that started this one orders.
pub fn serve() -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault clipboard is started by azvault itself");
    let Order { text, time } = child_process::handed_over().ok_or_else(usage)?;
    // The terminal may be closed before the time is over.
    leave_terminal();
    let text = text.into_value();
    // EXPOSE: into the clipboard, as was asked for. What stays here is its digest.
    let text = std::str::from_utf8(text.expose()).map_err(|_| usage())?;
    let text = Zeroizing::new(text.to_owned());
    let own = sha256(text.as_bytes());
    let failed = |e: io::Error| Failure::new(Kind::Unsupported, format!("the clipboard: {e}"));
    let copied = Copied::put(text).map_err(failed)?;
    write_output(&[HELD]).and_then(|()| silence_output()).map_err(failed)?;
    std::thread::sleep(time);
    copied.empty(|held| sha256(held.as_bytes()) == own).map_err(failed)?;
    Ok(())
}
