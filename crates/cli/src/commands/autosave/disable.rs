//! `azvault autosave disable`

use azvault_model::AutosaveMode;

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;

/// Keep changes of contexts in the session that makes them (Disable-AzContextAutosave)
///
/// For all your shells, or with `--scope process` for this session. Nothing that is stored is
/// erased: azvault context clear --scope user does that.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    scope: ScopeOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let ended = super::mode::set(app, AutosaveMode::Process, &self.scope)?;
        app.ui.note(
            "What is stored in the vault stays there: azvault context clear --scope user removes it",
        );
        Ok(ended)
    }
}
