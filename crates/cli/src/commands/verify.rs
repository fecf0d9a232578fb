//! `azvault verify`

use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::failure::Failure;
use crate::unlock;

/// Check the whole vault: every box is opened, every row is accounted for
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    ok: bool,
    generation: u64,
    fingerprint: String,
    records: usize,
    secrets: usize,
    originals: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let vault = unlock::vault(app)?;
        let path = app.vault_path()?;
        let spinner = app.ui.spinner("opening every box");
        let verified = vault.verify_all();
        spinner.finish_and_clear();
        let verified = verified.map_err(|e| Failure::from_vault(e, &path))?;
        let document = Document {
            schema: 1,
            ok: true,
            generation: verified.generation,
            fingerprint: vault.fingerprint().map_err(|e| Failure::from_vault(e, &path))?,
            records: verified.records,
            secrets: verified.secrets,
            originals: verified.originals,
        };
        if app.ui.output == Output::Json {
            app.ui.json(&document);
        } else {
            app.ui.line(format!(
                "intact: generation {}, {} records, {} secrets, {} parts of originals",
                document.generation, document.records, document.secrets, document.originals
            ));
        }
        Ok(0)
    }
}
