//! What a member signs in with at the database of the team.

use std::path::PathBuf;

use azvault_model::Secret;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::unlock_inputs;

/// Where the password comes from. It is sealed in the vault.
pub struct DatabasePassword {
    /// A file whose first line it is.
    pub file: Option<PathBuf>,
    /// A descriptor whose first line it is.
    pub fd: Option<i32>,
}

impl DatabasePassword {
    /// What was given, else what a person types.
    pub fn ask(&self, app: &App) -> Result<Secret, Failure> {
        match (self.fd, &self.file) {
            (Some(number), _) => return unlock_inputs::read_descriptor(number),
            (None, Some(file)) => return unlock_inputs::read_passphrase_file(file),
            (None, None) => {}
        }
        let Some(mut terminal) = app.terminal() else {
            let what =
                "the password for the database is needed and there is no terminal to prompt on";
            return Err(Failure::new(Kind::NeedsTerminal, what).hint("add --password-file FILE"));
        };
        terminal.ask_passphrase("Password for the database: ")
    }
}
