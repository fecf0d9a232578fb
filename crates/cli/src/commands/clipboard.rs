//! `azvault clipboard`: the process that holds a secret in the clipboard. Not for people.

use azvault_service::clipboard::holder;

use crate::app::{App, Exit};

/// Hold a secret in the clipboard for a while; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, _: &App) -> Exit {
        holder::serve()?;
        Ok(0)
    }
}
