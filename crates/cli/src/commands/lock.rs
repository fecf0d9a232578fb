//! `azvault lock`

use serde::Serialize;

use crate::agent;
use crate::app::App;
use crate::cli::Output;
use crate::documents::SCHEMA;
use crate::unlock;

/// Have the agent wipe the keys of the vault
///
/// Sessions stay: their state is sealed, and only their shells have the keys.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    state: &'static str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let vault = unlock::locked(app)?.vault_id();
        agent::lock(vault)?;
        match app.ui.output {
            Output::Json => app.ui.json(&Document { schema: SCHEMA, state: "locked" }),
            Output::Table | Output::Tsv => app.ui.line("locked"),
        }
        Ok(0)
    }
}
