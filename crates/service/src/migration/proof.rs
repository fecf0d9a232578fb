//! The proof of a migration: its originals are read once more, by the readers and by the witness, and
//! compared by who has the vault open.

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_importer::folder::{Reach, Source, read_copies};
use azvault_importer::{Format, Outcome};
use azvault_model::Secret;

use super::compare::{ComparedMigration, Comparison, Difference};
use super::originals::{NumberedCopy, Originals};
use super::sent_file::origin;
use super::witnessed::{self, Heard, Standing, Understood};
use crate::app::App;
use crate::ask::Requests;
use crate::failure::Failure;
use crate::message::SentProfile;
use crate::paths;
use crate::text::count;
use crate::verbs::{CompareMigration, SentCertificate, SentFileAgain};

/// Compares a migration, of which the originals were opened.
pub fn compare(
    app: &App,
    requests: &mut Requests<'_>,
    originals: Originals,
) -> Result<Comparison, Failure> {
    requests.forget();
    let mut comparison = originals.comparison;
    let mut read = read_again(app, originals.copies);
    read.say_what_is_unreadable(&mut comparison);
    let mut heard = read.hear_the_witness(&comparison);
    let witnessed = heard.iter_mut().flat_map(Heard::take_values).collect();
    let migration = comparison.migration;
    let files = read.into_sent();
    let compared = requests.ask(CompareMigration { migration, files, witnessed })?;
    let ComparedMigration { comparison: of_vault, standings } = compared;
    let mut overlooked = judge(heard, &standings, &mut comparison);
    // What the witness misses and no reader does, no reader understood.
    for lost in &of_vault.differences {
        overlooked.remove(&lost.path);
    }
    comparison.unread.append(&mut overlooked);
    comparison.take_over(of_vault);
    Ok(comparison)
}

/// What the readers made of the files.
struct ReadAgain {
    sources: Vec<Source>,
    /// Of each source: its number in the migration.
    numbers: Vec<usize>,
    digests: Vec<[u8; 32]>,
}

/// Reads all of them together.
fn read_again(app: &App, copies: Vec<NumberedCopy>) -> ReadAgain {
    let home = paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home);
    let reach = Reach::new(&home, copies.iter().map(|one| one.copy.path.clone()));
    let numbers = copies.iter().map(|one| one.number).collect();
    let digests = copies.iter().map(|one| one.sha256).collect();
    let copies = copies.into_iter().map(|one| one.copy).collect();
    let spinner = app.console.spinner("reading");
    let sources = read_copies(copies, &reach, &jiff::tz::TimeZone::system());
    drop(spinner);
    ReadAgain { sources, numbers, digests }
}

impl ReadAgain {
    /// What was read when it was imported, and is not read now, is no proof of anything.
    fn say_what_is_unreadable(&self, comparison: &mut Comparison) {
        for (number, source) in self.numbers.iter().copied().zip(&self.sources) {
            let found = &source.found;
            if found.without_room > 0 {
                let what = "too large for the vault, and not in it";
                let what = format!("{}: {what}", count(found.without_room, "item"));
                comparison.differences.push(Difference { path: source.path.clone(), what });
            }
            let is_as_it_was = found.format.as_str() == comparison.files[number].file.format;
            let what = match (is_as_it_was, found.outcome <= Outcome::Warn) {
                (true, true) => continue,
                (false, _) => "its sealed copy is no longer what it was",
                (true, false) => "its sealed copy cannot be read any more",
            };
            comparison.unread.insert(source.path.clone());
            let (path, what) = (source.path.clone(), what.to_owned());
            comparison.differences.push(Difference { path, what });
        }
    }

    /// What a reader overlooks, no comparison with what it read can miss: the witness knows no format.
    ///
    /// Nobody needs the bytes of a file afterwards; a certificate's are its value.
    fn hear_the_witness(&mut self, comparison: &Comparison) -> Vec<Heard> {
        let mut heard = Vec::new();
        for (number, source) in self.numbers.iter().zip(&mut self.sources) {
            let file = &comparison.files[*number].file;
            let kept = source.bytes.take();
            if source.found.format == Format::Certificate {
                source.bytes.clone_from(&kept);
            }
            let Some(bytes) = kept.filter(|_| file.original.is_some()) else { continue };
            heard.push(witnessed::hear(*number, file, &bytes, &source.found));
            source.found.left_out = Vec::new();
        }
        let files = comparison.files.iter().map(|compared| &compared.file).enumerate();
        let unsealed = files.filter(|(_, file)| file.original.is_none() && file.removed.is_none());
        heard.extend(unsealed.filter_map(|(number, file)| witnessed::hear_unsealed(number, file)));
        heard
    }

    /// What the files say, on its way to who compares it.
    fn into_sent(self) -> Vec<SentFileAgain> {
        let Self { sources, numbers, digests } = self;
        let facts = numbers.into_iter().zip(digests);
        let sent = sources.into_iter().zip(facts).map(|(source, (number, sha256))| SentFileAgain {
            number,
            path: source.path,
            origin: origin(source.found.product),
            sha256,
            profile: SentProfile::from(source.found.profile),
            certificate: source.bytes.map(|bytes| SentCertificate { bytes: Secret::new(bytes) }),
        });
        sent.collect()
    }
}

/// Says what the witness has to say, now that it is known how the vault has each value. Answers with the
/// files in which it finds what is not in the vault.
fn judge(
    heard: Vec<Heard>,
    standings: &[Standing],
    comparison: &mut Comparison,
) -> BTreeSet<PathBuf> {
    let mut overlooked = BTreeSet::new();
    let mut rest = standings;
    for heard in heard {
        let (own, further) = rest.split_at(heard.findings().min(rest.len()));
        rest = further;
        let path = comparison.files[heard.number].file.path.clone();
        let judged = heard.judge(&path, own);
        if judged.understood == Understood::InPart {
            comparison.unread.insert(path.clone());
        } else if !judged.differences.is_empty() {
            overlooked.insert(path.clone());
        }
        let difference = |what| Difference { path: path.clone(), what };
        comparison.differences.extend(judged.differences.into_iter().map(difference));
        comparison.left_out.extend(judged.left_out);
    }
    overlooked
}
