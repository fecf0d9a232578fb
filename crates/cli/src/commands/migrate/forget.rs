//! `azvault migrate forget`

use azvault_service::app::Consent;
use azvault_service::audit;
use azvault_service::migration;
use azvault_service::opening::Opener;
use azvault_service::text::count;
use azvault_vault::Id;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;

/// Drop the sealed copies of a migration's originals: no way back after this
///
/// Contexts and secrets stay in the vault.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its id, from `azvault migrate list`
    id: Id,
    /// Do not ask
    #[arg(long)]
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
        let mut vault = Opener::new(app).open_vault()?.vault;
        let imports = vault.snapshot()?.into_imports();
        let import = migration::find(imports, Some(self.id))?;
        let sealed = import.value.files.iter().filter(|file| file.original.is_some()).count();
        if sealed > 0 {
            let question = format!("Drop the sealed copies of {}?", count(sealed, "file"));
            app.confirm(Consent::from(self.yes), &question)?;
            let files = import.value.files.iter().filter(|file| file.original.is_some());
            let subjects = audit::of_migration(self.id, files.map(|file| file.path.as_path()));
            let forgotten = vault.write(|writing| {
                writing.forget_originals(self.id)?;
                audit::log(app, writing, "migrate forget", subjects)
            });
            forgotten?;
        }
        if app.ui.output == Output::Json {
            let migration = self.id.to_string();
            app.ui.json(&Document { schema: 1, migration, forgotten: sealed });
        } else {
            app.ui.line(format!("dropped the sealed copies of {}", count(sealed, "file")));
        }
        Ok(0)
    }
}
