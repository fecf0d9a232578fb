//! `azvault migrate show`

use azvault_importer::Outcome;
use azvault_service::migration;
use azvault_service::opening::Opener;
use azvault_service::time::utc;
use azvault_vault::{IdPrefix, ImportedFile};
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
    fn new(file: &ImportedFile) -> Self {
        Self {
            path: file.path.display().to_string(),
            format: file.format.clone(),
            product: file.product.clone(),
            outcome: file.outcome.clone(),
            mode: file.permissions.to_string(),
            size: file.size,
            sealed: file.original.is_some(),
            removed: file.removed.map(utc),
        }
    }
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let vault = Opener::new(app).open_vault()?.vault;
        let imports = vault.snapshot()?.into_imports();
        let import = migration::find(imports, Some(&self.id))?;
        let sources: Vec<_> = import.value.files.iter().map(FileView::new).collect();
        if app.ui.output == Output::Json {
            let migration = MigrationView::new(&import);
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
