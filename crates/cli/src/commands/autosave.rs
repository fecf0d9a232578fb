//! `azvault autosave`

pub(crate) mod disable;
pub(crate) mod enable;
mod mode;
pub(crate) mod show;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Show(show::Args),
    Enable(enable::Args),
    Disable(disable::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Show(args) => args.run(app),
            Self::Enable(args) => args.run(app),
            Self::Disable(args) => args.run(app),
        }
    }
}
