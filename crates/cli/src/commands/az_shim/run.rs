//! `azvault az-shim run`: what the shim starts. Its words and its answers are az's.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use azvault_os::process::become_command;
use azvault_service::failure::{Failure, Kind};
use azvault_service::{inherited, paths};
use clap::{Parser, Subcommand};

use super::account;
use crate::app::{App, Exit};

/// Answer as az; started by the shim
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the shim is, so that it does not find itself
    #[arg(long, value_name = "PATH")]
    shim: Option<PathBuf>,
    /// What az was called with
    #[arg(last = true)]
    words: Vec<OsString>,
}

#[derive(Parser)]
#[command(name = "az", no_binary_name = true, disable_help_flag = true)]
struct Az {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Subcommand)]
enum Verb {
    #[command(subcommand)]
    Account(Account),
    Version(Common),
}

#[derive(Subcommand)]
enum Account {
    GetAccessToken(account::GetAccessToken),
    Show(account::Show),
    List(account::List),
}

/// Options that az takes everywhere and that change nothing here.
#[derive(clap::Args)]
pub(super) struct Common {
    #[arg(short, long, default_value = "json", value_parser = ["json", "jsonc"])]
    output: String,
    #[arg(long)]
    only_show_errors: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        match Az::try_parse_from(&self.words) {
            Ok(az) => answer(app, az.command).map_err(as_az_says),
            Err(_) => self.hand_on(app),
        }
    }

    /// A real az behind the shim does what the shim does not know.
    fn hand_on(self, app: &App) -> Exit {
        let own = self.shim.as_deref().and_then(|shim| shim.canonicalize().ok());
        let is_other = |path: &PathBuf| {
            path.is_file() && path.canonicalize().ok() != own && !super::install::is_shim(path)
        };
        let Some(az) = paths::on_path("az").into_iter().find(is_other) else {
            let what = "this az is azvault's, and knows account get-access-token, show, list and \
                        version, with -o json";
            return Err(Failure::new(Kind::Usage, what).hint("install Azure CLI for the rest"));
        };
        let mut command = Command::new(&az);
        command.args(&self.words);
        let not_run = |e: std::io::Error| {
            Failure::new(
                Kind::ChildNotRun,
                format!("{}: {e}", azvault_service::text::shown_path(&az)),
            )
        };
        inherited::without_unlocking(app, &mut command).map_err(not_run)?;
        app.before.restore();
        Err(not_run(become_command(&mut command)))
    }
}

fn answer(app: &App, verb: Verb) -> Exit {
    match verb {
        Verb::Account(Account::GetAccessToken(args)) => args.run(app),
        Verb::Account(Account::Show(args)) => args.run(app),
        Verb::Account(Account::List(args)) => args.run(app),
        Verb::Version(_) => {
            app.ui.json(&account::Version::new());
            Ok(0)
        }
    }
}

/// az ends with 1. Where its error names `az login`, the SDKs show none of it, but that nobody is signed
/// in: which is said only where it is so. Else they show the error as it is.
fn as_az_says(failure: Failure) -> Failure {
    let next = failure.hint.unwrap_or_else(|| "azvault status".to_owned());
    let what = match failure.kind {
        Kind::SignInNeeded => format!("{}. In the place of 'az login': {next}", failure.what),
        _ => format!("{}. Next: {next}", failure.what),
    };
    Failure::new(Kind::Other, what)
}
