//! `azvault migrate rollback`

use std::path::Path;

use azvault_service::app::Consent;
use azvault_service::audit;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration;
use azvault_service::migration::restore;
use azvault_service::migration::restore::There;
use azvault_service::opening::Opener;
use azvault_service::policy;
use azvault_service::text::{count, shown_path};
use azvault_vault::{IdPrefix, Problem};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;

/// Put the originals back: same bytes, same mode, same time
///
/// What was imported stays in the vault. A file that has come into being in the meantime is not
/// replaced without --force, unless it holds nothing: the empty profile that az writes with its first
/// command, the empty context file that Azure PowerShell makes when it starts.
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

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::export_plaintext(app, "originals are not put back; they stay sealed")?;
        let mut vault = Opener::new(app).open_vault()?.vault;
        let import = migration::find(vault.snapshot()?.into_imports(), self.id.as_ref())?;
        let snapshot = vault.snapshot()?;
        let mut originals = Vec::new();
        for file in import.value.files.iter() {
            let Some(original) = &file.original else { continue };
            let bytes = snapshot.original(original)?;
            let there = restore::look(file, &bytes);
            originals.push((file, bytes, there));
        }
        drop(snapshot);
        if originals.is_empty() {
            return Err(Failure::new(
                Kind::NotFound,
                format!("migration {} has no sealed originals any more", import.id),
            )
            .hint("azvault migrate list"));
        }
        let others: Vec<_> =
            originals.iter().filter(|(_, _, there)| *there == There::Other).collect();
        if let Some((file, _, _)) = others.first()
            && !self.force
        {
            let path = shown_path(&file.path);
            return Err(Failure::new(
                Kind::Exists,
                format!("something else is at {path}: nothing was put back"),
            )
            .hint(format!("azvault migrate rollback {} --force", import.id)));
        }
        // Putting plaintext back is asked for once; a repeated rollback writes nothing.
        if originals.iter().any(|(_, _, there)| *there != There::Same) && !self.force {
            let question = format!("Put {} back, unencrypted?", count(originals.len(), "file"));
            app.confirm(Consent::from(self.yes), &question)?;
        }
        let to_write = originals.iter().filter(|(_, _, there)| *there != There::Same);
        let paths: Vec<&Path> = to_write.map(|(file, _, _)| file.path.as_path()).collect();
        if !paths.is_empty() {
            // Told before any plaintext is back: what cannot be told is not done.
            let subjects = audit::of_migration(import.id, paths.into_iter());
            vault.write(|writing| audit::log(app, writing, "migrate rollback", subjects))?;
        }
        let mut restored = Vec::new();
        for (file, bytes, there) in &originals {
            // What a killed rollback left is plaintext, also where nothing is to be written now.
            let _ = file.path.parent().map(azvault_vault::sweep);
            let back = restore::restore(file, bytes, *there).map_err(|e| {
                let path = shown_path(&file.path);
                let done = count(restored.len(), "file");
                Failure::new(Kind::Other, format!("{path}: {e} ({done} put back before)"))
                    .hint(format!("azvault migrate rollback {}", import.id))
            })?;
            for link in restore::restore_links(file) {
                let link = shown_path(&link);
                app.ui.warning(format!("{link} is something else now; it was a link to the file"));
            }
            restored.push(back);
        }
        vault.write(|writing| -> Result<(), Problem> {
            writing.change_import(import.id, |import| {
                for file in &mut import.files {
                    file.removed = None;
                    if let Some(back) = restored.iter().find(|back| back.path == file.path) {
                        file.identity = back.identity;
                    }
                }
            })
        })?;
        let blank = originals.iter().filter(|(_, _, there)| *there == There::Blank);
        let replaced: Vec<_> = blank.map(|(file, ..)| &file.path).collect();
        if app.ui.output == Output::Json {
            let migration = import.id.to_string();
            let replaced = replaced.iter().map(|path| path.display().to_string()).collect();
            let restored = restored.iter().map(|back| back.path.display().to_string()).collect();
            app.ui.json(&Document { schema: 1, migration, restored, replaced });
        } else {
            app.ui.line(format!("put back {}", count(restored.len(), "file")));
            for path in replaced {
                let path = shown_path(path);
                app.ui.note(format!("{path} had come since with nothing in it, and was replaced"));
            }
            app.ui.note("Your sign-ins are unencrypted again: azvault migrate clean");
        }
        Ok(0)
    }
}
