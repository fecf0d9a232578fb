//! `azvault audit`

pub(crate) mod log;
pub(crate) mod verify;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Log(log::Args),
    Verify(verify::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Log(args) => args.run(app),
            Self::Verify(args) => args.run(app),
        }
    }
}
