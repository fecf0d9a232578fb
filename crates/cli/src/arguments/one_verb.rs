//! The command line as a tree of one verb. The whole tree has some three hundred options, and to
//! build, check and free it costs more than what a prompt or a token then asks.
//!
//! A line that the small tree takes means the same to the whole. Any other line is read by the
//! whole tree: errors, suggestions and help come from there alone.

#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{Args, Command};

use crate::commands::{
    age, agent, az_shim, carry, clipboard, context, exec, pkcs11, prompt, renew, secret,
    serve_endpoint, status, token, r#use,
};
use crate::options::Global;

/// Adds the options of a verb to its command.
type Options = fn(Command) -> Command;

/// Verbs that shells, tools and azvault itself run all day.
const VERBS: [(&[&str], Options); 18] = [
    (&["az-shim", "run"], az_shim::run::Args::augment_args),
    (&["prompt"], prompt::Args::augment_args),
    (&["token"], token::Args::augment_args),
    (&["exec"], exec::Args::augment_args),
    (&["use"], r#use::Args::augment_args),
    (&["status"], status::Args::augment_args),
    (&["context", "show"], context::show::Args::augment_args),
    (&["context", "list"], context::list::Args::augment_args),
    (&["context", "select"], context::select::Args::augment_args),
    (&["secret", "show"], secret::show::Args::augment_args),
    (&["secret", "list"], secret::list::Args::augment_args),
    (&["agent"], agent::Args::augment_args),
    (&["renew"], renew::Args::augment_args),
    (&["carry"], carry::Args::augment_args),
    (&["age"], age::Args::augment_args),
    (&["clipboard"], clipboard::Args::augment_args),
    (&["pkcs11"], pkcs11::Args::augment_args),
    (&["door"], serve_endpoint::Args::augment_args),
];

/// The tree of the verb that the words of a line seem to name, the program's name first.
pub(super) fn tree(line: &[OsString]) -> Option<Command> {
    let words = line.get(1..)?;
    let verb =
        words.iter().find_map(|word| VERBS.iter().find(|(path, _)| named(path, word, words)));
    let (path, options) = verb?;
    let root = Global::augment_args(Command::new("azvault"));
    Some(below(root, path, *options))
}

/// Whether a verb begins with this word, and the rest of it stands among the words as well.
fn named(path: &[&str], word: &OsString, words: &[OsString]) -> bool {
    let is_among = |part: &&str| words.iter().any(|word| word == part);
    path.split_first().is_some_and(|(first, rest)| word == first && rest.iter().all(is_among))
}

fn below(command: Command, path: &[&'static str], options: Options) -> Command {
    match path.split_first() {
        None => options(command),
        Some((first, rest)) => {
            let verb = below(Command::new(*first), rest, options);
            command.subcommand_required(true).subcommand(verb)
        }
    }
}
