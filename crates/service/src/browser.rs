//! The browser of this machine.

use std::io;
use std::process::{Command, Stdio};

use crate::{inherited, paths};

/// Opens an address in the person's browser. It stands among the browser's arguments, which other users
/// of the machine may read: it has no secret.
pub fn open(address: &str) -> io::Result<()> {
    let usual = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let named = paths::browser().unwrap_or_else(|| usual.to_owned());
    let mut words: Vec<String> =
        named.split_ascii_whitespace().map(|word| word.replace("%s", address)).collect();
    if !named.contains("%s") {
        words.push(address.to_owned());
    }
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    inherited::without_anything(&mut command)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}

/// Whether one could show itself: the person named it, or there is a desktop.
pub fn can_open() -> bool {
    paths::browser().is_some() || paths::has_display()
}
