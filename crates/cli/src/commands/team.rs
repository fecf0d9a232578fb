//! `azvault team`

pub(crate) mod confirm;
pub(crate) mod create;
pub(crate) mod database;
pub(crate) mod history;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod leave;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod members;
pub(crate) mod remove;
pub(crate) mod rotate;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod sync;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Create(create::Args),
    Invite(invite::Args),
    Join(join::Args),
    Confirm(confirm::Args),
    Sync(sync::Args),
    #[command(alias = "ls")]
    List(list::Args),
    Status(status::Args),
    Members(members::Args),
    #[command(alias = "rm")]
    Remove(remove::Args),
    Rotate(rotate::Args),
    History(history::Args),
    Database(database::Args),
    Leave(leave::Args),
    Schema(schema::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Create(args) => args.run(app),
            Self::Invite(args) => args.run(app),
            Self::Join(args) => args.run(app),
            Self::Confirm(args) => args.run(app),
            Self::Sync(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Status(args) => args.run(app),
            Self::Members(args) => args.run(app),
            Self::Remove(args) => args.run(app),
            Self::Rotate(args) => args.run(app),
            Self::History(args) => args.run(app),
            Self::Database(args) => args.run(app),
            Self::Leave(args) => args.run(app),
            Self::Schema(args) => args.run(app),
        }
    }
}
