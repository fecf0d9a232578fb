//! `azvault migrate clean`

use std::path::PathBuf;

use azvault_vault::{Error, Id, ImportedFile};
use serde::Serialize;

use crate::app::{App, Consent};
use crate::audit;
use crate::cli::Output;
use crate::failure::{Code, Failure};
use crate::migration::compare::{self, Place};
use crate::migration::remove::{self, Kept, Removal};
use crate::revocation::{self, Revocation};
use crate::ui::{count, shown_path};
use crate::{paths, policy, unlock};

/// Remove the plaintext originals, after comparing them once more
///
/// Their bytes stay sealed in the vault: `azvault migrate rollback` puts them back. Removing is
/// not erasing: change the credentials that this command lists.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration [default: the newest]
    id: Option<Id>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Default, Serialize)]
struct Document {
    schema: u8,
    migration: String,
    dry_run: bool,
    removed: Vec<String>,
    gone_before: Vec<String>,
    kept: Vec<KeptView>,
    rotate: Vec<String>,
}

#[derive(Serialize)]
struct KeptView {
    path: String,
    why: String,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let mut vault = unlock::vault(app)?;
        let path = app.vault_path()?;
        let comparison = compare::compare(app, &vault, self.id)?;
        if !comparison.differences.is_empty() {
            compare::print(app, &comparison);
            return Err(Failure::new(
                Code::Findings,
                "nothing was removed: vault and originals differ",
            )
            .hint("azvault migrate run, then azvault migrate clean"));
        }
        let id = comparison.migration;
        let there: Vec<&ImportedFile> = comparison
            .files
            .iter()
            .filter(|compared| compared.place == Place::Original)
            .map(|compared| &compared.file)
            .collect();
        if there.is_empty() {
            app.ui.note("nothing to remove: the originals are gone already");
        } else if app.ui.output != Output::Json {
            for file in &there {
                app.ui.line(format!("  {}", shown_path(&file.path)));
            }
        }
        if self.dry_run {
            if app.ui.output == Output::Json {
                let removed = there.iter().map(|file| file.path.display().to_string()).collect();
                let migration = id.to_string();
                app.ui.json(&Document {
                    schema: 1,
                    migration,
                    dry_run: true,
                    removed,
                    ..Document::default()
                });
            }
            app.ui.note(format!("would remove {}; nothing was done", count(there.len(), "file")));
            return Ok(0);
        }
        if !there.is_empty() {
            if let Err(refused) = policy::export_plaintext(app, "no originals in clear") {
                let what = refused.what;
                app.ui.note(format!("Their bytes stay sealed; they cannot be put back: {what}"));
            }
            let question = format!("Remove {}?", count(there.len(), "file"));
            app.confirm(Consent::from(self.yes), &question)?;
        }
        let (mut removed, mut gone, mut kept): (Vec<_>, Vec<_>, Vec<(_, Kept)>) =
            Default::default();
        for file in &there {
            match remove::remove(file) {
                Ok(Removal::Done) => removed.push(*file),
                Ok(Removal::WasGone) => gone.push(*file),
                Err(why) => kept.push((*file, why)),
            }
        }
        let now = app.now();
        let done: Vec<_> = removed.iter().map(|file| file.path.clone()).collect();
        if !done.is_empty() {
            let subjects = audit::of_migration(id, done.iter().map(PathBuf::as_path));
            vault
                .write(|writing| -> Result<(), Error> {
                    writing.change_import(id, |import| {
                        for file in &mut import.files {
                            if done.contains(&file.path) {
                                file.removed = Some(now);
                            }
                        }
                    })?;
                    audit::log(app, writing, "migrate clean", subjects)
                })
                .map_err(|e| Failure::from_vault(e, &path))?;
        }
        let snapshot = vault.snapshot().map_err(|e| Failure::from_vault(e, &path))?;
        let rotate = revocation::of(snapshot.secrets(), app.now());
        if app.ui.output == Output::Json {
            let paths = |files: &[&ImportedFile]| {
                files.iter().map(|file| file.path.display().to_string()).collect()
            };
            app.ui.json(&Document {
                schema: 1,
                migration: id.to_string(),
                dry_run: false,
                removed: paths(&removed),
                gone_before: paths(&gone),
                kept: kept
                    .iter()
                    .map(|(file, why)| KeptView {
                        path: file.path.display().to_string(),
                        why: why.text(),
                    })
                    .collect(),
                rotate: rotate.iter().map(Revocation::line).collect(),
            });
        } else {
            say(app, &removed, &rotate, id);
        }
        for (file, why) in &kept {
            app.ui.warning(format!("kept {}: {}", shown_path(&file.path), why.text()));
        }
        match kept.first() {
            None => Ok(0),
            Some((_, Kept::Busy)) => {
                Err(Failure::new(Code::Busy, format!("{} kept", count(kept.len(), "file"))))
            }
            Some(_) => {
                Err(Failure::new(Code::Findings, format!("{} kept", count(kept.len(), "file"))))
            }
        }
    }
}

fn say(app: &App, removed: &[&ImportedFile], rotate: &[Revocation], id: Id) {
    app.ui.line(format!("removed {}", count(removed.len(), "file")));
    app.ui.note("");
    app.ui.note(
        "Removing is not erasing: old blocks can survive on SSDs, in snapshots, backups and \
         synchronised copies. What lay in clear should be revoked, and made anew:",
    );
    revocation::say(app, rotate);
    remove::say_lax_modes(app, removed);
    if let Ok(roots) = paths::roots() {
        remove::say_left_over(app, &roots);
    }
    if policy::export_plaintext(app, "").is_ok() {
        app.ui.note(format!("To put the files back: azvault migrate rollback {id}"));
    }
}
