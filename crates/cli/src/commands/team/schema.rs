//! `azvault team schema`

use azvault_service::team::SCHEMA as SQL;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Print the SQL that an administrator of the database runs once
///
/// PostgreSQL 13 or newer. It makes a schema azvault_team, and the role azvault_team_member, which can
/// append records and read the logs whose number it knows, and nothing else.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    sql: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        match app.ui.output {
            Output::Json => app.ui.json(&Document { schema: SCHEMA, sql: SQL }),
            Output::Table | Output::Tsv | Output::Sarif => app.ui.line(SQL.trim_end()),
        }
        Ok(0)
    }
}
