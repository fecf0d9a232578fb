//! `azvault migrate`

pub(crate) mod clean;
pub(crate) mod forget;
pub(crate) mod guided;
pub(crate) mod list;
pub(crate) mod plan;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod verify;

use std::path::PathBuf;

use crate::app::{App, Exit};
use crate::options::name::name;

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Plan(plan::Args),
    Run(run::Args),
    Verify(verify::Args),
    Clean(clean::Args),
    Rollback(rollback::Args),
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

/// What to read, and which default to take.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Wanted {
    /// Read these files or folders (a home, a configuration folder) instead of the usual places
    #[arg(long, value_name = "PATH")]
    pub(crate) from: Vec<PathBuf>,
    /// Make this context the default, whatever the files say
    #[arg(long, value_name = "NAME")]
    #[arg(value_parser = name)]
    pub(crate) default: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self.verb {
            None => self.guided.run(app),
            Some(verb) => verb.run(app),
        }
    }
}
