//! `azvault autosave show`

use azvault_service::opening::Opener;

use crate::app::{App, Exit};

/// Show whether changes are saved for you, and why (Get-AzContextAutosaveSetting)
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let contexts = Opener::new(app).open()?.contexts;
        let (mode, because) = contexts.autosave();
        super::mode::print(app, &contexts, &format!("{} ({})", mode.as_str(), because.as_str()));
        Ok(0)
    }
}
