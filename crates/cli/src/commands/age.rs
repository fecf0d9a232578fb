//! `azvault age`: the process that runs age and its plugins. Not for people.

use azvault_service::age::process;

use crate::app::{App, Exit};

/// Encrypt or decrypt with age; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, _: &App) -> Exit {
        process::serve()?;
        Ok(0)
    }
}
