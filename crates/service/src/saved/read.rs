//! Reading a file of saved contexts.

use std::path::Path;

use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Outcome, Reading};
use azvault_model::Profile;
use azvault_vault::Problem;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::{shown, shown_path};
use crate::unlock_inputs;

/// How often a person may mistype.
const TRIES: usize = 3;

/// Reads a file of saved contexts, sealed or plaintext. `passphrase` names the file that holds the
/// passphrase of a sealed one.
pub fn read(app: &App, path: &Path, passphrase: Option<&Path>) -> Result<Profile, Failure> {
    let file = shown_path(path);
    let opened = read_once(path).map_err(|e| {
        let kind = match e {
            OpenError::NotFound => Kind::NotFound,
            OpenError::Busy => Kind::Busy,
            _ => Kind::Other,
        };
        Failure::new(kind, format!("{file}: {e}"))
    })?;
    if azvault_vault::is_export(&opened.bytes) {
        return unseal(app, &opened.bytes, &file, passphrase);
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let time_zone = jiff::tz::TimeZone::system();
    let reading = Reading { file_name: name, time_zone: &time_zone };
    let found = azvault_importer::read(&opened.bytes, &reading);
    for note in &found.notes {
        let place = if note.place.is_empty() { "" } else { ": " };
        app.console.note(format!("{file}: {}{place}{}", shown(&note.place), note.text));
    }
    match found.outcome {
        Outcome::Accept | Outcome::Warn => Ok(found.profile),
        Outcome::Opaque => {
            Err(Failure::new(Kind::Unsupported, format!("{file} cannot be opened on this machine")))
        }
        Outcome::Report | Outcome::Reject => {
            Err(Failure::new(Kind::Other, format!("{file} is no file of saved contexts"))
                .hint("azvault scan PATH says what a file is"))
        }
    }
}

fn unseal(
    app: &App,
    bytes: &[u8],
    shown: &str,
    passphrase: Option<&Path>,
) -> Result<Profile, Failure> {
    let failed = |error: Problem| {
        let (kind, what) = match &error {
            Problem::WrongKey => (Kind::Locked, "this is not its passphrase".to_owned()),
            Problem::Tampered(_) => (Kind::Integrity, "it was changed or cut".to_owned()),
            Problem::KdfOutOfBounds { source, .. } => (Kind::Integrity, source.to_string()),
            other => (Kind::Integrity, other.to_string()),
        };
        Failure::new(kind, format!("{shown}: {what}"))
    };
    let open = |passphrase| {
        let spinner = app.console.spinner("opening the file");
        let opened = azvault_vault::open_export(bytes, &passphrase);
        drop(spinner);
        opened.map_err(failed)
    };
    if let Some(file) = passphrase {
        return open(unlock_inputs::read_passphrase_file(file)?);
    }
    let Some(mut terminal) = app.terminal() else {
        let what = "the file is sealed and there is no terminal to prompt on for its passphrase";
        return Err(Failure::new(Kind::NeedsTerminal, what)
            .hint("name a file: --export-passphrase-file FILE"));
    };
    for attempt in 1..=TRIES {
        match open(terminal.ask_passphrase("Passphrase of the file: ")?) {
            Err(failure) if failure.kind == Kind::Locked && attempt < TRIES => {
                app.console.failure(&failure);
            }
            opened => return opened,
        }
    }
    Err(Failure::new(Kind::Locked, format!("{shown}: wrong passphrase")))
}
