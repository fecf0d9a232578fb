//! A passphrase for a slot that is new, or that gets another one.

use std::path::PathBuf;

use azvault_model::Secret;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::{create_vault, strength, unlock_inputs};

/// Where it comes from when nobody is to type it. The options for what opens the vault now are
/// others.
#[derive(Default)]
pub struct NewPassphrase {
    /// A file whose first line it is.
    pub file: Option<PathBuf>,
    /// A descriptor whose first line it is.
    pub fd: Option<i32>,
}

impl NewPassphrase {
    /// The one that was given.
    pub fn given(&self, app: &App) -> Result<Option<Secret>, Failure> {
        let given = match (self.fd, &self.file) {
            (Some(number), _) => unlock_inputs::read_descriptor(number)?,
            (None, Some(file)) => unlock_inputs::read_passphrase_file(file)?,
            (None, None) => return Ok(None),
        };
        strength::checked(app, given).map(Some)
    }

    /// The one that was given, else typed twice, or generated.
    pub fn ask(&self, app: &App) -> Result<Secret, Failure> {
        if let Some(given) = self.given(app)? {
            return Ok(given);
        }
        let Some(mut terminal) = app.terminal() else {
            let what = "a new passphrase is needed and there is no terminal to prompt on";
            return Err(Failure::new(Kind::NeedsTerminal, what)
                .hint("name a file: --new-passphrase-file FILE"));
        };
        app.console.note("The new passphrase: 4 random words will do.");
        create_vault::ask_new_passphrase(app, &mut *terminal)
    }
}
