//! `--copy`: a secret to the clipboard instead of the terminal.

use std::time::Duration;

use azvault_model::Secret;
use azvault_service::clipboard;
use azvault_service::clipboard::Clipboard;
use azvault_service::failure::Failure;
use azvault_service::time::words;
use serde::Serialize;

use super::Output;
use super::duration::duration;
use crate::app::App;
use crate::terminal::clipboard as terminal;

/// Whether a secret goes to the clipboard, and for how long.
#[derive(clap::Args)]
pub(crate) struct CopyOptions {
    /// Put it into the clipboard, and empty that after a time if it still holds it. Over SSH it is the
    /// clipboard of your terminal
    #[arg(long, conflicts_with = "reveal")]
    pub(crate) copy: bool,
    /// How long it stays in the clipboard
    #[arg(long, value_name = "TIME", default_value = "45s", requires = "copy")]
    #[arg(value_parser = duration)]
    copy_for: Duration,
}

/// A clipboard that is there, before anything is asked for.
pub(crate) struct Destination {
    clipboard: Clipboard,
    time: Duration,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    /// `desktop` or `terminal`.
    copied_to: &'static str,
    /// Until it is emptied, if it holds the same then.
    seconds: u64,
}

impl CopyOptions {
    /// Where it goes; `None` if it is printed.
    pub(crate) fn destination(&self, app: &App) -> Result<Option<Destination>, Failure> {
        if !self.copy {
            return Ok(None);
        }
        Ok(Some(Destination { clipboard: clipboard::find(app)?, time: self.copy_for }))
    }
}

impl Destination {
    /// Puts it there. What a terminal has is emptied when the person says so.
    pub(crate) fn put(&self, app: &App, secret: &Secret) -> Result<(), Failure> {
        let Self { clipboard, time } = *self;
        let text = clipboard::text(clipboard, secret)?;
        let copied_to = match clipboard {
            Clipboard::Desktop => {
                clipboard::hold(&text, time)?;
                app.ui.note(format!(
                    "copied to the clipboard, which is emptied in {} if it still holds this",
                    words(time)
                ));
                "desktop"
            }
            Clipboard::Terminal | Clipboard::Tmux => {
                terminal::lend(app, clipboard, &text, time)?;
                "terminal"
            }
        };
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: 1, copied_to, seconds: time.as_secs() });
        }
        Ok(())
    }
}
