//! What only several files together say: where settings send the reader, which certificate an
//! entry means, and which subscription Azure CLI has as its default.

mod certificates;
mod clouds;
pub(crate) mod reach;
mod sealed;
pub(crate) mod settings;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::formats::row::Holds;
use crate::formats::table::{by_name, product_at, row};
use crate::open::{OpenError, Stat, read_once};
use crate::places::{Candidate, CandidateReason};
use crate::{Format, Found, Outcome, Product, Reading};
use azvault_os::file::FileIdentity;
pub use certificates::certificates_of;
pub use reach::{Outside, Reach};
pub use sealed::{Copy, read_copies};

/// One file, read.
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// Its facts; `None` if it could not be opened.
    pub stat: Option<Stat>,
    /// Its bytes, for the sealed copy; `None` if it could not be opened.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
    /// What it holds. A file that could not be opened is a `Reject` with the reason.
    pub found: Found,
    /// Files that it points to and that were not opened, because nobody named them.
    pub outside: Vec<Outside>,
    /// Symbolic links that led to it.
    pub links: Vec<Link>,
}

/// A symbolic link, as it was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it lies.
    pub path: PathBuf,
    /// What stands in it.
    pub to: PathBuf,
}

/// Opens and reads candidates, follows settings that redirect and entries that point to
/// certificates, and resolves Azure CLI's default. `opened` hears of each file before it is read.
///
/// A file that two paths lead to is read once. What files point to is read within `reach`.
pub fn read_all(
    candidates: &[Candidate],
    reach: impl Into<Reach>,
    time_zone: &TimeZone,
    opened: &mut dyn FnMut(&Path),
) -> Vec<Source> {
    read_within(candidates, &reach.into(), time_zone, opened)
}

/// As [`read_all`], for who reads more than once.
pub fn read_within(
    candidates: &[Candidate],
    reach: &Reach,
    time_zone: &TimeZone,
    opened: &mut dyn FnMut(&Path),
) -> Vec<Source> {
    let mut sources = Sources::new(reach, time_zone, opened);
    for candidate in candidates {
        sources.read(candidate);
    }
    for at in 0..sources.list.len() {
        follow(&mut sources, at);
    }
    clouds::name_clouds(&mut sources.list);
    certificates::read_certificates(&mut sources);
    certificates::hold_lone(&mut sources.list);
    clouds::choose_defaults(&mut sources.list);
    sources.list
}

/// Follows settings to the contexts and the token cache, unless they lead out of reach. A path of
/// another machine is no path here; one that is not there says nothing.
fn follow(sources: &mut Sources<'_>, settings: usize) {
    let reach = sources.reach;
    let from = sources.list[settings].path.clone();
    let found = &sources.list[settings].found;
    let contexts = found.redirect.iter().flat_map(|path| settings::resolve(path, &from, reach));
    let contexts: Vec<PathBuf> = contexts.filter(|path| path.symlink_metadata().is_ok()).collect();
    let caches = found.cache_folder.iter().flat_map(|path| settings::resolve(path, &from, reach));
    let caches: Vec<PathBuf> = caches.filter(|path| path.is_dir()).collect();
    for path in contexts {
        if !sources.paths.contains_key(&path) && !reach.has(&path, &from) {
            let what = "the contexts that its settings point to, and that `migrate clean` would \
                        remove";
            sources.list[settings].is_outside(Outside { path, what: what.to_owned() });
            continue;
        }
        let expected = Candidate { path: path.clone(), because: CandidateReason::Expected };
        sources.read(&expected);
        if let Some(Some(at)) = sources.paths.get(&path)
            && path.parent() != from.parent()
        {
            let why = format!("read because {} points to it", from.display());
            sources.list[*at].found.remark("", why);
        }
    }
    for path in caches {
        let is_read = sources.list.iter().any(|source| source.path.starts_with(&path));
        if !is_read && !reach.has(&path.join("msal.cache"), &from) {
            let what = "the token cache that its settings point to".to_owned();
            sources.list[settings].is_outside(Outside { path, what });
        }
    }
}

impl Source {
    fn new(path: PathBuf, opened: Option<(Stat, Zeroizing<Vec<u8>>)>, found: Found) -> Self {
        let (stat, bytes) = opened.unzip();
        Self { path, stat, bytes, found, outside: Vec::new(), links: Vec::new() }
    }

    /// Says what this one points to and nobody named.
    fn is_outside(&mut self, outside: Outside) {
        let path = outside.path.display();
        let what = &outside.what;
        self.found.warn("", format!("not read, because nobody named it (--from {path}): {what}"));
        self.outside.push(outside);
    }
}

/// Sources, which of them a path or an inode is, and how further ones are read.
struct Sources<'a> {
    list: Vec<Source>,
    paths: HashMap<PathBuf, Option<usize>>,
    inodes: HashMap<FileIdentity, usize>,
    /// What may be read because a file points to it.
    reach: &'a Reach,
    time_zone: &'a TimeZone,
    /// Hears of each file before it is read.
    opened: &'a mut dyn FnMut(&Path),
}

impl<'a> Sources<'a> {
    fn new(reach: &'a Reach, time_zone: &'a TimeZone, opened: &'a mut dyn FnMut(&Path)) -> Self {
        let (list, paths, inodes) = Default::default();
        Self { list, paths, inodes, reach, time_zone, opened }
    }

    fn read(&mut self, candidate: &Candidate) {
        if self.paths.contains_key(&candidate.path) {
            return;
        }
        (self.opened)(&candidate.path);
        let at = read_one(candidate, self.time_zone).map(|source| self.add(source));
        self.paths.insert(candidate.path.clone(), at);
    }

    /// Adds a source unless its file is there under another path; says where it is.
    fn add(&mut self, source: Source) -> usize {
        let new = self.list.len();
        if let Some(stat) = &source.stat {
            let at = *self.inodes.entry(stat.identity).or_insert(new);
            if at < new {
                return at;
            }
        }
        self.list.push(source);
        new
    }
}

/// Whether both lie in one folder: Azure CLI's files say something together only there.
fn beside(a: &Source, b: &Source) -> bool {
    a.path.parent() == b.path.parent()
}

fn read_one(candidate: &Candidate, time_zone: &TimeZone) -> Option<Source> {
    let path = candidate.path.clone();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    match read_once(&path) {
        Ok(opened) => {
            let reading = Reading { file_name: &name, time_zone };
            let mut found = crate::read(&opened.bytes, &reading);
            let at_its_place = product_at(found.format, &path);
            found.product = at_its_place.unwrap_or(found.product);
            let row = row(found.format);
            // Any server has certificates; those of a product lie where it writes them.
            let a_servers = row.holds == Holds::Certificate
                && at_its_place.is_none()
                && candidate.because == CandidateReason::Walked;
            // A file of another tool without a credential of Azure is none of our business.
            let others = row.holds == Holds::OthersCredentials;
            let is_spotless = others && found.outcome == Outcome::Accept;
            (!is_spotless && !a_servers)
                .then(|| Source::new(path, Some((opened.stat, opened.bytes)), found))
        }
        Err(OpenError::NotFound) => None,
        Err(error) => {
            let format = by_name(&name).unwrap_or(Format::NotAContextFile);
            let why = refusal(&error, &path);
            let found = Found::rejected(format, Product::Unknown, "", why);
            Some(Source::new(path, None, found))
        }
    }
}

/// Why a file was not read, and for a link where the file is.
fn refusal(error: &OpenError, path: &Path) -> String {
    match (error, path.canonicalize()) {
        (OpenError::SymbolicLink, Ok(target)) => {
            format!("{error}: name its target (--from {})", target.display())
        }
        _ => error.to_string(),
    }
}
