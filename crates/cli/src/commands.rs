//! The one match from the command tree to what runs.

pub(crate) mod agent;
pub(crate) mod audit;
pub(crate) mod autosave;
pub(crate) mod az_shim;
pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod context;
pub(crate) mod disconnect;
pub(crate) mod doctor;
pub(crate) mod door;
pub(crate) mod exec;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod lock;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod panic;
pub(crate) mod policy;
pub(crate) mod prompt;
pub(crate) mod renew;
pub(crate) mod scan;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod shell;
pub(crate) mod shell_init;
pub(crate) mod status;
pub(crate) mod subscription;
pub(crate) mod token;
pub(crate) mod unlock;
pub(crate) mod r#use;
pub(crate) mod verify;

use azvault_service::failure::Failure;

use crate::app::App;
use crate::cli::{
    Audit, Autosave, AzShim, Backup, Command, Context, Key, KeyAdd, Policy, Secret, Session,
    Subscription,
};

/// What a verb ends with: the exit code, 0 or 10, or why it could not be done.
pub(crate) type Ended = Result<u8, Failure>;

/// Runs one command.
pub(crate) fn run(app: &App, command: Command) -> Ended {
    match command {
        Command::Init(args) => args.run(app),
        Command::Unlock(args) => args.run(app),
        Command::Lock(args) => args.run(app),
        Command::Panic(args) => args.run(app),
        Command::Status(args) => args.run(app),
        Command::Scan(args) => args.run(app),
        Command::Migrate(args) => args.run(app),
        Command::Connect(args) => args.run(app),
        Command::Disconnect(args) => args.run(app),
        Command::Context(Context::List(args)) => args.run(app),
        Command::Context(Context::Show(args)) => args.run(app),
        Command::Context(Context::Set(args)) => args.run(app),
        Command::Context(Context::Select(args)) => args.run(app),
        Command::Context(Context::Rename(args)) => args.run(app),
        Command::Context(Context::Remove(args)) => args.run(app),
        Command::Context(Context::Clear(args)) => args.run(app),
        Command::Context(Context::Save(args)) => args.run(app),
        Command::Context(Context::Import(args)) => args.run(app),
        Command::Subscription(Subscription::List(args)) => args.run(app),
        Command::Use(args) => args.run(app),
        Command::Autosave(Autosave::Show(args)) => args.run(app),
        Command::Autosave(Autosave::Enable(args)) => args.run(app),
        Command::Autosave(Autosave::Disable(args)) => args.run(app),
        Command::Session(Session::Start(args)) => args.run(app),
        Command::Session(Session::End(args)) => args.run(app),
        Command::Session(Session::Show(args)) => args.run(app),
        Command::Session(Session::Check(args)) => args.run(app),
        Command::Token(args) => args.run(app),
        Command::Exec(args) => args.run(app),
        Command::Shell(args) => args.run(app),
        Command::ShellInit(args) => args.run(app),
        Command::Prompt(args) => args.run(app),
        Command::AzShim(AzShim::Install(args)) => args.run(app),
        Command::AzShim(AzShim::Run(args)) => args.run(app),
        Command::Secret(Secret::List(args)) => args.run(app),
        Command::Secret(Secret::Show(args)) => args.run(app),
        Command::Key(Key::List(args)) => args.run(app),
        Command::Key(Key::Add(KeyAdd::Passphrase(args))) => args.run(app),
        Command::Key(Key::Add(KeyAdd::KeyFile(args))) => args.run(app),
        Command::Key(Key::Add(KeyAdd::Recovery(args))) => args.run(app),
        Command::Key(Key::Add(KeyAdd::Raw(args))) => args.run(app),
        Command::Key(Key::Add(KeyAdd::Keyring(args))) => args.run(app),
        Command::Key(Key::Remove(args)) => args.run(app),
        Command::Key(Key::Passphrase(args)) => args.run(app),
        Command::Key(Key::Rotate(args)) => args.run(app),
        Command::Audit(Audit::Log(args)) => args.run(app),
        Command::Audit(Audit::Verify(args)) => args.run(app),
        Command::Policy(Policy::Show(args)) => args.run(app),
        Command::Policy(Policy::Check(args)) => args.run(app),
        Command::Backup(Backup::Create(args)) => args.run(app),
        Command::Backup(Backup::Restore(args)) => args.run(app),
        Command::Backup(Backup::List(args)) => args.run(app),
        Command::Verify(args) => args.run(app),
        Command::Doctor(args) => args.run(app),
        Command::Completions(args) => args.run(app),
        Command::Man(args) => args.run(app),
        Command::Agent(args) => args.run(app),
        Command::Renew(args) => args.run(app),
        Command::Door(args) => args.run(app),
    }
}
