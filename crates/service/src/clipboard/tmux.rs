//! tmux, which hands text on to the terminal around it, whatever `set-clipboard` says of programs in it.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use super::unreachable;
use crate::failure::Failure;
use crate::{inherited, paths, system_program};

/// Text goes there by standard input. The buffer that tmux keeps of it is deleted at once.
pub(super) fn hand_on(text: &str) -> Result<(), Failure> {
    let buffer = format!("azvault-{}", std::process::id());
    let given = run(&["load-buffer", "-w", "-b", &buffer, "-"], text);
    let deleted = run(&["delete-buffer", "-b", &buffer], "");
    given.and(deleted).map_err(|_| {
        unreachable(
            "tmux hands nothing on to its terminal: it is older than 3.2, or not the system's",
        )
    })
}

fn run(args: &[&str], given: &str) -> io::Result<()> {
    let program = system_program::find("tmux").ok_or(io::ErrorKind::NotFound)?;
    let mut command = Command::new(program);
    inherited::without_anything(&mut command)?;
    command.env_clear().env("PATH", "/usr/bin:/bin").envs(paths::for_clipboard()).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // One that takes nothing says so by its end.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(given.as_bytes());
    }
    if child.wait()?.success() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
}
