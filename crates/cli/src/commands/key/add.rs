//! `azvault key add`

pub(crate) mod age;
pub(crate) mod key_file;
pub(crate) mod keyring;
pub(crate) mod passphrase;
pub(crate) mod raw;
pub(crate) mod recovery;
mod slot;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    Passphrase(passphrase::Args),
    KeyFile(key_file::Args),
    Recovery(recovery::Args),
    Raw(raw::Args),
    Keyring(keyring::Args),
    Age(age::Args),
}

impl Verb {
    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::Passphrase(args) => args.run(app),
            Self::KeyFile(args) => args.run(app),
            Self::Recovery(args) => args.run(app),
            Self::Raw(args) => args.run(app),
            Self::Keyring(args) => args.run(app),
            Self::Age(args) => args.run(app),
        }
    }
}
