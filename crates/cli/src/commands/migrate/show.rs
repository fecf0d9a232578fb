//! `azvault migrate show`

use azvault_importer::Outcome;
use azvault_service::ask::ask;
use azvault_service::time::utc;
use azvault_service::verbs::{MigratedFile, Original, ShowMigration, ShownMigration};
use azvault_vault::IdPrefix;
use serde::Serialize;

use super::list::MigrationView;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::terminal::ui::cell;

/// Show one migration: its files, and what became of them
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its id, from `azvault migrate list`, or the first digits of it
    id: IdPrefix,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    #[serde(flatten)]
    migration: MigrationView,
    sources: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    format: String,
    product: String,
    outcome: String,
    mode: String,
    size: u64,
    sealed: bool,
    removed: Option<String>,
}

impl FileView {
    fn new(file: MigratedFile) -> Self {
        let MigratedFile { path, format, product, outcome, permissions, size, original, removed } =
            file;
        Self {
            path,
            format,
            product,
            outcome,
            mode: permissions.to_string(),
            size,
            sealed: original == Original::Sealed,
            removed: removed.map(utc),
        }
    }
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let ShownMigration { migration, files } = ask(app, ShowMigration { id: self.id })?;
        let sources: Vec<_> = files.into_iter().map(FileView::new).collect();
        if app.ui.output == Output::Json {
            let migration = MigrationView::new(&migration);
            app.ui.json(&Document { schema: 1, migration, sources });
            return Ok(0);
        }
        let rows: Vec<_> = sources
            .iter()
            .map(|file| {
                let state = match (&file.removed, file.sealed) {
                    (Some(when), _) => format!("removed {when}"),
                    (None, true) => "sealed".to_owned(),
                    (None, false) if file.outcome == Outcome::Reject.as_str() => {
                        "refused".to_owned()
                    }
                    (None, false) => "settings".to_owned(),
                };
                vec![cell(state), cell(&file.format), cell(&file.mode), cell(&file.path)]
            })
            .collect();
        app.ui.table(&["", "FORMAT", "MODE", "FILE"], &rows);
        Ok(0)
    }
}
