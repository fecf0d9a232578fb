//! `azvault backup list`

use std::path::{Path, PathBuf};

use azvault_os::file::Facts;
use azvault_service::backup::inspect;
use azvault_service::backup::inspect::{Known, State, Worth};
use azvault_service::failure::{Failure, Kind};
use azvault_service::private_file;
use azvault_service::private_file::Readers;
use azvault_service::text::shown_path;
use azvault_service::time::utc;
use azvault_service::{backup, paths};
use azvault_vault::DraftFolder;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::exit_code;
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Tone, cell, toned};

/// List backups, and whether each can be opened (exit 10 if one is damaged)
///
/// Asks nothing. With keys of the agent, or a passphrase or key that is given, each backup that they
/// open is verified in full; of others the structure is checked, and what they hold stays sealed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where they lie [default: `backups` beside the vault]
    folder: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    folder: String,
    backups: &'a [View],
}

#[derive(Serialize)]
struct View {
    path: String,
    modified: String,
    size: u64,
    vault: Option<String>,
    generation: Option<u64>,
    contexts: Option<usize>,
    secrets: Option<usize>,
    state: State,
    why: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let folder = match &self.folder {
            Some(folder) => paths::absolute(folder)?,
            None => backup::folder(app)?,
        };
        let files = match inspect::files(&folder) {
            Err(e) if self.folder.is_none() && e.kind() == std::io::ErrorKind::NotFound => vec![],
            Err(e) => return Err(unreadable(&folder, &e)),
            Ok(files) => files,
        };
        if let Some(path) = &app.options.passphrase_file {
            drop(private_file::open(path, Readers::OwnerAlone)?);
        }
        // Copies that are opened lie where nobody else looks, and go when this ends.
        let temporary = std::env::temp_dir();
        let aside = DraftFolder::within(&temporary).map_err(|e| unreadable(&temporary, &e))?;
        let mut keys = Known::default();
        let mut look = |file: &PathBuf| view(file, inspect::of(app, &mut keys, file, aside.path()));
        let views: Vec<_> = files.iter().map(&mut look).collect();
        match app.ui.output {
            Output::Json => {
                let folder = folder.display().to_string();
                app.ui.json(&Document { schema: SCHEMA, folder, backups: &views });
            }
            Output::Table | Output::Tsv | Output::Sarif if views.is_empty() => {
                app.ui.note(format!("no backups in {}", shown_path(&folder)));
            }
            Output::Table | Output::Tsv | Output::Sarif => {
                app.ui.columns(&COLUMNS, views.iter().map(row).collect());
            }
        }
        let is_bad = |view: &View| view.state == State::Damaged;
        Ok(if views.iter().any(is_bad) { exit_code::number(Kind::Findings) } else { 0 })
    }
}

fn unreadable(folder: &Path, error: &std::io::Error) -> Failure {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::NotFound,
        _ => Kind::Other,
    };
    Failure::new(kind, format!("{}: {error}", shown_path(folder)))
}

fn view(file: &Path, worth: Worth) -> View {
    let facts = Facts::of_name(file);
    let verified = worth.verified.as_ref();
    View {
        path: file.display().to_string(),
        modified: utc(facts.as_ref().map_or(0, Facts::modified_s)),
        size: facts.map_or(0, |facts| facts.size()),
        vault: worth.vault.map(|id| id.to_string()),
        generation: verified.map(|verified| verified.generation),
        contexts: verified.map(|verified| verified.contexts),
        secrets: verified.map(|verified| verified.secrets),
        state: worth.state,
        why: worth.why,
    }
}

const COLUMNS: [Column; 7] = [
    whole("FILE"),
    whole("MODIFIED").left_out(3),
    whole("SIZE").left_out(2),
    whole("GENERATION").left_out(1),
    whole("CONTEXTS").left_out(4),
    whole("SECRETS").left_out(5),
    shortened("STATE", 16),
];

fn row(view: &View) -> Vec<crate::terminal::ui::Cell> {
    let number = |number: Option<String>| cell(number.unwrap_or_else(|| "sealed".to_owned()));
    let name = Path::new(&view.path).file_name().unwrap_or_default().to_string_lossy();
    let state = match (view.state, &view.why) {
        (State::Whole, _) => cell("whole"),
        (State::Sealed, _) => cell("sealed"),
        (State::Newer, _) => toned(Tone::Warning, "of a newer azvault"),
        (State::Damaged, why) => {
            toned(Tone::Bad, format!("damaged: {}", why.as_deref().unwrap_or_default()))
        }
    };
    vec![
        cell(name),
        cell(&view.modified),
        cell(view.size.to_string()),
        number(view.generation.map(|n| n.to_string())),
        number(view.contexts.map(|n| n.to_string())),
        number(view.secrets.map(|n| n.to_string())),
        state,
    ]
}
