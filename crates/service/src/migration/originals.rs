//! The originals of a migration: from their places where they still are what was sealed, else released
//! from the vault.

use azvault_importer::folder::Copy;
use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Format, Outcome};
use azvault_vault::{Id, IdPrefix, Import, ImportedFile, Stored};
use zeroize::Zeroizing;

use super::compare::{Compared, Comparison, Difference, OriginalState};
use crate::app::App;
use crate::ask::Requests;
use crate::failure::Failure;
use crate::migration;
use crate::verbs::{ReadMigrations, ReleaseOriginals, WhatFor};

/// A migration whose originals are at hand.
pub struct Originals {
    /// What their places say.
    pub comparison: Comparison,
    pub(super) copies: Vec<NumberedCopy>,
    /// All other migrations.
    pub others: Vec<Stored<Import>>,
}

/// What was in a file.
pub(super) struct NumberedCopy {
    /// Its number in the migration.
    pub(super) number: usize,
    pub(super) sha256: [u8; 32],
    pub(super) copy: Copy,
}

/// Where the bytes of a file are.
enum Place {
    Here(Zeroizing<Vec<u8>>),
    Sealed,
    Nowhere,
}

/// Looks at the place of each file of a migration, or of the newest one, and has those opened that are
/// not there any more. Of files that were not sealed those are read that still are what they were.
pub fn open(
    app: &App,
    requests: &mut Requests<'_>,
    typed: Option<&IdPrefix>,
    what_for: WhatFor,
) -> Result<Originals, Failure> {
    let mut others = requests.ask(ReadMigrations {})?.all;
    let id = migration::find(&others, typed)?.id;
    let at = others.iter().position(|import| import.id == id);
    let files = at.map(|at| others.remove(at).value.files).unwrap_or_default();
    let mut comparison = Comparison::new(id);
    let is_forgotten = files.iter().all(|file| file.original.is_none());
    let bar = app.console.progress("reading", files.len() as u64);
    let mut places = Vec::with_capacity(files.len());
    for file in files {
        bar.step();
        let (state, place) = match &file.original {
            Some(_) => at_its_place(&file, &mut comparison),
            None if file.outcome == Outcome::Reject.as_str() => {
                refused(&file, &mut comparison);
                (OriginalState::Refused, Place::Nowhere)
            }
            None if is_forgotten => (OriginalState::NotSealed, Place::Nowhere),
            None => (OriginalState::NotSealed, not_sealed(&file, &mut comparison)),
        };
        places.push(place);
        comparison.files.push(Compared { file, place: state });
    }
    drop(bar);
    let copies = copies(requests, &comparison, places, what_for)?;
    Ok(Originals { comparison, copies, others })
}

/// All that were found, with those that are sealed alone.
fn copies(
    requests: &mut Requests<'_>,
    comparison: &Comparison,
    places: Vec<Place>,
    what_for: WhatFor,
) -> Result<Vec<NumberedCopy>, Failure> {
    let sealed = places.iter().enumerate().filter(|(_, place)| matches!(place, Place::Sealed));
    let numbers: Vec<usize> = sealed.map(|(number, _)| number).collect();
    let mut released = released(requests, comparison.migration, numbers, what_for)?.into_iter();
    let numbered = places.into_iter().enumerate().filter_map(|(number, place)| {
        let file = &comparison.files[number].file;
        let bytes = match place {
            Place::Here(bytes) => bytes,
            Place::Sealed => released.next()?,
            Place::Nowhere => return None,
        };
        let also = file.links.iter().map(|link| link.path.clone()).collect();
        let sha256 = azvault_vault::sha256(&bytes);
        let copy = Copy { path: file.path.clone(), also, bytes };
        Some(NumberedCopy { number, sha256, copy })
    });
    Ok(numbered.collect())
}

/// Sealed originals by their numbers; nothing is asked where none is wanted.
pub(crate) fn released(
    requests: &mut Requests<'_>,
    migration: Id,
    files: Vec<usize>,
    what_for: WhatFor,
) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let released = requests.ask(ReleaseOriginals { migration, files, what_for })?.originals;
    Ok(released.into_iter().map(|original| original.bytes.into_bytes()).collect())
}

impl Originals {
    /// Each original that was sealed, and its bytes.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&ImportedFile, &[u8])> {
        let file = |copy: &NumberedCopy| &self.comparison.files[copy.number].file;
        let all = self.copies.iter().map(move |copy| (file(copy), &copy.copy.bytes[..]));
        all.filter(|(file, _)| file.original.is_some())
    }
}

fn at_its_place(file: &ImportedFile, comparison: &mut Comparison) -> (OriginalState, Place) {
    let what = match read_once(&file.path) {
        Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => {
            return (OriginalState::Original, Place::Here(opened.bytes));
        }
        Ok(_) => CHANGED.to_owned(),
        Err(OpenError::NotFound) => return (OriginalState::Removed, Place::Sealed),
        Err(e) => {
            comparison.unread.insert(file.path.clone());
            format!("cannot be read again: {e}")
        }
    };
    comparison.differences.push(Difference { path: file.path.clone(), what });
    (OriginalState::Changed, Place::Sealed)
}

const CHANGED: &str = "changed since it was imported: run azvault migrate run again";

/// A file of which nothing could be read: whatever is in it, the vault does not have it.
fn refused(file: &ImportedFile, comparison: &mut Comparison) {
    let what = match read_once(&file.path) {
        Err(OpenError::NotFound) => return,
        Ok(opened) if azvault_vault::sha256(&opened.bytes) != file.sha256 => {
            "could not be read when it was imported, and has changed: run azvault migrate run again"
                .to_owned()
        }
        Ok(_) => {
            comparison.unread.insert(file.path.clone());
            "could not be read: nothing of it is in the vault".to_owned()
        }
        Err(e) => {
            comparison.unread.insert(file.path.clone());
            format!("could not be read: {e}")
        }
    };
    comparison.differences.push(Difference { path: file.path.clone(), what });
}

/// Settings may change. A certificate that was not sealed must still be what was imported.
fn not_sealed(file: &ImportedFile, comparison: &mut Comparison) -> Place {
    let is_certificate = file.format == Format::Certificate.as_str();
    let what = match read_once(&file.path) {
        Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => {
            return Place::Here(opened.bytes);
        }
        Ok(_) => is_certificate.then(|| CHANGED.to_owned()),
        Err(OpenError::NotFound) if !is_certificate => None,
        // Nobody looked into it: nothing is proven of it.
        Err(e) => {
            comparison.unread.insert(file.path.clone());
            Some(format!("cannot be read again: {e}"))
        }
    };
    if let Some(what) = what {
        comparison.differences.push(Difference { path: file.path.clone(), what });
    }
    Place::Nowhere
}
