//! Whether a command line needs a session, as `shell-init` asks before it starts one.

use std::ffi::OsString;

use azvault_model::Scope;
use azvault_service::paths;
use clap::{ArgMatches, Command};

use crate::options::change::ScopeOption;

/// Whether a change of process scope may come of it: `use`, and verbs with `--scope` that are not
/// told to change the vault. A line that is none of azvault's needs nothing.
pub(super) fn is_needed_by(tree: Command, words: &[OsString]) -> bool {
    let name = OsString::from("azvault");
    let line = std::iter::once(&name).chain(words);
    let Ok(matches) = tree.try_get_matches_from(line) else { return false };
    let mut verb = ("azvault", &matches);
    while let Some(next) = verb.1.subcommand() {
        verb = next;
    }
    let (verb, options) = verb;
    verb == "use" || ScopeOption::of(options).is_some_and(|asked| keeps(asked, options))
}

/// A change under a given context has process scope, whatever `--scope` says.
fn keeps(asked: Option<Scope>, options: &ArgMatches) -> bool {
    let is_given = options.contains_id("context") && options.get_one::<String>("context").is_some();
    asked != Some(Scope::User) || is_given || paths::context().is_ok_and(|name| name.is_some())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory;

    use super::is_needed_by;

    #[test]
    fn only_what_may_change_a_session_needs_one() {
        for (line, needed) in [
            ("use ci", true),
            ("use", true),
            ("use -", true),
            ("-q use ci", true),
            ("-o json use ci", true),
            ("--output=json use ci", true),
            ("--vault use use ci", true),
            ("use ci -o json", true),
            ("context select ci", true),
            ("context select ci --scope process", true),
            ("context select ci --scope user", false),
            ("context select ci --scope CurrentUser", false),
            ("context set new --scope user --context ci", true),
            ("--context ci context set new --scope user", true),
            ("context remove ci --yes", true),
            ("context clear --yes", true),
            ("context import file", true),
            ("autosave disable", true),
            ("autosave disable --scope user", false),
            ("disconnect", true),
            ("connect --scope process", true),
            ("connect", true),
            ("connect --scope user", false),
            ("context list", false),
            ("context show use", false),
            ("context save use", false),
            ("exec use -- azvault use ci", false),
            ("exec -- use", false),
            ("shell use", false),
            ("token --resource use", false),
            ("session start", false),
            ("session end", false),
            ("session show", false),
            ("status", false),
            ("prompt", false),
            ("az-shim run -- account get-access-token --scope use", false),
            ("use --help", false),
            ("help use", false),
            ("use ci more", false),
            ("no-such-verb use", false),
            ("", false),
        ] {
            let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(is_needed_by(crate::cli::Cli::command(), &words), needed, "{line}");
        }
    }
}
