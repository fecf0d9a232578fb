//! The clipboard of the desktop: text that this process puts there and takes away again.
//!
//! On X11 and Wayland the clipboard is a promise of a process: who pastes asks that process. What is promised
//! here is in this process alone, and is gone when it ends. The compositor of GNOME lets no process without a
//! window promise anything; there the X server that it runs is asked.

use std::io;

use arboard::{Clipboard, Error, Set};
use zeroize::Zeroizing;

/// Text in the clipboard, as long as this process lives.
pub struct Copied(Clipboard);

/// What became of what was in the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptied {
    /// It holds nothing now.
    Done,
    /// It held something else by then.
    HeldOther,
}

impl Copied {
    /// Puts it there, and asks clipboard managers to keep no copy of it. An error says that this process
    /// reaches no clipboard.
    pub fn put(mut text: Zeroizing<String>) -> io::Result<Self> {
        let mut clipboard = Clipboard::new().map_err(failed)?;
        not_in_histories(clipboard.set()).text(std::mem::take(&mut *text)).map_err(failed)?;
        Ok(Self(clipboard))
    }

    /// Empties it if it still holds that.
    pub fn empty(mut self, is_own: impl FnOnce(&str) -> bool) -> io::Result<Emptied> {
        let held = match self.0.get_text() {
            Ok(text) => Zeroizing::new(text),
            // Nothing, or no text.
            Err(Error::ContentNotAvailable | Error::ConversionFailure) => {
                return Ok(Emptied::HeldOther);
            }
            Err(e) => return Err(failed(e)),
        };
        if !is_own(&held) {
            return Ok(Emptied::HeldOther);
        }
        self.0.clear().map_err(failed)?;
        Ok(Emptied::Done)
    }
}

#[cfg(target_os = "linux")]
fn not_in_histories(set: Set<'_>) -> Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

#[cfg(windows)]
fn not_in_histories(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_history().exclude_from_cloud().exclude_from_monitoring()
}

#[cfg(not(any(target_os = "linux", windows)))]
fn not_in_histories(set: Set<'_>) -> Set<'_> {
    set
}

fn failed(error: Error) -> io::Error {
    io::Error::other(error)
}
