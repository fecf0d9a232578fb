//! The command tree. Doc comments are the help; there is no logic here.

use std::path::PathBuf;

use azvault_service::app::Options;
use azvault_service::expect::Pin;
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::arguments::name;
use crate::commands;

/// Takes Azure sign-ins off the disk.
///
/// Azure PowerShell and Azure CLI leave refresh tokens, service principal secrets, tenant and
/// subscription ids unencrypted under ~/.Azure and ~/.azure. azvault moves them into one encrypted
/// file, provably complete and undoable.
#[derive(Parser)]
#[command(name = "azvault", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Start here:
  azvault scan       what lies unencrypted on this machine?
  azvault migrate    move it into a vault, step by step

Exit codes: 0 ok, 1 other error, 2 usage, 3 aborted, 4 sign-in needed or session gone, 5 not found,
6 locked or unlock failed, 7 refused by a rule, 8 integrity failure, 9 exists, 10 findings, 11 busy,
12 network or the sign-in service, 13 unsupported here, 14 needs a terminal; exec: those of its child, 126 and 127 as a shell.")]
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
    /// Refuse any other vault, and an older one: what status --anchor prints, the generation left out or not
    #[arg(
        long,
        global = true,
        env = "AZVAULT_EXPECT_VAULT",
        value_name = "PIN",
        hide_env_values = true
    )]
    pub(crate) expect_vault: Option<Pin>,
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
            expect_vault: self.expect_vault.clone(),
            ca_bundle: self.ca_bundle.clone(),
            no_input: self.no_input,
            no_agent: self.no_agent,
        }
    }
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
    /// SARIF 2.1.0, for code scanners: `scan` alone.
    Sarif,
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
    Unlock(commands::unlock::Args),
    Lock(commands::lock::Args),
    Panic(commands::panic::Args),
    Status(commands::status::Args),
    Scan(commands::scan::Args),
    Migrate(commands::migrate::Args),
    Connect(Box<commands::connect::Args>),
    Disconnect(commands::disconnect::Args),
    /// Contexts: list, select, change, save and import them
    #[command(subcommand)]
    Context(Context),
    /// Subscriptions that your contexts know, or that Azure shows
    #[command(subcommand)]
    Subscription(Subscription),
    Use(commands::r#use::Args),
    /// Whether changes of contexts are saved for you
    #[command(subcommand)]
    Autosave(Autosave),
    /// The session of this shell, in which changes of process scope live
    #[command(subcommand)]
    Session(Session),
    Token(commands::token::Args),
    Exec(commands::exec::Args),
    Shell(commands::shell::Args),
    ShellInit(commands::shell_init::Args),
    Prompt(commands::prompt::Args),
    /// A program az for machines without Azure CLI
    #[command(subcommand)]
    AzShim(AzShim),
    /// Secrets in the vault, and those of this session
    #[command(subcommand)]
    Secret(Secret),
    /// Ways to unlock the vault
    #[command(subcommand)]
    Key(Key),
    /// What was done with secrets and contexts
    #[command(subcommand)]
    Audit(Audit),
    /// What this machine, or you yourself, forbid azvault to do
    #[command(subcommand)]
    Policy(Policy),
    /// Copies of the vault, encrypted as it is
    #[command(subcommand)]
    Backup(Backup),
    Verify(commands::verify::Args),
    Doctor(commands::doctor::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
    #[command(hide = true)]
    Agent(commands::agent::Args),
    #[command(hide = true)]
    Renew(commands::renew::Args),
    #[command(hide = true)]
    Door(commands::door::Args),
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
    Set(commands::context::set::Args),
    Select(commands::context::select::Args),
    Rename(commands::context::rename::Args),
    Remove(commands::context::remove::Args),
    Clear(commands::context::clear::Args),
    Save(commands::context::save::Args),
    Import(commands::context::import::Args),
}

#[derive(Subcommand)]
pub(crate) enum Subscription {
    List(commands::subscription::list::Args),
}

#[derive(Subcommand)]
pub(crate) enum Autosave {
    Show(commands::autosave::show::Args),
    Enable(commands::autosave::enable::Args),
    Disable(commands::autosave::disable::Args),
}

#[derive(Subcommand)]
pub(crate) enum Session {
    Start(commands::session::start::Args),
    End(commands::session::end::Args),
    Show(commands::session::show::Args),
    #[command(hide = true)]
    Check(commands::session::check::Args),
}

#[derive(Subcommand)]
pub(crate) enum AzShim {
    Install(commands::az_shim::install::Args),
    #[command(hide = true)]
    Run(commands::az_shim::run::Args),
}

#[derive(Subcommand)]
pub(crate) enum Secret {
    List(commands::secret::list::Args),
    Show(commands::secret::show::Args),
}

#[derive(Subcommand)]
pub(crate) enum Key {
    List(commands::key::list::Args),
    /// Add a way to unlock
    #[command(subcommand)]
    Add(KeyAdd),
    Remove(commands::key::remove::Args),
    Passphrase(commands::key::passphrase::Args),
    Rotate(commands::key::rotate::Args),
}

#[derive(Subcommand)]
pub(crate) enum KeyAdd {
    Passphrase(commands::key::add::passphrase::Args),
    KeyFile(commands::key::add::key_file::Args),
    Recovery(commands::key::add::recovery::Args),
    Raw(commands::key::add::raw::Args),
    Keyring(commands::key::add::keyring::Args),
}

#[derive(Subcommand)]
pub(crate) enum Policy {
    Show(commands::policy::show::Args),
    Check(commands::policy::check::Args),
}

#[derive(Subcommand)]
pub(crate) enum Backup {
    Create(commands::backup::create::Args),
    Restore(commands::backup::restore::Args),
    List(commands::backup::list::Args),
}

#[derive(Subcommand)]
pub(crate) enum Audit {
    Log(commands::audit::log::Args),
    Verify(commands::audit::verify::Args),
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use azvault_service::tokens::{Wanted, sign_in};

    #[test]
    fn each_line_can_be_typed_and_names_cloud_and_tenant() {
        for (account_type, environment, tenant, line) in [
            ("User", "AzureCloud", "contoso.example", "azvault connect --tenant contoso.example"),
            ("User", "azurecloud", "t", "azvault connect --tenant t"),
            (
                "User",
                "AzureUSGovernment",
                "t",
                "azvault connect --tenant t --environment AzureUSGovernment",
            ),
            ("User", "my cloud", "t", "azvault connect --tenant t --environment 'my cloud'"),
            (
                "ServicePrincipal",
                "AzureCloud",
                "t",
                "azvault connect --service-principal --application me --secret-file FILE --tenant t",
            ),
            (
                "ClientAssertion",
                "AzureChinaCloud",
                "t",
                "azvault connect --service-principal --application me --federated-token-file FILE \
                 --tenant t --environment AzureChinaCloud",
            ),
            ("ManagedService", "AzureCloud", "t", "azvault connect --identity"),
            (
                "AccessToken",
                "AzureCloud",
                "t",
                "azvault connect --access-token-file FILE --account me --tenant t",
            ),
            ("User", "AzureCloud", "it's", r"azvault connect --tenant 'it'\''s'"),
        ] {
            let wanted = Wanted {
                context: "c".to_owned(),
                account: "me".to_owned(),
                home_account_id: None,
                identity: None,
                account_type: account_type.to_owned(),
                environment: environment.to_owned(),
                tenant: tenant.to_owned(),
                subscription: None,
                scopes: Vec::new(),
            };
            let typed = sign_in::to_type(&wanted);
            assert_eq!(typed, line);
            if !typed.contains('\'') {
                let words = typed.split(' ');
                assert!(super::Cli::try_parse_from(words).is_ok(), "{typed}");
            }
        }
    }
}
