//! The files of a migration, read once more.

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_importer::folder::{Copy, Reach, Source, read_copies};
use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Format, Outcome};
use azvault_model::{Account, ByDigest, Context, Digests};
use azvault_vault::{ImportedFile, Since, Snapshot};
use azvault_witness::Ledger;
use zeroize::Zeroizing;

use super::comparison::{Compared, Comparison, Difference, OriginalState};
use crate::app::App;
use crate::migration::present::Content;
use crate::migration::witnessed::{self, Understood};
use crate::paths;
use crate::text::count;

/// The files of a migration, read once more.
pub(super) struct Again {
    pub(super) sources: Vec<Source>,
    /// Of each source: its number in the migration.
    pub(super) numbers: Vec<usize>,
}

/// Opens every sealed copy, looks at the place of its original, and reads all of them together. Of
/// files that were not sealed those are read that still are what they were.
pub(super) fn read_again(
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
            None if file.outcome == Outcome::Reject.as_str() => {
                refused(&file, comparison);
                (OriginalState::Refused, None)
            }
            None if is_forgotten => (OriginalState::NotSealed, None),
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

fn at_its_place(file: &ImportedFile, sealed: &[u8], comparison: &mut Comparison) -> OriginalState {
    let what = match read_once(&file.path) {
        Ok(opened) if opened.bytes[..] == *sealed => return OriginalState::Original,
        Ok(_) => CHANGED.to_owned(),
        Err(OpenError::NotFound) => return OriginalState::Removed,
        Err(e) => {
            comparison.unread.insert(file.path.clone());
            format!("cannot be read again: {e}")
        }
    };
    comparison.differences.push(Difference { path: file.path.clone(), what });
    OriginalState::Changed
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
fn not_sealed(
    file: &ImportedFile,
    comparison: &mut Comparison,
) -> (OriginalState, Option<Zeroizing<Vec<u8>>>) {
    let is_certificate = file.format == Format::Certificate.as_str();
    let what = match read_once(&file.path) {
        Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => {
            return (OriginalState::NotSealed, Some(opened.bytes));
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
    (OriginalState::NotSealed, None)
}

impl Again {
    /// The sources, each with its number in the migration.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.numbers.iter().copied().zip(&self.sources)
    }

    /// What was read when it was imported, and is not read now, is no proof of anything.
    pub(super) fn say_what_is_unreadable(&self, comparison: &mut Comparison) {
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
    /// Drops what the vault says in the words of a file: who is who is known from the file as well.
    pub(super) fn leave_out_what_files_say(&self, content: &mut Content) {
        let digests = Digests::default();
        let profiles = || self.sources.iter().map(|source| &source.found.profile);
        let contexts = profiles().flat_map(|profile| &profile.contexts);
        let said: ByDigest<&Context> =
            contexts.map(|said| (digests.of(said.name.caseless()), said)).collect();
        content.contexts.retain(|own| {
            let said = said.get(&digests.of(own.name.caseless()));
            !said.is_some_and(|said| said.says_the_same_as(own))
        });
        let accounts = profiles().flat_map(|profile| &profile.accounts);
        let said: ByDigest<&Account> = accounts.map(|said| (digests.of(&said.id), said)).collect();
        content
            .accounts
            .retain(|own| said.get(&digests.of(&own.id)).is_none_or(|said| *said != own));
        content.contexts.shrink_to_fit();
        content.accounts.shrink_to_fit();
    }
}

impl Again {
    /// What a reader overlooks, no comparison with what it read can miss: the witness knows no format.
    /// Answers with the files in which it finds what is not in the vault.
    ///
    /// Nobody needs the bytes of a file afterwards; a certificate's are its value.
    pub(super) fn hear_the_witness(
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
            let heard = witnessed::hear(&held, file, &bytes, &source.found, since);
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
