//! What was found, in words.

use std::path::Path;

use azvault_importer::places::Roots;
use azvault_os::protect;

use super::{Kind, Row};
use crate::text::{quoted, shown_path};

/// Where it is looked when nothing is named.
pub const USUAL_PLACES: &str = "in the usual places";

/// A context that no refresh token was found for, and where one may be.
pub fn no_sign_in(name: &str) -> String {
    let name = quoted(name);
    // Windows signs people in by itself (WAM), and then no product has anything that could be moved.
    if protect::IS_THERE {
        return format!(
            "no sign-in found for context {name}: Windows keeps it (WAM), and nothing can be moved, or its token \
             cache is elsewhere; azvault connect, or azvault scan PATH"
        );
    }
    format!("no sign-in found for context {name}: its token cache is elsewhere; azvault scan PATH")
}

pub fn contents(row: &Row) -> String {
    match &row.view {
        Some(view) if row.kind == Kind::Known => {
            format!("{}: {}", view.format, row.holds.words())
        }
        _ => row.holds.words(),
    }
}

pub fn shortened(path: &Path, roots: Option<&Roots>) -> String {
    let below = roots.and_then(|roots| path.strip_prefix(&roots.home).ok());
    match below {
        Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
        Some(below) => format!("~/{}", shown_path(below)),
        None => shown_path(path),
    }
}
