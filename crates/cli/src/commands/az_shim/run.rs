//! `azvault az-shim run`: what the wrapper starts. Its words and its answers are az's.

use std::ffi::OsString;
use std::path::PathBuf;

use azvault_service::endpoint::is_around;
use azvault_service::failure::{Failure, Kind};
use azvault_service::keep_names;
use clap::Parser;
use clap::error::ErrorKind;

use super::account::say_version;
use super::line::{self, Account, Line, Verb, Whose};
use super::real;
use crate::app::{App, Exit};

/// Answer as az; started by the wrapper
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the wrapper is, so that it does not find itself
    #[arg(long, value_name = "PATH")]
    shim: Option<PathBuf>,
    /// What az was called with
    #[arg(last = true)]
    words: Vec<OsString>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let read = line::read(&self.words);
        let words: Vec<&str> = read.iter().filter_map(|word| word.to_str()).collect();
        let real = || real::az(self.shim.as_deref());
        match Line::try_parse_from(&read) {
            // Its own version is what programs ask a real az for.
            Ok(Line { verb: Verb::Version(version) }) => match real() {
                Some(az) => real::run(app, &az, &self.words).map_err(as_az_says),
                None => version.run(app),
            },
            Ok(line) => {
                let is_read = line.verb.only_reads();
                match answer(app, line.verb) {
                    Err(failure) if is_read && has_endpoint_alone(&failure) => match real() {
                        Some(az) => real::run(app, &az, &self.words),
                        None => Err(failure),
                    },
                    done => done,
                }
                .map_err(as_az_says)
            }
            Err(error) if Whose::of(&words) == Whose::Ours => Err(not_understood(&error)),
            Err(error) => match real() {
                Some(az) => real::run(app, &az, &self.words).map_err(as_az_says),
                None => self.alone(app, &error),
            },
        }
    }

    /// No real az is there.
    fn alone(&self, app: &App, error: &clap::Error) -> Exit {
        if matches!(&*self.words, [word] if word == "--version" || word == "-v") {
            say_version(app);
            return Ok(0);
        }
        if error.kind() != ErrorKind::InvalidSubcommand && self.words.len() > 1 {
            return Err(not_understood(error));
        }
        let what = "this az is azvault's: it knows account show, list, set, clear and \
                    get-access-token, login, logout and version";
        Err(Failure::new(Kind::Usage, what).hint("install Azure CLI for the rest"))
    }
}

fn answer(app: &App, verb: Verb) -> Exit {
    match verb {
        Verb::Account(Account::GetAccessToken(args)) => args.run(app),
        Verb::Account(Account::Show(args)) => args.run(app),
        Verb::Account(Account::List(args)) => args.run(app),
        Verb::Account(Account::Set(args)) => followed(app, args.run(app)),
        Verb::Account(Account::Clear(args)) => followed(app, args.run(app)),
        Verb::Login(args) => followed(app, args.run(app)),
        Verb::Logout(args) => followed(app, args.run(app)),
        Verb::Version(args) => args.run(app),
    }
}

/// A line of az that is none, with az's exit code for those, 2.
fn not_understood(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let first = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let what = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    Failure::new(Kind::Usage, what).hint("azvault az-shim --help")
}

/// az ends with 1. Where its error names `az login`, the SDKs show none of it, but that nobody is signed
/// in: which is said only where it is so. Else they show the error as it is.
fn as_az_says(failure: Failure) -> Failure {
    if matches!(failure.kind, Kind::ChildNotRun | Kind::ChildNotFound) {
        return failure;
    }
    let next = failure.hint.unwrap_or_else(|| "azvault status".to_owned());
    let what = match failure.kind {
        Kind::SignInNeeded => format!("{}. In the place of 'az login': {next}", failure.what),
        _ => format!("{}. Next: {next}", failure.what),
    };
    Failure::new(Kind::Other, what)
}

/// Whether nobody but the endpoint around this process may have keys, as in `exec --no-agent`: az asks that, by
/// the folder that it has there. One that has none says so at once.
fn has_endpoint_alone(failure: &Failure) -> bool {
    let is_locked = matches!(failure.kind, Kind::Locked | Kind::NeedsTerminal);
    is_locked && is_around()
}

/// The line was one of contexts: files of names say so too.
fn followed(app: &App, done: Exit) -> Exit {
    keep_names::follow(app);
    done
}
