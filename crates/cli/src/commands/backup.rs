//! `azvault backup`

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod restore;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Create(create::Args),
    Restore(restore::Args),
    #[command(alias = "ls")]
    List(list::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Create(args) => args.run(app),
            Self::Restore(args) => args.run(app),
            Self::List(args) => args.run(app),
        }
    }
}
