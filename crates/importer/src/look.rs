//! Looking: which files of a machine hold something that azvault knows, and what was looked at to
//! say so. `scan`, `migrate`, `clean` and `doctor` all look through [`look`].
//!
//! Content decides, at every file; a name speaks where content cannot (`{}`, zero bytes, INI), and
//! only in a folder of a product. Nothing is kept of a file that is none of ours.

mod bounds;
mod far;
mod glance;
mod head;
pub(crate) mod there;
mod walk;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

pub use bounds::{Bound, Bounds};
pub use far::WHOLE;

use crate::folder::reach::Reach;
use crate::open::Stat;
use crate::places::{self, Candidate, Extent, Roots, SearchPlace};
use walk::Walk;

/// What is looked at.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// Where the products keep their files.
    Products(&'a Roots),
    /// The same, and where people save files by hand.
    Usual(&'a Roots),
    /// Files and folders that the user named, and nothing else.
    Named(&'a [PathBuf]),
    /// The usual places, and all that lies below the home folder.
    Home(&'a Roots),
}

/// Who is told what is looked at, while it is.
pub trait Watch {
    /// This file is about to be read.
    fn reading(&mut self, path: &Path);
    /// No format knows this file, and it lies in a product's folder or was named.
    fn unknown(&mut self, file: Unknown);
    /// How far looking through a home has come, of [`WHOLE`].
    fn came(&mut self, far: u64);
    /// Whether to stop here.
    fn is_stopped(&self) -> bool;
}

/// Nobody is told.
struct Silent;

impl Watch for Silent {
    fn reading(&mut self, _: &Path) {}
    fn unknown(&mut self, _: Unknown) {}
    fn came(&mut self, _: u64) {}
    fn is_stopped(&self) -> bool {
        false
    }
}

/// A file that no format knows.
pub struct Unknown {
    /// Where it lies.
    pub path: PathBuf,
    /// Its facts.
    pub stat: Stat,
    /// All its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// What was looked at, and which files are to be read.
#[derive(Default)]
pub struct Looked {
    /// The files to read, most authoritative first.
    pub candidates: Vec<Candidate>,
    /// What was looked at to find them.
    pub seen: Coverage,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many files.
    pub files: usize,
    /// How many folders.
    pub folders: usize,
    /// What could not be looked at, and why.
    pub unread: Vec<Unread>,
    /// What was passed by on purpose: what it is, and how many.
    pub passed: BTreeMap<Passed, usize>,
    /// Where looking ended early.
    pub bounds: Vec<Bound>,
    /// Whether it was stopped.
    pub ended: Ended,
}

/// Whether all of it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ended {
    /// All of it, but for what is unread or beyond a bound.
    #[default]
    AtTheEnd,
    /// The watcher said stop.
    Stopped,
}

/// A file or folder that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason, for the user.
    pub why: String,
}

/// What is passed by on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// A symbolic link: its target is looked at where it lies.
    Link,
    /// A socket, FIFO or device.
    Special,
    /// A folder that another file system is mounted on.
    OtherFileSystem,
    /// Packages and objects of version control: other people's files by the thousand.
    Packages,
    /// An archive: it is not opened.
    Archive,
    /// A vault of azvault: encrypted.
    Vault,
    /// Larger than what people save by hand.
    Large,
}

impl Passed {
    /// What it is, for one and for several.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Link => ("symbolic link", "symbolic links"),
            Self::Special => ("socket, FIFO or device", "sockets, FIFOs and devices"),
            Self::OtherFileSystem => ("mounted file system", "mounted file systems"),
            Self::Packages => ("folder of packages", "folders of packages"),
            Self::Archive => ("archive", "archives"),
            Self::Vault => ("azvault vault", "azvault vaults"),
            Self::Large => ("large file", "large files"),
        }
    }
}

/// Looks: lists every file that azvault knows, by content, with what was looked at.
///
/// Reads each file once at most, keeps none, and follows no link but those that were named. An
/// error means that something named is not there. Settings that say where a product keeps its
/// files are followed within `reach`.
pub fn look(
    at: At<'_>,
    reach: &Reach,
    bounds: &Bounds,
    watch: &mut dyn Watch,
) -> io::Result<Looked> {
    let places = match at {
        At::Usual(roots) => places::usual_places(roots),
        At::Products(roots) => places::products_places(roots),
        At::Home(roots) => {
            let mut places = places::products_places(roots);
            places.push(SearchPlace::new(roots.home.clone(), Extent::Home));
            places
        }
        At::Named(paths) => {
            let mut places = paths
                .iter()
                .map(|path| place_named(path))
                .collect::<io::Result<Vec<SearchPlace>>>()?;
            // A file that was named is looked at as such, and passed by in a folder that was.
            places.sort_by_key(|place| place.extent != Extent::File);
            places
        }
    };
    let mut walk = Walk::new(bounds, reach, watch);
    for place in places {
        walk.place(&place);
    }
    let mut looked = walk.end();
    let order = match at {
        At::Products(roots) | At::Usual(roots) | At::Home(roots) => vec![roots.clone()],
        At::Named(paths) => paths.iter().map(|path| Roots::of(path)).collect(),
    };
    looked.candidates.sort_by_cached_key(|candidate| {
        let rank = order.iter().map(|roots| places::rank(&candidate.path, roots)).min();
        (rank, candidate.path.clone())
    });
    Ok(looked)
}

/// The files that are there, in the places the products name, most authoritative first.
pub fn usual(roots: &Roots) -> Vec<Candidate> {
    let reach = Reach::from(&roots.home);
    let looked = look(At::Products(roots), &reach, &Bounds::default(), &mut Silent);
    looked.map(|looked| looked.candidates).unwrap_or_default()
}

/// The files under a path that the user named: itself, or every known file below the folder.
pub fn named(path: &Path) -> io::Result<Vec<Candidate>> {
    let named = [path.to_owned()];
    let reach = Reach::new(path, named.clone());
    Ok(look(At::Named(&named), &reach, &Bounds::default(), &mut Silent)?.candidates)
}

/// A link to a folder is followed, as the products follow it; one to a file is refused later.
fn place_named(path: &Path) -> io::Result<SearchPlace> {
    let is_folder = path.symlink_metadata()?.is_dir() || path.is_dir();
    let extent = if is_folder { Extent::Named } else { Extent::File };
    Ok(SearchPlace::new(path.to_owned(), extent))
}
