//! One file of a migration, in words.

use std::path::Path;

use azvault_importer::folder::Source;
use azvault_importer::open::Stat;
use azvault_importer::{Note, Outcome, Product};
use serde::Serialize;

use crate::text::shown;

/// One file, as `scan` and `migrate plan` print it.
#[derive(Serialize)]
pub struct SourceView {
    pub path: String,
    pub format: &'static str,
    pub product: &'static str,
    pub mode: Option<String>,
    pub size: Option<u64>,
    pub outcome: &'static str,
    pub notes: Vec<String>,
}

impl SourceView {
    pub fn new(source: &Source) -> Self {
        Self {
            path: source.path.display().to_string(),
            format: source.found.format.as_str(),
            product: source.found.product.as_str(),
            mode: source.stat.map(|stat| stat.permissions.to_string()),
            size: source.stat.map(|stat| stat.size),
            outcome: source.found.outcome.as_str(),
            notes: source.found.notes.iter().map(note).collect(),
        }
    }

    /// Of a file that no format knows.
    pub fn unknown(path: &Path, stat: &Stat) -> Self {
        Self {
            path: path.display().to_string(),
            format: "unknown-file",
            product: Product::Unknown.as_str(),
            mode: Some(stat.permissions.to_string()),
            size: Some(stat.size),
            outcome: Outcome::Reject.as_str(),
            notes: Vec::new(),
        }
    }
}

/// What a reader noted, safe to show.
pub fn note(note: &Note) -> String {
    if note.place.is_empty() {
        shown(&note.text)
    } else {
        format!("{}: {}", shown(&note.place), shown(&note.text))
    }
}
