//! The verbs: a group of them a file, with what each is given and what runs.

pub(crate) mod age;
pub(crate) mod agent;
pub(crate) mod audit;
pub(crate) mod autosave;
pub(crate) mod az_shim;
pub(crate) mod backup;
pub(crate) mod carry;
pub(crate) mod clipboard;
pub(crate) mod complete;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod context;
pub(crate) mod disconnect;
pub(crate) mod doctor;
pub(crate) mod endpoint;
pub(crate) mod exec;
pub(crate) mod grant;
pub(crate) mod harden;
pub(crate) mod init;
pub(crate) mod keep_names;
pub(crate) mod key;
pub(crate) mod lock;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod open;
pub(crate) mod panic;
pub(crate) mod pkcs11;
pub(crate) mod policy;
pub(crate) mod prompt;
pub(crate) mod renew;
pub(crate) mod scan;
pub(crate) mod secret;
pub(crate) mod serve_endpoint;
pub(crate) mod session;
pub(crate) mod shell;
pub(crate) mod shell_init;
pub(crate) mod status;
pub(crate) mod subscription;
pub(crate) mod team;
pub(crate) mod token;
pub(crate) mod unlock;
pub(crate) mod r#use;
pub(crate) mod verify;

use azvault_os::pipe;
use azvault_service::failure::{Failure, Kind};
use clap::Subcommand;

use self::keep_names::Part;
use crate::app::{App, Exit};

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    Unlock(unlock::Args),
    Lock(lock::Args),
    Panic(panic::Args),
    #[command(alias = "whoami")]
    Status(status::Args),
    Scan(scan::Args),
    Migrate(migrate::Args),
    Connect(Box<connect::Args>),
    Disconnect(disconnect::Args),
    /// Contexts: list, select, change, save and import them
    #[command(subcommand)]
    Context(context::Verb),
    /// Subscriptions that your contexts know, or that Azure shows
    #[command(subcommand)]
    Subscription(subscription::Verb),
    /// Contexts that a team shares, on the PostgreSQL it already runs
    #[command(subcommand)]
    Team(team::Verb),
    Use(r#use::Args),
    Open(open::Args),
    /// Whether changes of contexts are saved for you
    #[command(subcommand)]
    Autosave(autosave::Verb),
    /// The session of this shell, in which changes of process scope live
    #[command(subcommand)]
    Session(session::Verb),
    Token(token::Args),
    Exec(exec::Args),
    Shell(shell::Args),
    Endpoint(endpoint::Args),
    /// What the endpoints of exec, shell and endpoint may ask for
    #[command(subcommand)]
    Grant(grant::Verb),
    ShellInit(shell_init::Args),
    Prompt(prompt::Args),
    /// A program az that the vault signs in
    #[command(subcommand)]
    AzShim(az_shim::Verb),
    KeepNames(keep_names::Args),
    /// Secrets in the vault, and those of this session
    #[command(subcommand)]
    Secret(secret::Verb),
    /// Ways to unlock the vault
    #[command(subcommand)]
    Key(key::Verb),
    /// What was done with secrets and contexts
    #[command(subcommand)]
    Audit(audit::Verb),
    /// What this machine, or you yourself, forbid azvault to do
    #[command(subcommand)]
    Policy(policy::Verb),
    /// Copies of the vault, encrypted as it is
    #[command(subcommand)]
    Backup(backup::Verb),
    Verify(verify::Args),
    Harden(harden::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    Complete(complete::Args),
    #[command(hide = true)]
    Agent(agent::Args),
    #[command(hide = true)]
    Renew(renew::Args),
    #[command(hide = true)]
    Carry(carry::Args),
    #[command(hide = true)]
    Age(age::Args),
    #[command(hide = true)]
    Clipboard(clipboard::Args),
    #[command(hide = true)]
    Pkcs11(pkcs11::Args),
    #[command(hide = true)]
    #[command(name = "door")]
    ServeEndpoint(serve_endpoint::Args),
}

impl Command {
    /// What prints the value alone, where the document of this command has the value of a secret in it:
    /// no library that answers queries gets to see one.
    pub(crate) fn value_printed(&self) -> Option<&'static str> {
        match self {
            Self::Token(_) => Some("azvault token"),
            Self::Secret(verb) if verb.reveals() => Some("azvault secret show ID --reveal"),
            Self::Session(session::Verb::Start(_)) => Some("azvault session start"),
            Self::Endpoint(_) => Some("azvault endpoint --shell bash"),
            _ => None,
        }
    }

    /// What it has to do with files of names.
    fn part_of_names(&self) -> Part {
        match self {
            Self::Context(verb) if verb.only_reads() => Part::Reads,
            Self::Status(_) | Self::Open(_) | Self::KeepNames(_) => Part::Reads,
            Self::Context(_)
            | Self::Use(_)
            | Self::Connect(_)
            | Self::Disconnect(_)
            | Self::Subscription(_)
            | Self::Migrate(_)
            | Self::Backup(_) => Part::Changes,
            _ => Part::None,
        }
    }

    /// Carries it out. Files of names are a part of what it reads and changes.
    pub(crate) fn run(self, app: &App) -> Exit {
        let names = self.part_of_names();
        names.before(app);
        let done = self.carry_out(app);
        names.after(app);
        done
    }

    /// Refuses what needs several processes of azvault, where the system cannot connect them.
    fn check_system(&self) -> Result<(), Failure> {
        let needs_processes = matches!(
            self,
            Self::Unlock(_)
                | Self::Session(_)
                | Self::Token(_)
                | Self::Exec(_)
                | Self::Shell(_)
                | Self::Endpoint(_)
                | Self::Grant(_)
                | Self::ShellInit(_)
                | Self::AzShim(_)
                | Self::Agent(_)
                | Self::Renew(_)
                | Self::Carry(_)
                | Self::Age(_)
                | Self::Pkcs11(_)
                | Self::ServeEndpoint(_)
        );
        if pipe::IS_THERE || !needs_processes {
            return Ok(());
        }
        let what = "this command is not on Windows yet: it needs processes of azvault that speak to each other";
        Err(Failure::new(Kind::Unsupported, what).hint("azvault --help, or run it in WSL"))
    }

    fn carry_out(self, app: &App) -> Exit {
        self.check_system()?;
        match self {
            Self::Init(args) => args.run(app),
            Self::Unlock(args) => args.run(app),
            Self::Lock(args) => args.run(app),
            Self::Panic(args) => args.run(app),
            Self::Status(args) => args.run(app),
            Self::Scan(args) => args.run(app),
            Self::Migrate(args) => args.run(app),
            Self::Connect(args) => args.run(app),
            Self::Disconnect(args) => args.run(app),
            Self::Context(verb) => verb.run(app),
            Self::Subscription(verb) => verb.run(app),
            Self::Team(verb) => verb.run(app),
            Self::Use(args) => args.run(app),
            Self::Open(args) => args.run(app),
            Self::Autosave(verb) => verb.run(app),
            Self::Session(verb) => verb.run(app),
            Self::Token(args) => args.run(app),
            Self::Exec(args) => args.run(app),
            Self::Shell(args) => args.run(app),
            Self::Endpoint(args) => args.run(app),
            Self::Grant(verb) => verb.run(app),
            Self::ShellInit(args) => args.run(app),
            Self::Prompt(args) => args.run(app),
            Self::AzShim(verb) => verb.run(app),
            Self::KeepNames(args) => args.run(app),
            Self::Secret(verb) => verb.run(app),
            Self::Key(verb) => verb.run(app),
            Self::Audit(verb) => verb.run(app),
            Self::Policy(verb) => verb.run(app),
            Self::Backup(verb) => verb.run(app),
            Self::Verify(args) => args.run(app),
            Self::Harden(args) => args.run(app),
            Self::Doctor(args) => args.run(app),
            Self::Completions(args) => args.run(app),
            Self::Man(args) => args.run(app),
            Self::Complete(args) => args.run(app),
            Self::Agent(args) => args.run(app),
            Self::Renew(args) => args.run(app),
            Self::Carry(args) => args.run(app),
            Self::Age(args) => args.run(app),
            Self::Clipboard(args) => args.run(app),
            Self::Pkcs11(args) => args.run(app),
            Self::ServeEndpoint(args) => args.run(app),
        }
    }
}
