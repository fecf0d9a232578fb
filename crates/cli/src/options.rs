//! Options of every command, and those that several verbs have in common.

pub(crate) mod change;
pub(crate) mod copy;
pub(crate) mod duration;
pub(crate) mod import;
pub(crate) mod kdf;
pub(crate) mod name;
pub(crate) mod new_passphrase;
pub(crate) mod output;
pub(crate) mod query;
pub(crate) mod reach;
pub(crate) mod resource;
pub(crate) mod shell;
pub(crate) mod team;
pub(crate) mod token;
pub(crate) mod wide;

use std::path::PathBuf;

use azvault_os::pipe;
use azvault_service::app::Options;
use azvault_service::vault_pin::VaultPin;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

use self::name::name;
use self::output::AskedForm;
pub(crate) use self::output::Output;
use self::query::Query;

/// Options of every command, before or after the verb.
#[derive(Args, Clone)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The vault [default: azvault/vault.db in your data folder]
    #[arg(long, global = true, env = "AZVAULT_FILE", value_name = "FILE", hide_env_values = true)]
    pub(crate) vault: Option<PathBuf>,
    /// Act on this context for this one command, whatever is active [env: AZVAULT_CONTEXT]
    #[arg(long, global = true, value_name = "NAME", value_parser = name)]
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
    pub(crate) output: AskedForm,
    /// Print what this JMESPath query finds in the document of -o json, as az has it; with -o tsv a row
    /// for each item
    #[arg(long, global = true, value_name = "JMESPATH")]
    pub(crate) query: Option<Query>,
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
    /// The age identity that decrypts what opens a slot by age [default: the one that key add was told]
    #[arg(
        long,
        global = true,
        env = "AZVAULT_AGE_IDENTITY",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) age_identity: Option<PathBuf>,
    /// Refuse any other vault, and an older one: what status --anchor prints, the generation left out or not
    #[arg(
        long,
        global = true,
        env = "AZVAULT_EXPECT_VAULT",
        value_name = "PIN",
        hide_env_values = true
    )]
    pub(crate) expect_vault: Option<VaultPin>,
    /// Trust the certificate authorities of this PEM file besides the system's
    #[arg(
        long,
        global = true,
        env = "AZVAULT_CA_BUNDLE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Never ask: fail with exit code 14 instead
    #[arg(
        long,
        global = true,
        env = "AZVAULT_NO_INPUT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    pub(crate) no_input: bool,
    /// Neither ask the agent for keys nor hand it any: ask for the passphrase each time
    #[arg(
        long,
        global = true,
        env = "AZVAULT_NO_AGENT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    pub(crate) no_agent: bool,
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

impl Global {
    /// What of them the application knows.
    pub(crate) fn options(&self) -> Options {
        Options {
            vault: self.vault.clone(),
            context: self.context.clone(),
            passphrase_file: self.passphrase_file.clone(),
            passphrase_fd: self.passphrase_fd,
            key_file: self.key_file.clone(),
            age_identity: self.age_identity.clone(),
            expect_vault: self.expect_vault.clone(),
            ca_bundle: self.ca_bundle.clone(),
            no_input: self.no_input,
            // Where none can be asked, none is.
            no_agent: self.no_agent || !pipe::IS_THERE,
        }
    }
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
