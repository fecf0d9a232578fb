//! `azvault migrate clean`

use std::path::PathBuf;

use azvault_vault::{Error, Id, ImportedFile, Vault};
use serde::Serialize;

use crate::app::{App, Consent};
use crate::audit;
use crate::cli::Output;
use crate::failure::{Code, Failure};
use crate::migration::cleaning::{self, Cleaned, Cleaning, LeftBehind};
use crate::migration::compare;
use crate::migration::remove::{self, Kept};
use crate::revocation::{self, Revocation};
use crate::ui::{count, shown, shown_path, word};
use crate::{paths, policy, unlock};

/// Remove the plaintext originals, after comparing them once more
///
/// Their bytes stay sealed in the vault: `azvault migrate rollback` puts them back. Certificates that
/// entries point to go too, unless something that is known still uses them. Removing is not erasing:
/// revoke the credentials that this command lists.
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
    left_behind: Vec<LeftBehindView>,
    rotate: Vec<String>,
}

#[derive(Serialize)]
struct KeptView {
    path: String,
    why: String,
}

/// A private key that no migration has, while the file that points to it goes.
#[derive(Serialize)]
struct LeftBehindView {
    path: String,
    application: String,
    next: String,
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
        let mut cleaning = cleaning::plan(app, &vault, &comparison)?;
        show(app, &cleaning);
        if self.dry_run {
            if app.ui.output == Output::Json {
                app.ui.json(&Document {
                    schema: 1,
                    migration: id.to_string(),
                    dry_run: true,
                    removed: texts(&cleaning.going),
                    kept: cleaning.staying.iter().map(KeptView::new).collect(),
                    left_behind: cleaning.left_behind.iter().map(LeftBehindView::new).collect(),
                    ..Document::default()
                });
            }
            let files = count(cleaning.going.len(), "file");
            app.ui.note(format!("would remove {files}; nothing was done"));
            return Ok(0);
        }
        if !cleaning.going.is_empty() {
            if let Err(refused) = policy::export_plaintext(app, "no originals in clear") {
                let what = refused.what;
                app.ui.note(format!("Their bytes stay sealed; they cannot be put back: {what}"));
            }
            let question = format!("Remove {}?", count(cleaning.going.len(), "file"));
            app.confirm(Consent::from(self.yes), &question)?;
        }
        let cleaned = cleaning.carry_out();
        record(app, &mut vault, id, &cleaned)?;
        let snapshot = vault.snapshot().map_err(|e| Failure::from_vault(e, &path))?;
        let lay_there = snapshot.secrets().iter().filter(|s| cleaning.lay_there(&s.description));
        let rotate = revocation::of(lay_there, app.now());
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: 1,
                migration: id.to_string(),
                dry_run: false,
                removed: texts(&cleaned.removed),
                gone_before: texts(&cleaned.gone_before),
                kept: cleaned.kept.iter().map(KeptView::new).collect(),
                left_behind: cleaning.left_behind.iter().map(LeftBehindView::new).collect(),
                rotate: rotate.iter().map(Revocation::line).collect(),
            });
        } else {
            say(app, &cleaned.removed, &rotate, id);
        }
        for (file, why) in &cleaned.kept {
            app.ui.warning(format!("kept {}: {}", shown_path(&file.path), why.text()));
        }
        let kept = || format!("{} kept", count(cleaned.kept.len(), "file"));
        match cleaned.kept.first() {
            None => Ok(0),
            Some((_, Kept::Busy)) => Err(Failure::new(Code::Busy, kept())),
            Some(_) => Err(Failure::new(Code::Findings, kept())),
        }
    }
}

/// What goes and what stays, before anybody is asked.
fn show(app: &App, cleaning: &Cleaning<'_>) {
    if cleaning.going.is_empty() {
        app.ui.note("nothing to remove: the originals are gone already");
    } else if app.ui.output != Output::Json {
        for file in &cleaning.going {
            let path = shown_path(&file.path);
            match cleaning::is_certificate(file) {
                true => app.ui.line(format!("  {path} (certificate with its private key)")),
                false => app.ui.line(format!("  {path}")),
            }
        }
    }
    for (file, why) in &cleaning.staying {
        app.ui.note(format!("  {} stays: {}", shown_path(&file.path), why.text()));
    }
    for left in &cleaning.left_behind {
        let (path, application) = (shown_path(&left.path), shown(&left.application));
        app.ui.warning(format!(
            "{path} stays, unencrypted: the private key of application {application}, which no migration \
             has; to take it along first: {}",
            next(left)
        ));
    }
}

fn next(left: &LeftBehind) -> String {
    format!("azvault migrate run --from {} --from {}", word(&left.from), word(&left.path))
}

/// Writes down what was removed.
fn record(app: &App, vault: &mut Vault, id: Id, cleaned: &Cleaned<'_>) -> Result<(), Failure> {
    let now = app.now();
    let done: Vec<_> = cleaned.removed.iter().map(|file| file.path.clone()).collect();
    if done.is_empty() {
        return Ok(());
    }
    let vault_path = app.vault_path()?;
    let subjects = audit::of_migration(id, done.iter().map(PathBuf::as_path));
    let written = vault.write(|writing| -> Result<(), Error> {
        writing.change_import(id, |import| {
            for file in &mut import.files {
                if done.contains(&file.path) {
                    file.removed = Some(now);
                }
            }
        })?;
        audit::log(app, writing, "migrate clean", subjects)
    });
    written.map_err(|e| Failure::from_vault(e, &vault_path))
}

fn texts(files: &[&ImportedFile]) -> Vec<String> {
    files.iter().map(|file| file.path.display().to_string()).collect()
}

impl KeptView {
    fn new((file, why): &(&ImportedFile, Kept)) -> Self {
        Self { path: file.path.display().to_string(), why: why.text() }
    }
}

impl LeftBehindView {
    fn new(left: &LeftBehind) -> Self {
        let path = left.path.display().to_string();
        Self { path, application: left.application.clone(), next: next(left) }
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
