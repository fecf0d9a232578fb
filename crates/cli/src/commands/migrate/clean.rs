//! `azvault migrate clean`

use std::collections::HashSet;
use std::path::Path;

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration::cleaning;
use azvault_service::migration::cleaning::Cleaning;
use azvault_service::migration::compare::Comparison;
use azvault_service::migration::copies;
use azvault_service::migration::copies::{Copies, Copy};
use azvault_service::migration::remove;
use azvault_service::migration::remove::Kept;
use azvault_service::migration::{self, onward, originals, proof};
use azvault_service::revocation;
use azvault_service::revocation::Revocation;
use azvault_service::scan::shortened as shortened_path;
use azvault_service::scan::summary;
use azvault_service::scan::summary::Which;
use azvault_service::shell_word::shell_path;
use azvault_service::text::{count, quoted, shown, shown_path};
use azvault_service::verbs::{RecordRemoved, Removed, RemovedFile, SealCopies, SentCopy, WhatFor};
use azvault_service::{paths, policy};
use azvault_vault::{Id, IdPrefix, Import, ImportedFile, Stored};

use crate::app::{App, Exit};
use crate::commands::keep_names;
use crate::options::Output;
use crate::output::comparison;

mod document;

use self::document::{Document, KeptView, LeftBehindView, SimilarView, UncleanedView, next, texts};

/// Remove the plaintext originals, after comparing them once more
///
/// Their bytes stay sealed in the vault: `azvault migrate rollback` puts them back. Certificates that
/// entries point to go too, unless something that is known still uses them, and so do copies beside an
/// original that equal it byte for byte. Removing is not erasing: revoke the credentials that this
/// command lists, in their order; that ends the vault's own copies as well.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration, by its id or the first digits of it [default: the newest]
    id: Option<IdPrefix>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let mut opened = originals::open(app, &mut requests, self.id.as_ref(), WhatFor::Clean)?;
        let others = std::mem::take(&mut opened.others);
        let contents = cleaning::read(&opened);
        let comparison = proof::compare(app, &mut requests, opened)?;
        if cleaning::differs_as_a_whole(&comparison) {
            comparison::print(app, &comparison);
            let next = migration::next::after(&comparison, paths::roots().ok().as_ref());
            let what = "nothing was removed: vault and originals differ";
            return Err(Failure::new(Kind::Findings, what).hint(next));
        }
        let id = comparison.migration;
        let mut cleaning = cleaning::plan(&mut requests, contents, &comparison, &others)?;
        let mut copies = find_copies(&cleaning, &comparison, &others);
        show(app, &cleaning, &copies);
        let number = cleaning.going.len() + copies.identical.len();
        if self.dry_run {
            if app.ui.output == Output::Json {
                let same = copies.identical.iter().map(|copy| copy.path.display().to_string());
                app.ui.json(&Document {
                    schema: 1,
                    migration: id.to_string(),
                    dry_run: true,
                    removed: texts(&cleaning.going).into_iter().chain(same).collect(),
                    similar: SimilarView::all(&copies),
                    kept: cleaning
                        .staying
                        .iter()
                        .map(|(file, why)| KeptView::new(file, why))
                        .collect(),
                    left_behind: cleaning.left_behind.iter().map(LeftBehindView::new).collect(),
                    ..Document::default()
                });
            }
            let files = count(number, "file");
            app.ui.note(format!("would remove {files}; nothing was done"));
            return Ok(0);
        }
        if !cleaning.going.is_empty() {
            if let Err(refused) = policy::export_plaintext(app, "no originals are put back") {
                let what = refused.what;
                app.ui.note(format!("Their bytes stay sealed; they cannot be put back: {what}"));
            }
            let question = format!("Remove {}?", count(number, "file"));
            app.confirm(Consent::from(self.yes), &question)?;
        }
        let similar = SimilarView::all(&copies);
        let sealed = seal(&mut requests, id, &mut copies)?;
        cleaning.going.splice(0..0, &sealed);
        let cleaned = cleaning.carry_out();
        let removed = cleaned.removed.iter().map(|file| RemovedFile { path: file.path.clone() });
        let (removed, lay_there) = (removed.collect(), cleaning.take_secrets());
        let Removed { rotate, go_on, unused } =
            requests.ask(RecordRemoved { migration: id, removed, lay_there })?;
        let uncleaned = onward::uncleaned(&others);
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: 1,
                migration: id.to_string(),
                dry_run: false,
                removed: texts(&cleaned.removed),
                gone_before: texts(&cleaned.gone_before),
                kept: cleaned.kept.iter().map(|(file, why)| KeptView::new(file, why)).collect(),
                left_behind: cleaning.left_behind.iter().map(LeftBehindView::new).collect(),
                similar,
                rotate: rotate.iter().map(Revocation::line).collect(),
                then: revocation::connects(&rotate),
                uncleaned: uncleaned
                    .iter()
                    .map(|(id, files)| UncleanedView::new(*id, *files))
                    .collect(),
                go_on,
            });
        } else {
            say(app, &cleaned.removed, &rotate, id);
            say_unused(app, &unused);
            let removed: Vec<&Path> =
                cleaned.removed.iter().map(|file| file.path.as_path()).collect();
            keep_names::offer(app, Consent::from(self.yes), &removed)?;
            onward::say(app, &uncleaned, &go_on);
        }
        for (file, why) in &cleaned.kept {
            app.ui.warning(format!("kept {}: {}", shown_path(&file.path), why.text()));
        }
        let kept = || format!("{} kept", count(cleaned.kept.len(), "file"));
        match cleaned.kept.first() {
            None => Ok(0),
            Some((_, Kept::Busy)) => Err(Failure::new(Kind::Busy, kept())),
            Some(_) => Err(Failure::new(Kind::Findings, kept())),
        }
    }
}

/// Copies beside what goes; what any migration has is none.
fn find_copies<'a>(
    cleaning: &Cleaning<'a>,
    comparison: &Comparison,
    others: &[Stored<Import>],
) -> Copies<'a> {
    let others = others.iter().flat_map(|import| &import.value.files);
    let files = comparison.files.iter().map(|compared| &compared.file).chain(others);
    let known: HashSet<&Path> = files.map(|file| file.path.as_path()).collect();
    copies::find(&cleaning.going, &|path| known.contains(path))
}

/// Seals copies as files of the migration.
fn seal(
    requests: &mut Requests<'_>,
    migration: Id,
    copies: &mut Copies<'_>,
) -> Result<Vec<ImportedFile>, Failure> {
    let copies: Vec<SentCopy> = copies.identical.drain(..).map(Copy::take).collect();
    if copies.is_empty() {
        return Ok(Vec::new());
    }
    Ok(requests.ask(SealCopies { migration, copies })?.files)
}

/// What goes and what stays, before anybody is asked.
fn show(app: &App, cleaning: &Cleaning<'_>, copies: &Copies<'_>) {
    if cleaning.going.is_empty() && cleaning.staying.is_empty() {
        app.ui.note("nothing to remove: the originals are gone already");
    } else if app.ui.output != Output::Json {
        let roots = paths::roots().ok();
        for file in &cleaning.going {
            let path = shortened_path(&file.path, roots.as_ref());
            match cleaning::is_certificate(file) {
                true => app.ui.line(format!("  {path} (certificate with its private key)")),
                false => app.ui.line(format!("  {path}")),
            }
        }
        for copy in &copies.identical {
            let (path, of) = (shown_path(&copy.path), shown_path(&copy.of.path));
            app.ui.line(format!("  {path} (the same as {of})"));
        }
    }
    for path in &copies.similar {
        let next = format!("azvault migrate --from {}", shell_path(path));
        let path = shown_path(path);
        app.ui.warning(format!("{path} stays: it looks like a copy and is another file: {next}"));
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

/// Credentials that nobody's context needs are best revoked and forgotten.
fn say_unused(app: &App, unused: &[String]) {
    if !unused.is_empty() {
        let names: Vec<_> = unused.iter().map(|name| quoted(name)).collect();
        app.ui.note(format!("No context uses the credentials of {}.", names.join(", ")));
    }
}

fn say(app: &App, removed: &[&ImportedFile], rotate: &[Revocation], id: Id) {
    app.ui.line(format!("removed {}", count(removed.len(), "file")));
    if !rotate.is_empty() {
        app.ui.note("");
        app.ui.note(
            "Removing is not erasing: old blocks can survive on SSDs, in snapshots, backups and \
             synchronised copies. What lay there unencrypted should be revoked, in this order:",
        );
    }
    revocation::say(app, rotate);
    let connects = revocation::connects(rotate);
    if !connects.is_empty() {
        app.ui.note("Revoking ends the vault's own copy as well. Then sign in again:");
        for command in connects {
            app.ui.note(format!("  {command}"));
        }
    }
    remove::say_lax_modes(app, removed);
    summary::report(app, Which::All);
    if policy::export_plaintext(app, "").is_ok() {
        let azvault = app.command();
        app.ui.note(format!("To put the files back: {azvault} migrate rollback {id}"));
    }
}
