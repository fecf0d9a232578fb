//! The real az behind the wrapper, and how it runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use azvault_model::ContextName;
use azvault_os::file::Facts;
use azvault_os::process::become_command;
use azvault_service::endpoint::{Start, is_around};
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::shown_path;
use azvault_service::verbs::{AzAccounts, WhichAccounts};
use azvault_service::{inherited, paths};

use super::account::answered;
use super::line;
use super::wrapper::is_wrapper;
use crate::app::{App, Exit};
use crate::commands::exec;

/// Upper bound on wrappers that start each other. A program az of one's own that calls `az` would go round
/// for ever.
const MAX_DEPTH: usize = 8;

/// The first az of the PATH that is no wrapper.
pub(super) fn az(wrapper: Option<&Path>) -> Option<PathBuf> {
    let own = wrapper.and_then(|path| path.canonicalize().ok());
    let is_real = |path: &PathBuf| {
        let runs = Facts::followed(path).is_ok_and(|facts| facts.is_program());
        runs && path.canonicalize().ok() != own && !is_wrapper(path)
    };
    paths::on_path("az").into_iter().find(is_real)
}

/// What a line needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// An account: it runs in `exec`.
    Account,
    /// No account. What it changes is az's own configuration, which `exec` would take away with its
    /// folder: settings, extensions, programs.
    Configuration,
}

/// Commands of az that ask no service of Azure, or the catalogue of extensions alone.
const OF_CONFIGURATION: [&str; 10] = [
    "bicep",
    "cache",
    "cloud",
    "config",
    "configure",
    "extension",
    "feedback",
    "find",
    "upgrade",
    "version",
];

impl Needs {
    fn of(words: &[OsString]) -> Self {
        let read = line::read(words);
        let words: Vec<&str> = read.iter().filter_map(|word| word.to_str()).collect();
        let asks_for_help = words.iter().any(|word| matches!(*word, "--help" | "-h"));
        match words.first() {
            None => Self::Configuration,
            Some(first) if first.starts_with('-') || OF_CONFIGURATION.contains(first) => {
                Self::Configuration
            }
            Some(_) if asks_for_help => Self::Configuration,
            Some(_) => Self::Account,
        }
    }
}

/// Has the real az do what the wrapper does not: signed in by the vault, unless it is already.
pub(super) fn run(app: &App, az: &Path, words: &[OsString]) -> Exit {
    let depth = paths::az_shim_depth();
    if depth >= MAX_DEPTH {
        let what = format!("{} starts this az again, which starts it", shown_path(az));
        return Err(Failure::new(Kind::Other, what).hint("take one of them off the PATH"));
    }
    let mut command = Command::new(az);
    command.args(words).env(paths::AZ_SHIM_DEPTH, (depth + 1).to_string());
    if is_around() || Needs::of(words) == Needs::Configuration {
        let not_run =
            |e: std::io::Error| Failure::new(Kind::ChildNotRun, format!("{}: {e}", shown_path(az)));
        inherited::without_unlocking(app, &mut command).map_err(not_run)?;
        app.before.restore();
        return Err(not_run(become_command(&mut command)));
    }
    let quiet = app.without_questions();
    let name = named(&quiet, words)?;
    let begun = exec::begin(&quiet, name, Start::Command, &exec::Options::default())?;
    exec::become_session(app, begun, command)
}

/// The context of the subscription that the line names; the active one if it names none.
fn named(app: &App, words: &[OsString]) -> Result<Option<ContextName>, Failure> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let typed = words.iter().enumerate().find_map(|(at, word)| {
        // az takes the beginning of an option for it; `--sub` may be another one's.
        let (option, value) = word.split_once('=').unzip();
        let option = option.unwrap_or(word);
        let is_it = option.starts_with("--subs") && "--subscription".starts_with(option);
        value.or_else(|| words.get(at + 1).copied()).filter(|_| is_it)
    });
    let Some(typed) = typed else { return Ok(None) };
    let which = WhichAccounts::OfSubscription(typed.to_owned());
    let reply = answered(app, AzAccounts { which })?;
    Ok(reply.contexts.first().map(|context| context.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::Needs;

    #[test]
    fn only_what_asks_azure_needs_an_account() {
        for (line, needs) in [
            ("group list", Needs::Account),
            ("vm list -o table", Needs::Account),
            ("account list-locations", Needs::Account),
            ("rest --url x", Needs::Account),
            ("Group LIST", Needs::Account),
            ("Extension add --name x", Needs::Configuration),
            ("config set core.output=table", Needs::Configuration),
            ("--version", Needs::Configuration),
            ("group --help", Needs::Configuration),
            ("group list -h", Needs::Configuration),
            ("", Needs::Configuration),
        ] {
            let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
            assert!(Needs::of(&words) == needs, "{line}");
        }
    }
}
