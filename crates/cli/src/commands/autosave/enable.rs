//! `azvault autosave enable`

use azvault_model::AutosaveMode;

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;

/// Save changes of contexts in the vault (Enable-AzContextAutosave)
///
/// For all your shells, or with `--scope process` for this session. What is in this session only
/// stays there: azvault context save, and context import, take it along.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    scope: ScopeOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        super::mode::set(app, AutosaveMode::CurrentUser, &self.scope)
    }
}
