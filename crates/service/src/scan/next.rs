//! The command that comes next: complete, to be pasted into a shell. What is no command, such as
//! where a product revokes a credential, is said in words and never here.

use std::path::{Path, PathBuf};

use azvault_importer::places::{self, Roots};

use super::{Becomes, Row, Survey};
use crate::migration::gather::From;
use crate::migration::next;
use crate::shell_word::shell_path;

/// More files than this are named by the folder above all of them.
const MAX_NAMED: usize = 4;

/// For one row.
pub fn of_row(row: &Row, from: From<'_>, roots: Option<&Roots>) -> String {
    if row.becomes == Becomes::Imported {
        return migrate(&[row], from, roots);
    }
    plan(&row.path)
}

/// For all of them together, the most useful first; `None` if there is nothing to do.
pub fn of_all(survey: &Survey, from: From<'_>, roots: Option<&Roots>) -> Option<String> {
    let imported: Vec<&Row> =
        survey.findings().filter(|row| row.becomes == Becomes::Imported).collect();
    if !imported.is_empty() {
        return Some(migrate(&imported, from, roots));
    }
    if let Some(row) = survey.findings().next() {
        return Some(of_row(row, from, roots));
    }
    survey.unreadable.first().map(|one| of_unreadable(&one.path))
}

/// What is done about a file or folder that could not be read.
pub fn of_unreadable(path: &Path) -> String {
    match (path.is_symlink(), path.canonicalize()) {
        (true, Ok(target)) if target.is_dir() => format!("azvault scan {}", shell_path(&target)),
        (true, Ok(target)) => format!("azvault migrate{}", next::from_options([target.as_path()])),
        _ => format!("ls -ld -- {}", shell_path(path)),
    }
}

/// Shows what it is, place by place, and what revokes it. Whether it can be removed depends on who
/// still uses it: no command for that.
fn plan(path: &Path) -> String {
    next::plan([path])
}

fn migrate(rows: &[&Row], from: From<'_>, roots: Option<&Roots>) -> String {
    let elsewhere: Vec<&Path> = match from {
        From::Named(paths) => paths.iter().map(PathBuf::as_path).collect(),
        From::Usual | From::Home => {
            let is_usual = |path: &Path| roots.is_some_and(|roots| places::covers(roots, path));
            rows.iter().map(|row| row.path.as_path()).filter(|path| !is_usual(path)).collect()
        }
    };
    let elsewhere = match (from, roots) {
        (From::Home, Some(roots)) if elsewhere.len() > MAX_NAMED => vec![roots.home.as_path()],
        _ => elsewhere,
    };
    let named = next::from_options(elsewhere.iter().copied());
    let is_mixed = !matches!(from, From::Named(_))
        && elsewhere.len() < rows.len()
        && !elsewhere.is_empty()
        && elsewhere.len() <= MAX_NAMED
        && roots.is_none_or(|roots| elsewhere != [roots.home.as_path()]);
    let usual = if is_mixed { "azvault migrate && " } else { "" };
    format!("{usual}azvault migrate{named}")
}
