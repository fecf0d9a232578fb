//! Commands of `migrate` with the paths they are about: complete, to be pasted into a shell.

use std::collections::BTreeSet;
use std::path::Path;

use azvault_importer::places::{self, Roots};

use super::compare::{Comparison, OriginalState};
use crate::shell_word::shell_path;

/// More files than this are named by their folders.
const MAX_NAMED: usize = 4;

/// Says of each part of these files what was made of it, or why it was not read.
pub fn plan<'a>(paths: impl IntoIterator<Item = &'a Path>) -> String {
    format!("azvault migrate plan{}", from_options(paths))
}

/// The option `--from` with each of these paths.
pub(crate) fn from_options<'a>(paths: impl IntoIterator<Item = &'a Path>) -> String {
    paths.into_iter().map(from_option).collect()
}

/// A name that begins as an option does is one with the equals sign alone.
fn from_option(path: &Path) -> String {
    let named = shell_path(path);
    if named.starts_with('-') { format!(" --from={named}") } else { format!(" --from {named}") }
}

/// What helps where vault and originals are not equal. Importing again brings what the vault lost or
/// gave up; it does not bring what was not understood, and finds nothing where originals were removed.
pub fn after(comparison: &Comparison, roots: Option<&Roots>) -> String {
    let is_there = |path: &Path| {
        let mut files = comparison.files.iter();
        files.any(|one| one.file.path == path && one.place != OriginalState::Removed)
    };
    let unread: BTreeSet<&Path> = comparison.unread.iter().map(|path| path.as_path()).collect();
    if unread.iter().copied().any(is_there) {
        return plan(unread.into_iter().filter(|path| is_there(path)));
    }
    let points = comparison.differences.iter().chain(&comparison.gone);
    let concerned: BTreeSet<&Path> = points.map(|point| point.path.as_path()).collect();
    let is_files = |path: &Path| comparison.files.iter().any(|one| one.file.path == path);
    let of_files = concerned.iter().copied().any(is_files);
    let files = comparison.files.iter().map(|one| one.file.path.as_path());
    let again: BTreeSet<&Path> =
        files.filter(|path| is_there(path) && (!of_files || concerned.contains(path))).collect();
    match again.is_empty() {
        true => format!("azvault migrate rollback {}", comparison.migration),
        false => run(&again, roots),
    }
}

fn run(files: &BTreeSet<&Path>, roots: Option<&Roots>) -> String {
    let is_usual = |path: &&Path| roots.is_some_and(|roots| places::covers(roots, path));
    let mut elsewhere: BTreeSet<&Path> =
        files.iter().copied().filter(|path| !is_usual(path)).collect();
    if elsewhere.is_empty() {
        return "azvault migrate run".to_owned();
    }
    let usual = if elsewhere.len() < files.len() { "azvault migrate run && " } else { "" };
    if elsewhere.len() > MAX_NAMED {
        elsewhere = elsewhere.into_iter().filter_map(Path::parent).collect();
    }
    format!("{usual}azvault migrate run{}", from_options(elsewhere))
}
