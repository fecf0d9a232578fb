//! `azvault context`

pub(crate) mod clear;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod mark;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod save;
pub(crate) mod select;
pub(crate) mod set;
pub(crate) mod share;
pub(crate) mod show;
pub(crate) mod unshare;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    #[command(alias = "ls")]
    List(list::Args),
    Show(show::Args),
    Set(set::Args),
    Select(select::Args),
    Rename(rename::Args),
    Mark(mark::Args),
    #[command(aliases = ["rm", "delete"])]
    Remove(remove::Args),
    Clear(clear::Args),
    Save(save::Args),
    Import(import::Args),
    Share(share::Args),
    Unshare(unshare::Args),
}

impl Verb {
    /// Whether it leaves all contexts as they are.
    pub(crate) fn only_reads(&self) -> bool {
        matches!(self, Self::List(_) | Self::Show(_) | Self::Save(_))
    }

    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::List(args) => args.run(app),
            Self::Show(args) => args.run(app),
            Self::Set(args) => args.run(app),
            Self::Select(args) => args.run(app),
            Self::Rename(args) => args.run(app),
            Self::Mark(args) => args.run(app),
            Self::Remove(args) => args.run(app),
            Self::Clear(args) => args.run(app),
            Self::Save(args) => args.run(app),
            Self::Import(args) => args.run(app),
            Self::Share(args) => args.run(app),
            Self::Unshare(args) => args.run(app),
        }
    }
}
