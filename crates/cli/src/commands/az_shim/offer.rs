//! The offer at the end of a migration: az itself goes on working.

use std::path::Path;

use azvault_service::app::Consent;
use azvault_service::console::Answer;
use azvault_service::failure::Failure;
use azvault_service::paths;
use azvault_service::text::shown_path;

use super::install;
use super::real;
use super::wrapper::{self, Place};
use crate::app::App;

/// Offers the wrapper to a person who has a real az and no wrapper in front of it. It is installed after a yes,
/// where it would be found first; who is not to be asked reads the command.
pub(crate) fn offer(app: &App, consent: Consent) -> Result<(), Failure> {
    let Some(first) = paths::on_path("az").into_iter().find(|az| az.is_file()) else {
        return Ok(());
    };
    if wrapper::is_wrapper(&first) || real::az(None).is_none() {
        return Ok(());
    }
    let folder = wrapper::folder(None)?;
    let terminal = app.terminal().filter(|_| consent == Consent::Ask);
    if let Some(mut terminal) = terminal.filter(|_| would_be_found(&folder, &first)) {
        let question = format!(
            "Have az go on working, signed in by the vault? This puts an az into {}, in front of {}.",
            shown_path(&folder),
            shown_path(&first)
        );
        if terminal.ask_yes(&question)? == Answer::Yes {
            install::Args::default().run(app)?;
            return Ok(());
        }
    }
    app.ui.note("To have az go on working, signed in by the vault: azvault az-shim install");
    Ok(())
}

/// Whether an az in that folder would be found before that one, and nothing is in its place.
fn would_be_found(folder: &Path, first: &Path) -> bool {
    let folders = paths::program_folders();
    let at = |wanted: &Path| folders.iter().position(|own| own == wanted);
    let is_free = !matches!(Place::of(&folder.join("az")), Ok(Place::Foreign) | Err(_));
    is_free && at(folder).zip(first.parent().and_then(at)).is_some_and(|(own, its)| own < its)
}
