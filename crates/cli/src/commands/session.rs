//! `azvault session`

pub(crate) mod check;
pub(crate) mod end;
mod needed;
pub(crate) mod show;
pub(crate) mod start;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Start(start::Args),
    End(end::Args),
    Show(show::Args),
    #[command(hide = true)]
    Check(check::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Start(args) => args.run(app),
            Self::End(args) => args.run(app),
            Self::Show(args) => args.run(app),
            Self::Check(args) => args.run(app),
        }
    }
}
