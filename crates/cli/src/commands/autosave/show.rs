//! `azvault autosave show`

use azvault_service::ask::ask;
use azvault_service::verbs::ShowAutosave;

use crate::app::{App, Exit};

/// Show whether changes are saved for you, and why (Get-AzContextAutosaveSetting)
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let autosave = ask(app, ShowAutosave {})?;
        let (mode, because) = (autosave.mode.as_str(), autosave.because.as_str());
        super::mode::print(app, &autosave, &format!("{mode} ({because})"));
        Ok(0)
    }
}
