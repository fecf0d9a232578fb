//! What stands behind which option: names of this vault, while it is unlocked. Nobody is asked anything,
//! and where there is nothing to offer there are no file names either.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use azvault_os::process::harden;
use azvault_service::ask::{UnaskedReply, ask_unasked};
use azvault_service::paths;
use azvault_service::time::utc;
use azvault_service::verbs::{
    Detail, ListContexts, ListMigrations, ListSecrets, ListedContext, Verb,
};
use azvault_signin::resource::short_names;
use clap::{Args as _, Command, FromArgMatches};
use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};

use crate::app::App;
use crate::options::Global;

/// What an option takes.
#[derive(Clone, Copy)]
enum Kind {
    Contexts,
    Accounts,
    Secrets,
    Migrations,
    Resources,
    Commands,
}

/// Each option that takes a name: the words of its command, and its id.
const OPTIONS: [(&[&str], &str, Kind); 24] = [
    (&[], "context", Kind::Contexts),
    (&["use"], "name", Kind::Contexts),
    (&["open"], "name", Kind::Contexts),
    (&["exec"], "name", Kind::Contexts),
    (&["shell"], "name", Kind::Contexts),
    (&["endpoint"], "names", Kind::Contexts),
    (&["context", "show"], "name", Kind::Contexts),
    (&["context", "select"], "name", Kind::Contexts),
    (&["context", "rename"], "old", Kind::Contexts),
    (&["context", "remove"], "names", Kind::Contexts),
    (&["disconnect"], "context_name", Kind::Contexts),
    (&["disconnect"], "account", Kind::Accounts),
    (&["connect"], "account", Kind::Accounts),
    (&["harden"], "application", Kind::Accounts),
    (&["harden"], "rights_of", Kind::Contexts),
    (&["secret", "show"], "id", Kind::Secrets),
    (&["audit", "log"], "subject", Kind::Secrets),
    (&["migrate", "show"], "id", Kind::Migrations),
    (&["migrate", "verify"], "id", Kind::Migrations),
    (&["migrate", "clean"], "id", Kind::Migrations),
    (&["migrate", "rollback"], "id", Kind::Migrations),
    (&["migrate", "forget"], "id", Kind::Migrations),
    (&["token"], "resource", Kind::Resources),
    (&["exec"], "command", Kind::Commands),
];

/// The tree of all commands, with what completes their options.
pub(super) fn completed(tree: Command) -> Command {
    OPTIONS.iter().fold(tree, |tree, (words, id, kind)| below(tree, words, id, *kind))
}

fn below(command: Command, words: &[&str], id: &'static str, kind: Kind) -> Command {
    match words.split_first() {
        None => command.mut_arg(id, |option| option.add(ArgValueCompleter::new(kind))),
        Some((word, rest)) => command.mut_subcommand(word, |verb| below(verb, rest, id, kind)),
    }
}

impl ValueCompleter for Kind {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        self.complete_at(0, current)
    }

    fn complete_at(&self, index: usize, current: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = current.to_str() else { return Vec::new() };
        let named = match self {
            Self::Contexts => contexts(),
            Self::Accounts => accounts(),
            Self::Secrets => secrets(),
            Self::Migrations => migrations(),
            Self::Resources => {
                short_names().map(|(name, what)| (name.to_owned(), what.to_owned())).collect()
            }
            // Behind the command stands what the command takes.
            Self::Commands if index > 0 || typed.contains('/') => {
                return PathCompleter::any().complete(current);
            }
            Self::Commands => commands(),
        };
        let typed = typed.to_lowercase();
        let fits = |name: &str| name.to_lowercase().starts_with(&typed);
        let fitting = named.into_iter().filter(|(name, _)| fits(name));
        fitting
            .map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into())))
            .collect()
    }
}

/// The application of the line that is typed, in which nobody is asked and nothing is said.
fn app() -> Option<App> {
    let options = Global::augment_args(Command::new("azvault"));
    let mut line = vec!["azvault".to_owned()];
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().rposition(|word| word == "--vault") {
        line.extend(words.get(at..at + 2)?.iter().cloned());
    }
    let matches = options.try_get_matches_from(line).ok()?;
    let global = Global::from_arg_matches(&matches).ok()?;
    let global = Global { no_input: true, quiet: true, ..global };
    Some(App::new(global, harden(), || Command::new("azvault")))
}

fn asked<V: Verb>(verb: V) -> Option<V::Reply> {
    let app = app()?;
    match ask_unasked(&app, verb).ok()? {
        UnaskedReply::Reply(reply) => Some(reply),
        UnaskedReply::Locked(_) => None,
    }
}

fn listed() -> Vec<ListedContext> {
    asked(ListContexts {}).map(|listed| listed.contexts).unwrap_or_default()
}

fn contexts() -> Vec<(String, String)> {
    let about = |listed: &ListedContext| {
        let context = &listed.context;
        let account = context.account.as_ref().map(|own| own.id.to_string());
        let subscription = context.subscription.as_ref();
        let subscription = subscription.and_then(|own| own.name.as_ref()).map(ToString::to_string);
        [account, subscription].into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let named = |listed: ListedContext| (listed.context.name.as_str().to_owned(), about(&listed));
    listed().into_iter().map(named).collect()
}

fn accounts() -> Vec<(String, String)> {
    let account = |listed: ListedContext| {
        let account = listed.context.account?;
        Some((account.id.to_string(), account.account_type.as_str().to_owned()))
    };
    let accounts: BTreeSet<_> = listed().into_iter().filter_map(account).collect();
    accounts.into_iter().collect()
}

fn secrets() -> Vec<(String, String)> {
    let listed = asked(ListSecrets { detail: Detail::Facts });
    let secrets = listed.map(|listed| listed.secrets).unwrap_or_default();
    let about = |secret: &azvault_service::verbs::ListedSecret| {
        let facts = &secret.description;
        format!("{} of {}", facts.kind.as_str(), facts.account.as_deref().unwrap_or("-"))
    };
    secrets.iter().map(|secret| (secret.location.id().to_string(), about(secret))).collect()
}

fn migrations() -> Vec<(String, String)> {
    let listed = asked(ListMigrations {});
    let migrations = listed.map(|listed| listed.migrations).unwrap_or_default();
    migrations.iter().map(|one| (one.id.to_string(), utc(one.created))).collect()
}

/// Programs in the folders of PATH.
fn commands() -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in paths::program_folders().iter().filter_map(|path| path.read_dir().ok()).flatten() {
        let Ok(entry) = entry else { continue };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if let (false, Ok(name)) = (is_folder, entry.file_name().into_string()) {
            found.insert(name);
        }
    }
    found.into_iter().map(|name| (name, String::new())).collect()
}
