//! `azvault migrate rollback`

use std::path::Path;

use azvault_vault::{Error, Id};
use serde::Serialize;

use crate::app::{App, Consent};
use crate::audit;
use crate::cli::Output;
use crate::failure::{Code, Failure};
use crate::migration::restore::{self, There};
use crate::ui::{count, shown_path};
use crate::{policy, unlock};

/// Put the originals back: same bytes, same mode, same time
///
/// What was imported stays in the vault. A file that has come into being in the meantime is not
/// replaced without --force.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration [default: the newest]
    id: Option<Id>,
    /// Replace files that are there now
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    migration: String,
    restored: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        policy::export_plaintext(app, "originals are not put back in clear; they stay sealed")?;
        let mut vault = unlock::vault(app)?;
        let path = app.vault_path()?;
        let failed = |e: Error| Failure::from_vault(e, &path);
        let import = super::find(vault.snapshot().map_err(failed)?.into_imports(), self.id)?;
        let snapshot = vault.snapshot().map_err(failed)?;
        let mut originals = Vec::new();
        for file in import.value.files.iter() {
            let Some(original) = &file.original else { continue };
            let bytes = snapshot.original(original).map_err(failed)?;
            let there = restore::look(file, &bytes);
            originals.push((file, bytes, there));
        }
        drop(snapshot);
        if originals.is_empty() {
            return Err(Failure::new(
                Code::NotFound,
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
                Code::Exists,
                format!("something else is at {path}: nothing was put back"),
            )
            .hint(format!("azvault migrate rollback {} --force", import.id)));
        }
        // Putting secrets back in clear is asked for once; a repeated rollback writes nothing.
        if originals.iter().any(|(_, _, there)| *there != There::Same) && !self.force {
            let question = format!("Put {} back, in clear?", count(originals.len(), "file"));
            app.confirm(Consent::from(self.yes), &question)?;
        }
        let to_write = originals.iter().filter(|(_, _, there)| *there != There::Same);
        let paths: Vec<&Path> = to_write.map(|(file, _, _)| file.path.as_path()).collect();
        if !paths.is_empty() {
            // Told before anything is in clear again: what cannot be told is not done.
            let subjects = audit::of_migration(import.id, paths.into_iter());
            vault
                .write(|writing| audit::log(app, writing, "migrate rollback", subjects))
                .map_err(failed)?;
        }
        let mut restored = Vec::new();
        for (file, bytes, there) in &originals {
            // What a killed rollback left lies in clear, also where nothing is to be written now.
            let _ = file.path.parent().map(azvault_vault::sweep);
            restore::restore(file, bytes, *there).map_err(|e| {
                let path = shown_path(&file.path);
                let done = count(restored.len(), "file");
                Failure::new(Code::Other, format!("{path}: {e} ({done} put back before)"))
                    .hint(format!("azvault migrate rollback {}", import.id))
            })?;
            restored.push(file.path.display().to_string());
        }
        vault
            .write(|writing| -> Result<(), Error> {
                writing.change_import(import.id, |import| {
                    for file in &mut import.files {
                        file.removed = None;
                    }
                })
            })
            .map_err(failed)?;
        if app.ui.output == Output::Json {
            let migration = import.id.to_string();
            app.ui.json(&Document { schema: 1, migration, restored });
        } else {
            app.ui.line(format!("put back {}", count(restored.len(), "file")));
            app.ui.note("They hold your sign-ins in clear again: azvault migrate clean");
        }
        Ok(0)
    }
}
