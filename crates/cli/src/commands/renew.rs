//! `azvault renew`: the process that asks the sign-in service for a token. Not for people.

use azvault_service::tokens::renewer;

use crate::app::{App, Exit};

/// Ask the sign-in service for a token; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        renewer::serve(app)?;
        Ok(0)
    }
}
