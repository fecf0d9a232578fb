//! `azvault carry`: the process that holds the connection to a team's database. Not for people.

use azvault_service::team::carrier;

use crate::app::{App, Exit};

/// Carry the sealed records of a team; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        carrier::serve(app)?;
        Ok(0)
    }
}
