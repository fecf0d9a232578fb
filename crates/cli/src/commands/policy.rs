//! `azvault policy`

pub(crate) mod check;
pub(crate) mod show;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Show(show::Args),
    Check(check::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Show(args) => args.run(app),
            Self::Check(args) => args.run(app),
        }
    }
}
