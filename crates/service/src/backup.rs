//! Backups: where they lie, what they are called, and how one is opened.

pub mod inspect;
pub mod restore;

use std::path::{Path, PathBuf};

use azvault_vault::{Problem, StagedVault, Try, Vault};

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::opening::{Hold, Opener};
use crate::text::shown_path;

/// Where backups lie when nobody names a place: beside the vault.
pub fn folder(app: &App) -> Result<PathBuf, Failure> {
    Ok(app.vault_path()?.with_file_name("backups"))
}

/// A name in a folder that nothing has yet: of the vault, this second, and what it is.
pub fn name(app: &App, folder: &Path, what: &str) -> Result<PathBuf, Failure> {
    let vault = app.vault_path()?;
    let stem = vault.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let time = jiff::Timestamp::from_second(app.now()).unwrap_or_default();
    let begin = format!("{stem}-{}-{what}", time.strftime("%Y%m%dT%H%M%SZ"));
    let names = std::iter::once(format!("{begin}.db"))
        .chain((2_u32..).map(|number| format!("{begin}-{number}.db")));
    let mut free = names.map(|name| folder.join(name)).filter(|path| !is_there(path));
    free.next().ok_or_else(|| Failure::new(Kind::Exists, "every name is taken"))
}

pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The folder that a file is in, or shall be.
pub fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Opens the copy of a backup with what opens it: given, or typed. `file` is where the backup lies.
pub fn open(app: &App, draft: &StagedVault, file: &Path) -> Result<Vault, Failure> {
    let apart = app.with_scratch_anchors(draft.path().to_owned(), draft.anchors());
    let locked = draft.open().map_err(|e| failure(e, file))?;
    let opened = crate::expected_vault::check_id(app, locked.vault_id())
        .and_then(|()| Opener::new(&apart).of(locked).open_slot(Try::All, Hold::Nowhere));
    opened.map(|opened| opened.vault).map_err(|failure| Failure {
        what: failure.what.replace(&shown_path(draft.path()), &shown_path(file)),
        ..failure
    })
}

/// What went wrong with a backup, which is not the vault: nothing was done to that.
pub fn failure(error: impl Into<Problem>, file: &Path) -> Failure {
    let problem = error.into();
    let no_mode = matches!(problem, Problem::Unsafe(azvault_vault::UnsafeBecause::LaxMode(_)));
    let is_io =
        problem.as_io().is_some() || matches!(problem, Problem::Exists | Problem::TooNew { .. });
    let mut failure = Failure::from(problem.at(file));
    if no_mode {
        failure.hint = Some("choose a place on a file system that knows modes".into());
    } else if failure.kind == Kind::Integrity && !is_io {
        failure.hint = Some("azvault backup list says which backups are whole".into());
    } else if failure.kind == Kind::Exists {
        failure.hint = Some("name another file, or add --force to replace it".into());
    }
    failure
}
