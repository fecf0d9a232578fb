//! What the command line and the variables that stand for its options say.

mod one_verb;
mod words;

use std::ffi::OsString;

use azvault_service::failure::{Failure, Kind};
use azvault_service::paths::is_empty;
use clap::builder::Resettable;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::cli::Cli;
use crate::commands;
use crate::help;
use crate::options::output::AskedForm;

/// Variables that say which vault is meant. An empty one is a name that someone failed to fill in:
/// another vault would be opened in its place, or one that is not pinned.
const OF_VAULTS: [&str; 2] = ["AZVAULT_FILE", "AZVAULT_EXPECT_VAULT"];

/// The command line of this process, which ends here if it is none. Variables that are set and empty
/// count as unset: jobs set them so.
pub(crate) fn read() -> Cli {
    let line: Vec<OsString> = std::env::args_os().collect();
    let mut matches = by_one_verb(&line).unwrap_or_else(|| {
        let whole = without_empty_variables(help::tree()).try_get_matches_from(&line);
        whole.unwrap_or_else(|error| words::instead(error, &line).exit())
    });
    Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|e| e.format(&mut Cli::command()).exit())
}

/// What a line means, where the tree of one verb is enough to tell.
fn by_one_verb(line: &[OsString]) -> Option<ArgMatches> {
    without_empty_variables(one_verb::tree(line)?).try_get_matches_from(line).ok()
}

/// Refuses where an empty variable was to say which vault is meant, or an answer is asked for in a
/// form that it does not have. What ends everything does so first.
pub(crate) fn check(cli: &Cli) -> Result<(), Failure> {
    if matches!(cli.command, commands::Command::Panic(_)) {
        return Ok(());
    }
    if cli.global.output == AskedForm::Sarif && !matches!(cli.command, commands::Command::Scan(_)) {
        let what = "only scan answers in SARIF";
        return Err(Failure::new(Kind::Usage, what).hint("azvault scan -o sarif"));
    }
    if cli.global.output == AskedForm::Sarif && cli.global.query.is_some() {
        let what = "a query is not asked of SARIF";
        return Err(Failure::new(Kind::Usage, what).hint("azvault scan -o json --query QUERY"));
    }
    if let (Some(_), Some(plain)) = (&cli.global.query, cli.command.value_printed()) {
        let what = "a query is not asked of a document with a secret in it";
        return Err(Failure::new(Kind::Usage, what).hint(plain));
    }
    let is_given = [cli.global.vault.is_some(), cli.global.expect_vault.is_some()];
    let missing =
        OF_VAULTS.into_iter().zip(is_given).find(|(name, given)| !given && is_empty(name.as_ref()));
    match missing {
        None => Ok(()),
        Some((variable, _)) => {
            let what = format!("{variable} is set, and names no vault: it is empty");
            Err(Failure::new(Kind::Usage, what).hint(format!("unset {variable}")))
        }
    }
}

fn without_empty_variables(command: Command) -> Command {
    let named = command.get_arguments().filter(|argument| argument.get_env().is_some_and(is_empty));
    let ids: Vec<_> = named.map(|argument| argument.get_id().clone()).collect();
    ids.into_iter().fold(command, |command, id| {
        command.mut_arg(id, |argument| argument.env(Resettable::Reset::<clap::builder::OsStr>))
    })
}
