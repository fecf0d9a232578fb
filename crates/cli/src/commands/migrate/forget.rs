//! `azvault migrate forget`

use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::text::count;
use azvault_service::verbs::ForgetOriginals;
use azvault_vault::IdPrefix;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;

/// Drop the sealed copies of a migration's originals: no way back after this
///
/// Contexts and secrets stay in the vault.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its id, from `azvault migrate list`, or the first digits of it
    id: IdPrefix,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    migration: String,
    forgotten: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (migration, destroy) = (self.id, Consent::from(self.yes));
        let done = ask(app, ForgetOriginals { migration, destroy })?;
        let (migration, forgotten) = (done.migration, done.files);
        if app.ui.output == Output::Json {
            let migration = migration.to_string();
            app.ui.json(&Document { schema: 1, migration, forgotten });
        } else {
            app.ui.line(format!("dropped the sealed copies of {}", count(forgotten, "file")));
        }
        Ok(0)
    }
}
