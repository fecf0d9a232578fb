//! `azvault az-shim`: az, for machines without Azure CLI.

mod account;
pub(crate) mod install;
pub(crate) mod run;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Install(install::Args),
    #[command(hide = true)]
    Run(run::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Install(args) => args.run(app),
            Self::Run(args) => args.run(app),
        }
    }
}
