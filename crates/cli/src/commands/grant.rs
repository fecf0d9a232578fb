//! `azvault grant`

pub(crate) mod list;
pub(crate) mod revoke;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    List(list::Args),
    Revoke(revoke::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::List(args) => args.run(app),
            Self::Revoke(args) => args.run(app),
        }
    }
}
