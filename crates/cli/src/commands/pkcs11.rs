//! `azvault pkcs11`: the process that loads a PKCS#11 module. Not for people.

use azvault_service::pkcs11::process;

use crate::app::{App, Exit};

/// Load a PKCS#11 module; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, _: &App) -> Exit {
        process::serve()?;
        Ok(0)
    }
}
