//! A passphrase for a slot that is new, or that gets another one.

use std::path::PathBuf;

use azvault_model::Secret;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::{creation, given, strength};

/// Where it comes from when nobody is to type it. The options for what opens the vault now are
/// others.
#[derive(clap::Args)]
pub(crate) struct NewPassphrase {
    /// Read the new passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
    /// Read the new passphrase from the first line of this descriptor
    #[arg(long, value_name = "N", conflicts_with = "new_passphrase_file")]
    new_passphrase_fd: Option<i32>,
}

impl NewPassphrase {
    /// The one that was given.
    pub(crate) fn given(&self, app: &App) -> Result<Option<Secret>, Failure> {
        let given = match (self.new_passphrase_fd, &self.new_passphrase_file) {
            (Some(number), _) => given::read_descriptor(number)?,
            (None, Some(file)) => given::read_passphrase_file(file)?,
            (None, None) => return Ok(None),
        };
        strength::checked(app, given).map(Some)
    }

    /// The one that was given, else typed twice, or generated.
    pub(crate) fn ask(&self, app: &App) -> Result<Secret, Failure> {
        if let Some(given) = self.given(app)? {
            return Ok(given);
        }
        let Some(mut terminal) = app.terminal() else {
            let what = "a new passphrase is needed and nobody can be asked";
            return Err(Failure::new(Code::NeedsTerminal, what)
                .hint("name a file: --new-passphrase-file FILE"));
        };
        app.ui.note("The new passphrase: 4 random words will do.");
        creation::ask_new_passphrase(app, &mut terminal)
    }
}
