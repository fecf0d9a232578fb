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

use crate::app::App;
use crate::arguments::name;
use crate::cli::Migrate;

/// Move saved sign-ins into the vault, step by step
///
/// Without a verb: shows the plan, asks, imports in one transaction, compares every secret that was
/// read with its original, and says what is left to clean. Makes the vault if there is none.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Migrate>,
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
    pub(crate) fn run(self, app: &App) -> super::Ended {
        match self.verb {
            None => self.guided.run(app),
            Some(Migrate::Plan(args)) => args.run(app),
            Some(Migrate::Run(args)) => args.run(app),
            Some(Migrate::Verify(args)) => args.run(app),
            Some(Migrate::Clean(args)) => args.run(app),
            Some(Migrate::Rollback(args)) => args.run(app),
            Some(Migrate::List(args)) => args.run(app),
            Some(Migrate::Show(args)) => args.run(app),
            Some(Migrate::Forget(args)) => args.run(app),
        }
    }
}
