//! `azvault migrate rollback`

use std::path::Path;

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::keep_names;
use azvault_service::migration;
use azvault_service::migration::restore;
use azvault_service::migration::restore::There;
use azvault_service::policy;
use azvault_service::text::{count, shown_path};
use azvault_service::verbs::{
    ReadMigrations, RecordRestored, ReleaseOriginals, ReleasedOriginal, RestoredFile, WhatFor,
};
use azvault_vault::{Id, IdPrefix, ImportedFile};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;

/// Put the originals back: same bytes, same mode, same time
///
/// What was imported stays in the vault. A file that has come into being in the meantime is not
/// replaced without --force, unless it holds nothing: the empty profile that az writes with its first
/// command, the empty context file that Azure PowerShell makes when it starts, the names of
/// `azvault keep-names`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration, by its id or the first digits of it [default: the newest]
    id: Option<IdPrefix>,
    /// Replace files that are there now
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    migration: String,
    restored: Vec<String>,
    replaced: Vec<String>,
}

/// A file that has a sealed copy, and what is at its place.
struct Original<'a> {
    number: usize,
    file: &'a ImportedFile,
    there: There,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::export_plaintext(app, "originals are not put back; they stay sealed")?;
        let mut requests = Requests::new(app);
        let import = migration::find(requests.ask(ReadMigrations {})?.all, self.id.as_ref())?;
        let originals = originals(&import.value.files);
        if originals.is_empty() {
            let what = format!("migration {} has no sealed originals any more", import.id);
            return Err(Failure::new(Kind::NotFound, what).hint("azvault migrate list"));
        }
        let other = originals.iter().find(|original| original.there == There::Other);
        if let Some(Original { file, .. }) = other.filter(|_| !self.force) {
            let path = shown_path(&file.path);
            let what = format!("something else is at {path}: nothing was put back");
            return Err(Failure::new(Kind::Exists, what)
                .hint(format!("azvault migrate rollback {} --force", import.id)));
        }
        // Putting plaintext back is asked for once; a repeated rollback releases nothing.
        let to_write = originals.iter().filter(|original| original.there != There::Same);
        let files: Vec<usize> = to_write.map(|original| original.number).collect();
        let released = match files.is_empty() {
            true => Vec::new(),
            false => {
                let what_for = WhatFor::Rollback(Consent::from(self.yes || self.force));
                let migration = import.id;
                requests.ask(ReleaseOriginals { migration, files, what_for })?.originals
            }
        };
        let restored = put_back(app, import.id, &originals, released)?;
        let files: Vec<&Path> = originals.iter().map(|own| own.file.path.as_path()).collect();
        keep_names::forget(&files)?;
        let number = restored.len();
        requests.ask(RecordRestored { migration: import.id, restored })?;
        let blank = originals.iter().filter(|original| original.there == There::Blank);
        let replaced: Vec<&Path> = blank.map(|original| original.file.path.as_path()).collect();
        if app.ui.output == Output::Json {
            let migration = import.id.to_string();
            let text = |path: &Path| path.display().to_string();
            let restored = originals.iter().map(|original| text(&original.file.path)).collect();
            let replaced = replaced.into_iter().map(text).collect();
            app.ui.json(&Document { schema: 1, migration, restored, replaced });
        } else {
            app.ui.line(format!("put back {}", count(number, "file")));
            for path in replaced {
                let path = shown_path(path);
                app.ui
                    .note(format!("{path} had come since with no sign-in in it, and was replaced"));
            }
            app.ui.note("Your sign-ins are unencrypted again: azvault migrate clean");
        }
        Ok(0)
    }
}

fn originals(files: &[ImportedFile]) -> Vec<Original<'_>> {
    let sealed = files.iter().enumerate().filter(|(_, file)| file.original.is_some());
    sealed.map(|(number, file)| Original { number, file, there: restore::look(file) }).collect()
}

/// Puts all back: of those at whose places something else is, these are the bytes.
fn put_back(
    app: &App,
    migration: Id,
    originals: &[Original<'_>],
    released: Vec<ReleasedOriginal>,
) -> Result<Vec<RestoredFile>, Failure> {
    let mut released = released.into_iter();
    let mut restored = Vec::new();
    for Original { number, file, there } in originals {
        // What a killed rollback left is plaintext, also where nothing is to be written now.
        let _ = file.path.parent().map(azvault_vault::sweep);
        let own = if *there == There::Same { None } else { released.next() };
        // EXPOSE: goes back to its place, which is what was asked for.
        let bytes = own.as_ref().map_or(&[][..], |own| own.bytes.expose());
        let identity = restore::restore(file, bytes, *there).map_err(|e| {
            let path = shown_path(&file.path);
            let done = count(restored.len(), "file");
            Failure::new(Kind::Other, format!("{path}: {e} ({done} put back before)"))
                .hint(format!("azvault migrate rollback {migration}"))
        })?;
        for link in restore::restore_links(file) {
            let link = shown_path(&link);
            app.ui.warning(format!("{link} is something else now; it was a link to the file"));
        }
        restored.push(RestoredFile { file: *number, identity });
    }
    Ok(restored)
}
