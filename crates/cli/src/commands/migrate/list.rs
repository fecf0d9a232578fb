//! `azvault migrate list`

use azvault_service::ask::ask;
use azvault_service::time::utc;
use azvault_service::verbs::{ListMigrations, ListedMigration};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::wide::WideOption;
use crate::terminal::columns::{Column, whole};
use crate::terminal::ui::cell;

/// List the migrations into this vault, the newest first
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wide: WideOption,
}

const COLUMNS: [Column; 5] =
    [whole("ID"), whole("WHEN"), whole("FILES"), whole("SEALED"), whole("REMOVED")];

#[derive(Serialize)]
struct Document {
    schema: u8,
    migrations: Vec<MigrationView>,
}

/// One migration, as `list` and `show` print it.
#[derive(Serialize)]
pub(crate) struct MigrationView {
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) files: usize,
    pub(crate) sealed: usize,
    pub(crate) removed: usize,
}

impl MigrationView {
    pub(crate) fn new(listed: &ListedMigration) -> Self {
        let ListedMigration { id, created, files, sealed, removed } = *listed;
        Self { id: id.to_string(), created: utc(created), files, sealed, removed }
    }
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let listed = ask(app, ListMigrations {})?.migrations;
        let migrations: Vec<_> = listed.iter().map(MigrationView::new).collect();
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: 1, migrations });
            return Ok(0);
        }
        if migrations.is_empty() {
            app.ui.note("no migrations yet: azvault migrate");
            return Ok(0);
        }
        let rows: Vec<_> = migrations
            .iter()
            .zip(&listed)
            .map(|(m, listed)| {
                vec![
                    cell(&m.id),
                    cell(self.wide.moment(app, listed.created)),
                    cell(m.files.to_string()),
                    cell(m.sealed.to_string()),
                    cell(m.removed.to_string()),
                ]
            })
            .collect();
        self.wide.print(app, &COLUMNS, rows);
        Ok(0)
    }
}
