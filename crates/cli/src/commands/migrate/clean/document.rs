//! What `migrate clean -o json` prints.

use std::path::PathBuf;

use azvault_service::migration::cleaning::LeftBehind;
use azvault_service::migration::copies::Copies;
use azvault_service::migration::remove::Kept;
use azvault_service::shell_word::shell_path;
use azvault_vault::{Id, ImportedFile};
use serde::Serialize;

#[derive(Default, Serialize)]
pub(super) struct Document {
    pub(super) schema: u8,
    pub(super) migration: String,
    pub(super) dry_run: bool,
    pub(super) removed: Vec<String>,
    pub(super) gone_before: Vec<String>,
    pub(super) kept: Vec<KeptView>,
    pub(super) left_behind: Vec<LeftBehindView>,
    /// Named like an original, with something else in it.
    pub(super) similar: Vec<SimilarView>,
    pub(super) rotate: Vec<String>,
    /// Commands that sign in again after the credentials were revoked.
    pub(super) then: Vec<String>,
    pub(super) uncleaned: Vec<UncleanedView>,
    pub(super) go_on: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct SimilarView {
    path: String,
    next: String,
}

/// Another migration whose files are still in their places.
#[derive(Serialize)]
pub(super) struct UncleanedView {
    migration: String,
    files: usize,
}

#[derive(Serialize)]
pub(super) struct KeptView {
    path: String,
    why: String,
}

/// A private key that no migration has, while the file that points to it goes.
#[derive(Serialize)]
pub(super) struct LeftBehindView {
    path: String,
    application: String,
    next: String,
}

/// What takes a certificate along that no migration has.
pub(super) fn next(left: &LeftBehind) -> String {
    format!(
        "azvault migrate run --from {} --from {}",
        shell_path(&left.from),
        shell_path(&left.path)
    )
}

/// Paths as documents have them.
pub(super) fn texts(files: &[&ImportedFile]) -> Vec<String> {
    files.iter().map(|file| file.path.display().to_string()).collect()
}

impl KeptView {
    pub(super) fn new(file: &ImportedFile, why: &Kept) -> Self {
        Self { path: file.path.display().to_string(), why: why.text() }
    }
}

impl SimilarView {
    pub(super) fn all(copies: &Copies<'_>) -> Vec<Self> {
        let view = |path: &PathBuf| Self {
            path: path.display().to_string(),
            next: format!("azvault migrate --from {}", shell_path(path)),
        };
        copies.similar.iter().map(view).collect()
    }
}

impl UncleanedView {
    pub(super) fn new(id: Id, files: usize) -> Self {
        Self { migration: id.to_string(), files }
    }
}

impl LeftBehindView {
    pub(super) fn new(left: &LeftBehind) -> Self {
        let path = left.path.display().to_string();
        Self { path, application: left.application.clone(), next: next(left) }
    }
}
