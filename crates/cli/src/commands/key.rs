//! `azvault key`

pub(crate) mod add;
pub(crate) mod create_principal;
pub(crate) mod list;
pub(crate) mod passphrase;
pub(crate) mod remove;
pub(crate) mod rotate;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    #[command(alias = "ls")]
    List(list::Args),
    /// Add a way to unlock
    #[command(subcommand)]
    Add(add::Verb),
    #[command(aliases = ["rm", "delete"])]
    Remove(remove::Args),
    Passphrase(passphrase::Args),
    Rotate(rotate::Args),
    CreatePrincipal(create_principal::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::List(args) => args.run(app),
            Self::Add(verb) => verb.run(app),
            Self::Remove(args) => args.run(app),
            Self::Passphrase(args) => args.run(app),
            Self::Rotate(args) => args.run(app),
            Self::CreatePrincipal(args) => args.run(app),
        }
    }
}
