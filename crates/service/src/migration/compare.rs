//! The proof: originals and vault are read again, through fresh handles, and compared.
//!
//! Every sealed copy is opened and read once more by the importer. Each context in it must be in the
//! vault under the name that the import gave it, and say what its file says; each secret must be
//! there by value, as its owner's. A file that is still at its place must be what was sealed, byte for
//! byte. What azvault itself has renewed, and what the user changed or signed out, the import
//! remembers: that is told, and is not called lost.

mod contexts;
mod secrets;
mod surroundings;
mod verdict;

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_importer::folder::{Copy, Reach, Source, read_copies};
use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Format, Outcome};
use azvault_model::rules::import;
use azvault_vault::{Id, Import, ImportedFile, Since, Snapshot, Taken, Vault};
use azvault_witness::Ledger;
use zeroize::Zeroizing;

use super::present::Content;
use super::proposal;
use super::witnessed::{self, LeftOut, Understood};
use crate::app::App;
use crate::failure::Failure;
use crate::migration;
use crate::paths;
use crate::text::count;

/// What a comparison found.
pub struct Comparison {
    pub migration: Id,
    pub files: Vec<Compared>,
    pub contexts: usize,
    pub secrets: usize,
    pub accounts: usize,
    pub environments: usize,
    pub differences: Vec<Difference>,
    /// Files with something that no reader understood, or that could not be read: importing them again
    /// changes nothing of that.
    pub unread: BTreeSet<PathBuf>,
    /// What is there in another form than it was imported: renewed, renamed, changed.
    pub since: Vec<Difference>,
    /// What is not there any more because the user removed it or signed out.
    pub gone: Vec<Difference>,
    /// What the originals hold and the vault does not, with the reason.
    pub left_out: Vec<LeftOut>,
    /// How many secrets azvault has renewed since.
    pub renewed: usize,
    /// How many secrets went when the user signed out.
    pub signed_out: usize,
}

/// One file of the migration.
pub struct Compared {
    pub file: ImportedFile,
    pub place: Place,
}

/// What is at the place of the original now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The original, byte for byte.
    Original,
    /// Nothing: it was removed, and its sealed copy is in the vault.
    Removed,
    /// Something else, or nothing although it was never removed.
    Changed,
    /// Nothing was sealed of this file: settings, which stay where they are.
    NotSealed,
}

impl Place {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::NotSealed => "settings",
        }
    }
}

/// One point in which file and vault differ.
pub struct Difference {
    pub path: PathBuf,
    pub what: String,
}

/// What the files are compared with.
struct Against<'a> {
    content: &'a Content,
    /// What the import decided; `None` for one by an earlier azvault.
    taken: Option<&'a Taken>,
    since: &'a Since,
}

/// The files of a migration, read once more.
struct Again {
    sources: Vec<Source>,
    /// Of each source: its number in the migration.
    numbers: Vec<usize>,
}

/// Compares one migration, or the newest one.
pub fn compare(app: &App, vault: &Vault, id: Option<Id>) -> Result<Comparison, Failure> {
    let path = app.vault_path()?;
    let mut snapshot = vault.snapshot_with_kept()?;
    let mut content = Content::take(&mut snapshot)?;
    let held = witnessed::held(&content);
    let import = migration::find(std::mem::take(&mut content.imports), id)?;
    let mut comparison = Comparison {
        migration: import.id,
        files: Vec::new(),
        contexts: 0,
        secrets: 0,
        accounts: 0,
        environments: 0,
        differences: Vec::new(),
        unread: BTreeSet::new(),
        since: Vec::new(),
        gone: Vec::new(),
        left_out: Vec::new(),
        renewed: 0,
        signed_out: 0,
    };
    let Import { files, taken, since, .. } = import.value;
    let mut again = read_again(app, &snapshot, files, &mut comparison)?;
    drop(snapshot);
    again.say_what_is_unreadable(&mut comparison);
    let mut overlooked = again.hear_the_witness(held, &since, &mut comparison);
    let before = comparison.differences.len();
    let against = Against { content: &content, taken: taken.as_ref(), since: &since };
    contexts::compare(&again, &against, &mut comparison);
    surroundings::compare(&again, &against, &path, &mut comparison);
    let incoming = again.sources.iter_mut().map(proposal::incoming).collect();
    let plan = import::plan_sign_ins(incoming, &content.present());
    secrets::compare(&again, &plan, &against, &mut comparison);
    // What the witness misses and no reader does, no reader understood.
    for lost in &comparison.differences[before..] {
        overlooked.remove(&lost.path);
    }
    comparison.unread.append(&mut overlooked);
    Ok(comparison)
}

/// Opens every sealed copy, looks at the place of its original, and reads all of them together. Of
/// files that were not sealed those are read that still are what they were.
fn read_again(
    app: &App,
    snapshot: &Snapshot<'_>,
    files: Vec<ImportedFile>,
    comparison: &mut Comparison,
) -> Result<Again, azvault_vault::Error> {
    let home = paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home);
    let reach = Reach::new(&home, files.iter().map(|file| file.path.clone()));
    let is_forgotten = files.iter().all(|file| file.original.is_none());
    let (mut copies, mut numbers) = (Vec::new(), Vec::new());
    let bar = app.console.progress("comparing", files.len() as u64);
    for (number, file) in files.into_iter().enumerate() {
        bar.step();
        let (place, bytes) = match &file.original {
            Some(original) => {
                let sealed = snapshot.original(original)?;
                (at_its_place(&file, &sealed, comparison), Some(sealed))
            }
            None if is_forgotten => (Place::NotSealed, None),
            None => not_sealed(&file, comparison),
        };
        if let Some(bytes) = bytes {
            let also = file.links.iter().map(|link| link.path.clone()).collect();
            copies.push(Copy { path: file.path.clone(), also, bytes });
            numbers.push(number);
        }
        comparison.files.push(Compared { file, place });
    }
    drop(bar);
    let sources = read_copies(copies, &reach, &jiff::tz::TimeZone::system());
    Ok(Again { sources, numbers })
}

fn at_its_place(file: &ImportedFile, sealed: &[u8], comparison: &mut Comparison) -> Place {
    let what = match read_once(&file.path) {
        Ok(opened) if opened.bytes[..] == *sealed => return Place::Original,
        Ok(_) => CHANGED.to_owned(),
        Err(OpenError::NotFound) => return Place::Removed,
        Err(e) => {
            comparison.unread.insert(file.path.clone());
            format!("cannot be read again: {e}")
        }
    };
    comparison.differences.push(Difference { path: file.path.clone(), what });
    Place::Changed
}

const CHANGED: &str = "changed since it was imported: run azvault migrate run again";

/// Settings may change. A certificate that was not sealed must still be what was imported.
fn not_sealed(
    file: &ImportedFile,
    comparison: &mut Comparison,
) -> (Place, Option<Zeroizing<Vec<u8>>>) {
    let is_certificate = file.format == Format::Certificate.as_str();
    let what = match read_once(&file.path) {
        Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => {
            return (Place::NotSealed, Some(opened.bytes));
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
    (Place::NotSealed, None)
}

impl Again {
    /// The sources, each with its number in the migration.
    fn numbered(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.numbers.iter().copied().zip(&self.sources)
    }

    /// What was read when it was imported, and is not read now, is no proof of anything.
    fn say_what_is_unreadable(&self, comparison: &mut Comparison) {
        for (number, source) in self.numbered() {
            let found = &source.found;
            if found.without_room > 0 {
                let what = "too large for the vault, and not in it";
                comparison.differ(source, format!("{}: {what}", count(found.without_room, "item")));
            }
            let is_as_it_was = found.format.as_str() == comparison.files[number].file.format;
            let what = match (is_as_it_was, found.outcome <= Outcome::Warn) {
                (true, true) => continue,
                (false, _) => "its sealed copy is no longer what it was",
                (true, false) => "its sealed copy cannot be read any more",
            };
            comparison.unread.insert(source.path.clone());
            comparison.differ(source, what.to_owned());
        }
    }
}

impl Again {
    /// What a reader overlooks, no comparison with what it read can miss: the witness knows no format.
    /// Answers with the files in which it finds what is not in the vault.
    ///
    /// Nobody needs the bytes of a file afterwards; a certificate's are its value.
    fn hear_the_witness(
        &mut self,
        held: Ledger,
        since: &Since,
        comparison: &mut Comparison,
    ) -> BTreeSet<PathBuf> {
        let mut overlooked = BTreeSet::new();
        let (mut differences, mut told) = (Vec::new(), Vec::new());
        for (number, source) in self.numbers.iter().zip(&mut self.sources) {
            let file = &comparison.files[*number].file;
            let kept = source.bytes.take();
            if source.found.format == Format::Certificate {
                source.bytes.clone_from(&kept);
            }
            let Some(bytes) = kept.filter(|_| file.original.is_some()) else { continue };
            let heard = witnessed::hear(&held, file, (&bytes, &source.found), since);
            source.found.left_out = Vec::new();
            if heard.understood == Understood::InPart {
                comparison.unread.insert(file.path.clone());
            } else if !heard.differences.is_empty() {
                overlooked.insert(file.path.clone());
            }
            let difference = |what| Difference { path: file.path.clone(), what };
            differences.extend(heard.differences.into_iter().map(difference));
            told.extend(heard.left_out);
        }
        let files = comparison.files.iter().map(|compared| &compared.file);
        for file in files.filter(|file| file.original.is_none() && file.removed.is_none()) {
            let heard = witnessed::hear_unsealed(&held, file);
            if !heard.differences.is_empty() {
                comparison.unread.insert(file.path.clone());
            }
            let difference = |what| Difference { path: file.path.clone(), what };
            differences.extend(heard.differences.into_iter().map(difference));
            told.extend(heard.left_out);
        }
        comparison.differences.extend(differences);
        comparison.left_out.extend(told);
        overlooked
    }
}

impl Comparison {
    /// Whether nothing of the files was lost: what is not in the vault as it was imported is there in
    /// a newer form, or the user removed it.
    pub fn lost_nothing(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether all of the files is in the vault.
    pub fn is_equal(&self) -> bool {
        self.lost_nothing() && self.gone.is_empty()
    }

    fn differ(&mut self, source: &Source, what: String) {
        self.differences.push(Difference { path: source.path.clone(), what });
    }

    fn tell(&mut self, source: &Source, what: String) {
        self.since.push(Difference { path: source.path.clone(), what });
    }

    fn miss(&mut self, source: &Source, what: String) {
        self.gone.push(Difference { path: source.path.clone(), what });
    }
}
