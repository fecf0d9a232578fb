//! The one match from the command tree to what runs.

pub(crate) mod completions;
pub(crate) mod context;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod scan;
pub(crate) mod secret;
pub(crate) mod status;
pub(crate) mod verify;

use crate::app::App;
use crate::cli::{Command, Context, Key, Secret};
use crate::failure::Failure;

/// What a verb ends with: the exit code, 0 or 10, or why it could not be done.
pub(crate) type Ended = Result<u8, Failure>;

/// Runs one command.
pub(crate) fn run(app: &App, command: Command) -> Ended {
    match command {
        Command::Init(args) => args.run(app),
        Command::Status(args) => args.run(app),
        Command::Scan(args) => args.run(app),
        Command::Migrate(args) => args.run(app),
        Command::Context(Context::List(args)) => args.run(app),
        Command::Context(Context::Show(args)) => args.run(app),
        Command::Secret(Secret::List(args)) => args.run(app),
        Command::Secret(Secret::Show(args)) => args.run(app),
        Command::Key(Key::List(args)) => args.run(app),
        Command::Verify(args) => args.run(app),
        Command::Completions(args) => args.run(app),
        Command::Man(args) => args.run(app),
    }
}
