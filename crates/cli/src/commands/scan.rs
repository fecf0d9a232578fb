//! `azvault scan`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azvault_importer::look::Ended;
use azvault_os::console::note_interrupt;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration::gather::From;
use azvault_service::paths;
use azvault_service::scan::USUAL_PLACES;
use azvault_service::scan::{Becomes, Survey, next};
use azvault_service::text::count;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::{sarif, scan as print};

/// Look for unencrypted Azure sign-ins; exit 10 when it finds any, or could not look at all of it
///
/// Looks by content at every file of the folders of Azure PowerShell, Azure CLI and their kin, and at
/// saved files in your home folder, Documents, Desktop and Downloads; or at every file below what you
/// name, and nowhere else. Says what it looked at: exit 0 means that all of it was read and
/// understood, and nothing was found. Reads only; needs no vault and no passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files or folders to look at instead of the usual places
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look through the whole home folder as well: one file system, links not followed, packages and
    /// objects of git passed by
    #[arg(long, conflicts_with = "paths")]
    home: bool,
}

/// What a command that was interrupted ends with.
const INTERRUPTED: u8 = 130;

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let from = if self.home { From::Home } else { From::of(&self.paths) };
        let stopped = Arc::new(AtomicBool::new(false));
        // The first Ctrl-C has what was found so far printed, the second ends the process.
        note_interrupt(&stopped, INTERRUPTED);
        let survey = Survey::new(app, from, &|| stopped.load(Ordering::Relaxed))?;
        let looked_in = match from {
            From::Usual => USUAL_PLACES,
            From::Named(_) => "in what was named",
            From::Home => "in the home folder",
        };
        match app.ui.output {
            Output::Json => print::json(app, &survey, from),
            Output::Sarif => sarif::print(app, &survey, from),
            Output::Tsv => print::tsv(app, &survey),
            Output::Table => print::table(app, &survey, looked_in),
        }
        if survey.seen.ended == Ended::Stopped {
            return Ok(INTERRUPTED);
        }
        ended(&survey, from)
    }
}

fn ended(survey: &Survey, from: From<'_>) -> Exit {
    let found = survey.totals.files;
    if found == 0 && survey.is_complete() {
        return Ok(0);
    }
    let is_imported = survey.findings().any(|row| row.becomes == Becomes::Imported);
    let what = match (found, is_imported) {
        (0, _) => "not all of it could be looked at".to_owned(),
        _ if survey.totals.sealed_for_user > 0 => {
            format!("Azure sign-ins: {}", survey.totals.words())
        }
        (_, true) => format!("{} with unencrypted Azure sign-ins", count(found, "file")),
        (_, false) => format!("{} with unencrypted credentials", count(found, "file")),
    };
    let roots = paths::roots().ok();
    let failure = Failure::new(Kind::Findings, what);
    Err(match next::of_all(survey, from, roots.as_ref()) {
        Some(next) => failure.hint(next),
        None => failure,
    })
}
