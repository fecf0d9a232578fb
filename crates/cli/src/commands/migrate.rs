//! `azvault migrate`

mod agreed;
pub(crate) mod clean;
pub(crate) mod forget;
pub(crate) mod guided;
pub(crate) mod list;
pub(crate) mod plan;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod verify;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Plan(plan::Args),
    Run(run::Args),
    Verify(verify::Args),
    Clean(clean::Args),
    Rollback(rollback::Args),
    #[command(alias = "ls")]
    List(list::Args),
    Show(show::Args),
    Forget(forget::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Plan(args) => args.run(app),
            Self::Run(args) => args.run(app),
            Self::Verify(args) => args.run(app),
            Self::Clean(args) => args.run(app),
            Self::Rollback(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Show(args) => args.run(app),
            Self::Forget(args) => args.run(app),
        }
    }
}

/// Move saved sign-ins into the vault, step by step
///
/// Without a verb: shows the plan, asks, imports in one transaction, compares every secret that was
/// read with its original, and says what is left to clean. Makes the vault if there is none.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    guided: guided::Args,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self.verb {
            None => self.guided.run(app),
            Some(verb) => verb.run(app),
        }
    }
}
