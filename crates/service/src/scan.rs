//! What a look at this machine found: one row a file, how bad each is, and what was looked at to
//! say so. `scan` prints it, `doctor` counts it.

mod holdings;
pub mod next;
mod readers;
mod severity;
mod strangers;
pub mod summary;
mod words;

use std::collections::BTreeSet;
use std::path::PathBuf;

use azvault_importer::Outcome;
use azvault_importer::folder::Source;
use azvault_importer::look::{Coverage, Ended};
use azvault_model::ContextName;
use azvault_model::rules::import::Wishes;

pub use holdings::Holdings;
pub use readers::Readers;
pub use severity::Severity;
use severity::Worst;
use strangers::Strangers;
pub use words::{USUAL_PLACES, contents, no_sign_in, shortened};

use crate::app::App;
use crate::failure::Failure;
use crate::migration::decided;
use crate::migration::gather;
use crate::migration::gather::{From, Gathered};
use crate::migration::proposed::Proposed;
use crate::migration::sent_file::SentFile;
use crate::migration::source::SourceView;
use crate::text::count;

/// What was found.
pub struct Survey {
    /// The worst first.
    pub rows: Vec<Row>,
    /// What was looked at.
    pub seen: Coverage,
    /// Files and folders that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
    pub totals: Totals,
    /// Contexts of users for whom no file has a sign-in.
    pub signed_out: Vec<ContextName>,
}

/// One file.
pub struct Row {
    pub path: PathBuf,
    pub kind: Kind,
    pub holds: Holdings,
    pub severity: Severity,
    pub readers: Option<Readers>,
    /// Unix seconds.
    pub modified: Option<i64>,
    /// As `migrate plan` prints it, where a format knows it.
    pub view: Option<SourceView>,
    /// Whether `migrate` imports something of it.
    pub becomes: Becomes,
}

/// Whose file it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of a format.
    Known,
    /// One that no format knows, with values that look like credentials.
    Unknown,
}

/// What `migrate` makes of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// It is imported.
    Imported,
    /// It stays where it is.
    Left,
}

/// What could not be read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    pub path: PathBuf,
    pub why: String,
}

/// What all files hold together, each thing counted once, as `migrate plan` counts.
pub struct Totals {
    pub files: usize,
    /// How many of them the system has sealed for this user.
    pub sealed_for_user: usize,
    pub contexts: usize,
    pub secrets: usize,
    /// The same, file by file.
    pub in_files: InFiles,
}

/// What stands in the files, counted wherever it stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct InFiles {
    pub contexts: usize,
    pub secrets: usize,
}

impl Survey {
    /// Looks. `is_stopped` is asked now and then whether to end early.
    pub fn new(app: &App, from: From<'_>, is_stopped: &dyn Fn() -> bool) -> Result<Self, Failure> {
        let mut strangers = Strangers::new(is_stopped);
        let Gathered { mut sources, seen } = gather::survey(app, from, &mut strangers)?;
        let Strangers { mut rows, unread, .. } = strangers;
        let now = app.now();
        rows.extend(sources.iter().filter_map(|source| Row::of(source, now)));
        let unreadable = unreadable(&sources, &seen, unread);
        rows.sort_by(|a, b| (a.severity, &a.path).cmp(&(b.severity, &b.path)));
        let in_files = InFiles {
            contexts: rows.iter().map(|row| row.holds.contexts).sum(),
            secrets: rows.iter().map(|row| row.holds.secrets()).sum(),
        };
        let files = rows.iter().filter(|row| row.is_finding()).count();
        let read = sources.iter_mut().map(SentFile::take).collect();
        let Proposed { contexts, secrets, signed_out, .. } =
            decided::without_vault(read, &Wishes::default())?;
        let sealed_for_user = rows.iter().filter(|row| row.is_sealed_for_user()).count();
        let totals = Totals {
            files,
            sealed_for_user,
            contexts: contexts.len(),
            secrets: secrets.len(),
            in_files,
        };
        Ok(Self { rows, seen, unreadable, totals, signed_out })
    }

    /// The files with something that is unencrypted, or that every program of this user can open.
    pub fn findings(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is_finding())
    }

    /// Whether all of it was looked at.
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
            && self.seen.bounds.is_empty()
            && self.seen.ended == Ended::AtTheEnd
    }
}

impl Totals {
    /// The files, by how they are kept.
    pub fn words(&self) -> String {
        let unencrypted = self.files - self.sealed_for_user;
        match (unencrypted, self.sealed_for_user) {
            (_, 0) => format!("{} unencrypted", count(unencrypted, "file")),
            (0, sealed) => format!("{} sealed by Windows for you", count(sealed, "file")),
            (_, sealed) => format!(
                "{} unencrypted, {sealed} sealed by Windows for you",
                count(unencrypted, "file")
            ),
        }
    }
}

impl Row {
    /// The row of a file that was read; `None` for one that holds nothing.
    fn of(source: &Source, now: i64) -> Option<Self> {
        // What could not be opened is said as such.
        let stat = source.stat?;
        let holds = Holdings::of(source, now)?;
        let readers = Readers::of(&source.path, stat.permissions, stat.owner);
        let becomes = match source.found.outcome {
            Outcome::Accept | Outcome::Warn if holds.is_left() => Becomes::Left,
            Outcome::Accept | Outcome::Warn => Becomes::Imported,
            Outcome::Report | Outcome::Opaque | Outcome::Reject => Becomes::Left,
        };
        Some(Self {
            path: source.path.clone(),
            kind: Kind::Known,
            severity: severity::severity(holds.worst, readers.who),
            holds,
            readers: Some(readers),
            modified: seconds(stat.modified_ns),
            view: Some(SourceView::new(source)),
            becomes,
        })
    }

    /// Whether the system has sealed it for this user, who is kept from nothing by that.
    pub fn is_sealed_for_user(&self) -> bool {
        self.is_finding() && self.holds.worst == Worst::SealedForUser
    }

    /// Whether it is something to act upon: what is encrypted for others, or only names ids, is not.
    pub fn is_finding(&self) -> bool {
        self.severity < Severity::Low
    }
}

/// What was not listed, and what was listed and not opened.
fn unreadable(sources: &[Source], seen: &Coverage, inside: Vec<Unreadable>) -> Vec<Unreadable> {
    let listed = seen
        .unread
        .iter()
        .map(|unread| Unreadable { path: unread.path.clone(), why: unread.why.clone() });
    let refused = sources.iter().filter(|source| source.stat.is_none()).map(|source| {
        let why = source.found.notes.iter().map(|note| note.text.as_str()).next();
        Unreadable { path: source.path.clone(), why: why.unwrap_or_default().to_owned() }
    });
    let mut paths = BTreeSet::new();
    let mut all: Vec<Unreadable> = refused.chain(listed).chain(inside).collect();
    all.retain(|one| paths.insert(one.path.clone()));
    all.sort();
    all
}

fn seconds(nanoseconds: i128) -> Option<i64> {
    i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()
}
