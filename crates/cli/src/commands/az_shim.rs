//! `azvault az-shim`: az, as the vault signs it in. `wrapper.rs` is the program `az` that it installs.

mod account;
mod form;
pub(crate) mod install;
mod line;
mod offer;
mod query;
mod real;
pub(crate) mod remove;
pub(crate) mod run;
mod sign_in;
mod token;
mod wrapper;

use crate::app::{App, Exit};

pub(crate) use self::offer::offer;

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Install(install::Args),
    Remove(remove::Args),
    #[command(hide = true)]
    Run(run::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Install(args) => args.run(app),
            Self::Remove(args) => args.run(app),
            Self::Run(args) => args.run(app),
        }
    }
}
