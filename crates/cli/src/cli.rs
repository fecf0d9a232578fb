//! The command tree. Doc comments are the help; there is no logic here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;

/// Takes Azure sign-ins off the disk.
///
/// Azure PowerShell and Azure CLI leave refresh tokens, service principal secrets, tenant and
/// subscription ids in clear under ~/.Azure and ~/.azure. azvault moves them into one encrypted
/// file, provably complete and undoable.
#[derive(Parser)]
#[command(name = "azvault", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Start here:
  azvault scan       what lies in clear on this machine?
  azvault migrate    move it into a vault, step by step

Exit codes: 0 ok, 1 other error, 2 usage, 3 aborted, 5 not found, 6 locked or unlock failed,
7 refused by a rule, 8 integrity failure, 9 exists, 10 findings, 11 busy, 13 unsupported here,
14 needs a terminal.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command, before or after the verb.
#[derive(Args, Clone)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The vault [default: azvault/vault.db in your data folder]
    #[arg(long, global = true, env = "AZVAULT_FILE", value_name = "FILE", hide_env_values = true)]
    pub(crate) vault: Option<PathBuf>,
    /// Act on this context for this one command
    #[arg(
        long,
        global = true,
        env = "AZVAULT_CONTEXT",
        value_name = "NAME",
        hide_env_values = true
    )]
    pub(crate) context: Option<String>,
    /// How to print the answer
    #[arg(
        short,
        long,
        global = true,
        env = "AZVAULT_OUTPUT",
        default_value = "table",
        hide_env_values = true
    )]
    pub(crate) output: Output,
    /// Read the passphrase from the first line of this file
    #[arg(
        long,
        global = true,
        env = "AZVAULT_PASSPHRASE_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Read the passphrase from the first line of this descriptor
    #[arg(long, global = true, value_name = "N", conflicts_with = "passphrase_file")]
    pub(crate) passphrase_fd: Option<i32>,
    /// The key file that unlocks beside or instead of the passphrase
    #[arg(
        long,
        global = true,
        env = "AZVAULT_KEY_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) key_file: Option<PathBuf>,
    /// Never ask: fail with exit code 14 instead
    #[arg(long, global = true, env = "AZVAULT_NO_INPUT", hide_env_values = true)]
    pub(crate) no_input: bool,
    /// Print the answer and errors, nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more of what happens; never a secret
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
}

/// How an answer is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// Tab-separated values, without a heading.
    Tsv,
}

/// When colour is used.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Args),
    Status(commands::status::Args),
    Scan(commands::scan::Args),
    Migrate(commands::migrate::Args),
    /// Contexts in the vault
    #[command(subcommand)]
    Context(Context),
    /// Secrets in the vault
    #[command(subcommand)]
    Secret(Secret),
    /// Ways to unlock the vault
    #[command(subcommand)]
    Key(Key),
    Verify(commands::verify::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

#[derive(Subcommand)]
pub(crate) enum Migrate {
    Plan(commands::migrate::plan::Args),
    Run(commands::migrate::run::Args),
    Verify(commands::migrate::verify::Args),
    Clean(commands::migrate::clean::Args),
    Rollback(commands::migrate::rollback::Args),
    List(commands::migrate::list::Args),
    Show(commands::migrate::show::Args),
    Forget(commands::migrate::forget::Args),
}

#[derive(Subcommand)]
pub(crate) enum Context {
    List(commands::context::list::Args),
    Show(commands::context::show::Args),
}

#[derive(Subcommand)]
pub(crate) enum Secret {
    List(commands::secret::list::Args),
    Show(commands::secret::show::Args),
}

#[derive(Subcommand)]
pub(crate) enum Key {
    List(commands::key::list::Args),
}
