//! `azvault subscription`

pub(crate) mod list;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    #[command(alias = "ls")]
    List(list::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::List(args) => args.run(app),
        }
    }
}
