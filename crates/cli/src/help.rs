//! The help around what clap makes of the options: commands in groups, global options on the first page
//! alone, and examples.

use std::fmt::Write as _;

use clap::builder::{StyledStr, Styles};
use clap::{Args as _, Command, CommandFactory};

use crate::cli::Cli;
use crate::options::Global;

/// What each group of commands is for.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Move in", &["scan", "migrate"]),
    (
        "Sign in, and use contexts",
        &[
            "connect",
            "disconnect",
            "context",
            "subscription",
            "team",
            "use",
            "open",
            "autosave",
            "session",
        ],
    ),
    (
        "Hand tokens to programs",
        &["exec", "shell", "endpoint", "grant", "token", "az-shim", "keep-names"],
    ),
    ("The vault", &["init", "unlock", "lock", "status", "key", "secret", "backup", "verify"]),
    ("Watch over it", &["harden", "panic", "doctor", "audit", "policy"]),
    ("Shells and pages", &["prompt", "shell-init", "completions", "man"]),
];

/// What is typed, by command.
const EXAMPLES: [(&str, &[&str]); 38] = [
    ("scan", &["azvault scan", "azvault scan ~/work", "azvault scan -o sarif > azvault.sarif"]),
    ("migrate", &["azvault migrate", "azvault migrate plan", "azvault migrate run --yes"]),
    ("migrate run", &["azvault migrate run", "azvault migrate run --yes --from ~/old-home/.Azure"]),
    ("migrate clean", &["azvault migrate clean --dry-run", "azvault migrate clean"]),
    ("migrate rollback", &["azvault migrate rollback", "azvault migrate rollback 134d1f30"]),
    (
        "connect",
        &[
            "azvault connect",
            "azvault connect --device-code --tenant contoso.example",
            "azvault connect --service-principal --application ID --tenant ID --secret-file FILE",
            "azvault connect --identity",
        ],
    ),
    (
        "disconnect",
        &[
            "azvault disconnect",
            "azvault disconnect --account ada@contoso.example",
            "azvault disconnect --all --dry-run",
        ],
    ),
    (
        "context list",
        &[
            "azvault context list",
            "azvault context list --query \"contexts[?sign_in.state=='needed'].name\" -o tsv",
        ],
    ),
    ("context select", &["azvault context select", "azvault context select prod --scope user"]),
    (
        "context set",
        &[
            "azvault context set --subscription 'Contoso Prod'",
            "azvault context set prod --tenant contoso.example --subscription ID",
        ],
    ),
    ("context mark", &["azvault context mark prod --production"]),
    ("context rename", &["azvault context rename 'Contoso Prod' prod"]),
    ("context remove", &["azvault context remove prod", "azvault context remove dev test --yes"]),
    ("context save", &["azvault context save contexts.azvault"]),
    ("context import", &["azvault context import contexts.azvault"]),
    (
        "context share",
        &["azvault context share prod", "azvault context share prod test --team payments"],
    ),
    ("context unshare", &["azvault context unshare prod"]),
    (
        "team create",
        &["azvault team create payments --database postgresql://ada@db.contoso.example/teams"],
    ),
    ("team invite", &["azvault team invite", "azvault team invite --role reader --expires 2"]),
    ("team join", &["azvault team join --database-user bob"]),
    ("team confirm", &["azvault team confirm azvault-team-request-v1:…"]),
    ("team remove", &["azvault team remove bob"]),
    ("team schema", &["azvault team schema | psql --dbname teams"]),
    ("subscription list", &["azvault subscription list", "azvault subscription list --refresh"]),
    ("open", &["azvault open", "azvault open prod", "azvault open --print"]),
    ("use", &["azvault use", "azvault use prod", "azvault use -"]),
    (
        "exec",
        &[
            "azvault exec prod -- az group list",
            "azvault exec -- terraform plan",
            "azvault exec ci --env-principal -- terraform plan",
        ],
    ),
    ("shell", &["azvault shell prod"]),
    (
        "endpoint",
        &[
            "eval \"$(azvault endpoint --for-process $$ prod ci)\"",
            "azvault endpoint --for-process $$ --all -o json | jq .contexts",
        ],
    ),
    (
        "keep-names",
        &["azvault keep-names azure-powershell", "azvault keep-names azure-cli --remove"],
    ),
    (
        "token",
        &[
            "azvault token | curl -H @- https://management.azure.com/subscriptions?api-version=2022-12-01",
            "azvault token --resource graph --reveal",
            "azvault token -o json",
        ],
    ),
    (
        "secret list",
        &[
            "azvault secret list",
            "azvault secret list --wide",
            "azvault secret list --query \"secrets[?kind=='client_secret'].[id, account]\" -o tsv",
        ],
    ),
    ("secret show", &["azvault secret show 0c88ce9e", "azvault secret show 0c88ce9e --reveal"]),
    (
        "harden",
        &[
            "azvault harden",
            "azvault harden ID --key 'pkcs11:token=hsm;object=ci' --pkcs11-module PATH --dry-run",
            "azvault harden -o json | jq -r '.credentials[] | select(.step != \"done\").account'",
        ],
    ),
    ("unlock", &["azvault unlock", "azvault unlock --for 1h"]),
    ("key add", &["azvault key add recovery", "azvault key add keyring"]),
    ("backup create", &["azvault backup create", "azvault backup create /mnt/usb/vault.db"]),
    (
        "audit log",
        &["azvault audit log --since 7d", "azvault audit log --verb 'secret reveal' -o json"],
    ),
];

/// The tree of all commands, with its help.
pub(crate) fn tree() -> Command {
    let tree = Cli::command();
    let groups = grouped(&tree);
    let last = tree.get_after_help().cloned().unwrap_or_default();
    let mut after = groups;
    let _ = write!(after, "{}{}\n{}", heading("Global options"), global_options(), last.ansi());
    let tree = tree
        .help_template("{about-with-newline}\n{usage-heading} {usage}{after-help}")
        .after_help(StyledStr::from(after));
    // They are the same everywhere, and stand on the first page.
    let ids: Vec<_> = Global::augment_args(Command::new("azvault"))
        .get_arguments()
        .map(|option| option.get_id().clone())
        .collect();
    let tree = ids.into_iter().fold(tree, |tree, id| {
        tree.mut_arg(id, |option| option.hide_short_help(true).hide_long_help(true))
    });
    EXAMPLES.iter().fold(tree, |tree, (words, lines)| {
        let words: Vec<&str> = words.split(' ').collect();
        below(tree, &words, &examples(lines))
    })
}

fn below(command: Command, words: &[&str], text: &str) -> Command {
    match words.split_first() {
        None => {
            let rest = command.get_after_long_help().map(|rest| format!("{text}\n{}", rest.ansi()));
            let command = command.after_help(StyledStr::from(text.to_owned()));
            match rest {
                Some(rest) => command.after_long_help(StyledStr::from(rest)),
                None => command,
            }
        }
        Some((word, rest)) => command.mut_subcommand(word, |verb| below(verb, rest, text)),
    }
}

fn heading(text: &str) -> String {
    let style = *Styles::styled().get_header();
    format!("{style}{text}:{style:#}\n")
}

fn examples(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{}{lines}\nOptions of every command: azvault --help", heading("Examples"))
}

/// The commands, by what they are for.
fn grouped(tree: &Command) -> String {
    let mut text = String::new();
    for (title, words) in GROUPS {
        text.push_str(&heading(title));
        for word in words {
            let verb = tree.find_subcommand(word);
            let about = verb.and_then(Command::get_about).map(|about| about.to_string());
            let about = about.unwrap_or_default();
            let literal = *Styles::styled().get_literal();
            let _ = writeln!(text, "  {literal}{word:12}{literal:#}  {}", wrapped(&about));
        }
        text.push('\n');
    }
    text
}

/// Where the second column of the list of commands begins, and the room it has.
const INDENT: usize = 16;
const ROOM: usize = 84;

/// A line that goes on below itself where it is long.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= ROOM => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join(&format!("\n{}", " ".repeat(INDENT)))
}

fn global_options() -> String {
    let options = Global::augment_args(Command::new("azvault")).version(env!("CARGO_PKG_VERSION"));
    let mut options = options.max_term_width(100).help_template("{options}");
    options.render_help().ansi().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser;

    use super::{EXAMPLES, GROUPS, tree};
    use crate::cli::Cli;

    #[test]
    fn each_command_is_in_one_group() {
        let tree = tree();
        let verbs = tree.get_subcommands().filter(|verb| !verb.is_hide_set());
        let verbs: BTreeSet<&str> = verbs.map(clap::Command::get_name).collect();
        let listed: Vec<&str> = GROUPS.iter().flat_map(|group| group.1).copied().collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), verbs);
        assert_eq!(listed.len(), verbs.len());
    }

    #[test]
    fn each_example_is_a_line_of_its_command() {
        for (words, lines) in EXAMPLES {
            for line in lines {
                let line =
                    line.strip_prefix("eval \"$(").map_or(*line, |of| of.trim_end_matches(")\""));
                let line = line.split(" | ").next().unwrap().split(" > ").next().unwrap();
                let line = line.replace("$$", "7");
                assert!(line.starts_with(&format!("azvault {}", words.split(' ').next().unwrap())));
                if line.contains(['"', '\'']) {
                    continue;
                }
                let parsed = Cli::try_parse_from(line.split(' '));
                assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
            }
        }
    }

    #[test]
    fn global_options_stand_on_the_first_page_alone() {
        let mut tree = tree();
        let first = tree.render_long_help().to_string();
        assert_eq!(first.matches("--passphrase-file").count(), 1, "{first}");
        for (word, _) in EXAMPLES.iter().filter(|(words, _)| !words.contains(' ')) {
            tree.build();
            let page = tree.find_subcommand_mut(word).unwrap().render_long_help().to_string();
            assert!(!page.contains("--passphrase-file"), "{page}");
            let example = page.split_once("Examples:\n").unwrap().1.lines().next().unwrap();
            assert!(example.contains("azvault "), "{page}");
        }
    }
}
