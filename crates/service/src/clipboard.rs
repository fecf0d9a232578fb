//! Where `--copy` puts a secret, and for how long.
//!
//! On a desktop a process of its own promises the text to the program that pastes, and empties the clipboard after a
//! time if it still holds it (`holder`). At the other end of SSH the clipboard is the terminal's: it is
//! written by an escape sequence (OSC 52), through tmux by tmux, and cannot be looked at.

pub mod holder;
mod tmux;

use std::time::Duration;

use azvault_model::Secret;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::paths::{self, Multiplexer};

/// Longest text that terminals take, in bytes before it is encoded (xterm's limit).
const MAX_FOR_TERMINAL: usize = 74_994;

/// A clipboard that a person pastes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipboard {
    /// That of this machine's desktop.
    Desktop,
    /// That of the terminal.
    Terminal,
    /// That of the terminal around tmux, which passes it on.
    Tmux,
}

/// The clipboard that belongs to the terminal of this command.
pub fn find(app: &App) -> Result<Clipboard, Failure> {
    if paths::has_display() {
        return Ok(Clipboard::Desktop);
    }
    if app.terminal().is_none() {
        return Err(unreachable("there is no clipboard here: neither a desktop nor a terminal"));
    }
    match paths::multiplexer() {
        Multiplexer::None => Ok(Clipboard::Terminal),
        Multiplexer::Tmux => Ok(Clipboard::Tmux),
        Multiplexer::Screen => {
            Err(unreachable("GNU screen does not hand a clipboard on to its terminal"))
        }
    }
}

fn unreachable(what: &str) -> Failure {
    Failure::new(Kind::Unsupported, what)
        .hint("a pipe, without --copy: azvault token | COMMAND, or azvault secret show ID --reveal | COMMAND")
}

/// The text of a secret, as it is pasted; what is no text stands in Base64. What is too long for that
/// clipboard is refused.
pub fn text(clipboard: Clipboard, secret: &Secret) -> Result<Zeroizing<String>, Failure> {
    // EXPOSE: the value was asked for with --copy; it goes to the clipboard.
    let bytes = secret.expose();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => BASE64.encode(bytes),
    };
    let text = Zeroizing::new(text);
    if clipboard != Clipboard::Desktop && text.len() > MAX_FOR_TERMINAL {
        return Err(unreachable("the value is longer than terminals take"));
    }
    Ok(text)
}

/// Has the desktop's clipboard hold text for so long.
pub fn hold(text: &str, time: Duration) -> Result<(), Failure> {
    holder::hold(text, time)
}

/// Has tmux hand text on to its terminal.
pub fn hand_to_tmux(text: &str) -> Result<(), Failure> {
    tmux::hand_on(text)
}
