//! Through folders: every file once, links not followed, and what is left out is counted or named.

mod files;
mod names;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{DirEntry, FileType};
use std::io::Error;
use std::path::{Path, PathBuf};

use azvault_os::file::{Facts, FileIdentity, Volume};

use self::names::{is_known, is_lock, is_packages, is_programs, is_silent};
use super::far::{Far, WHOLE};
use super::glance::{Care, What, glance};
use super::there::{There, is_absence, there};
use super::{Bound, Bounds, Ended, Looked, Passed, Unknown, Unread, Watch};
use crate::folder::Reach;
use crate::folder::settings::folders_of;
use crate::open::OpenError;
use crate::places::{
    Candidate, CandidateReason, Extent, SearchPlace, is_product_folder, is_telling,
};
use crate::{Format, Reading};

/// A walk through places, one after the other.
pub(super) struct Walk<'a> {
    bounds: &'a Bounds,
    reach: &'a Reach,
    watch: &'a mut dyn Watch,
    looked: Looked,
    /// Folders that were listed: two names of one are one.
    folders: HashSet<FileIdentity>,
    /// Files that were looked at in places that share folders with others.
    files: HashSet<PathBuf>,
    /// Folders that hide what is below them.
    closed: HashSet<PathBuf>,
    entries: usize,
    read: u64,
    /// Where settings say that more files are.
    pointed: Vec<PathBuf>,
    /// How much of the home is done.
    far: Far,
}

/// Whether a file's name says what it is, where its content cannot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// In the folder of a product.
    Speak,
    /// Elsewhere: other tools have files of these names.
    SayNothing,
}

/// A folder on the way.
struct Folder {
    path: PathBuf,
    depth: usize,
    /// The file system of the place that it belongs to.
    volume: Volume,
    extent: Extent,
    /// Its part of the home.
    share: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bounds: &'a Bounds, reach: &'a Reach, watch: &'a mut dyn Watch) -> Self {
        Self {
            bounds,
            reach,
            watch,
            looked: Looked::default(),
            folders: HashSet::new(),
            files: HashSet::new(),
            closed: HashSet::new(),
            entries: 0,
            read: 0,
            pointed: Vec::new(),
            far: Far::default(),
        }
    }

    /// Looks at a place, and at those that settings in it point to. One that is not there says
    /// nothing.
    pub(super) fn place(&mut self, place: &SearchPlace) {
        self.only(place);
        while let Some(folder) = self.pointed.pop() {
            self.only(&SearchPlace::new(folder, Extent::Pointed));
        }
    }

    pub(super) fn end(self) -> Looked {
        self.looked
    }

    fn only(&mut self, place: &SearchPlace) {
        match place.extent {
            Extent::File => return self.named_file(&place.path),
            Extent::Files => return self.files_of(place),
            Extent::Product | Extent::Named | Extent::OneLevel | Extent::Pointed | Extent::Home => {
            }
        }
        // The place itself may be a link: people link their dot folders.
        let facts = match there(&place.path) {
            There::Is(facts) => facts,
            There::IsNot => {
                let dangling = place.path.symlink_metadata().is_ok();
                if dangling {
                    self.unread(&place.path, "it is a symbolic link that leads nowhere".to_owned());
                }
                return;
            }
            There::Hidden(closed, error) => return self.closed(closed, &error),
        };
        if !facts.is_folder() {
            return;
        }
        let volume = facts.volume();
        let path = place.path.clone();
        let extent = place.extent;
        let share = if extent == Extent::Home { WHOLE } else { 0 };
        let mut folders = vec![Folder { path, depth: 0, volume, extent, share }];
        while let Some(folder) = folders.pop() {
            if self.is_over() {
                return;
            }
            if self.read > self.bounds.bytes {
                return self.bound(Bound::Bytes { at: folder.path, most: self.bounds.bytes });
            }
            if extent == Extent::Home {
                self.watch.came(self.far.enter(folder.depth, folder.share));
            }
            self.folder(&folder, &mut folders);
        }
    }

    fn is_over(&mut self) -> bool {
        if self.watch.is_stopped() {
            self.looked.seen.ended = Ended::Stopped;
        }
        self.looked.seen.ended == Ended::Stopped || self.entries > self.bounds.entries
    }

    fn folder(&mut self, folder: &Folder, below: &mut Vec<Folder>) {
        let facts = match Facts::followed(&folder.path) {
            Ok(facts) => facts,
            Err(error) => return self.unread(&folder.path, error.to_string()),
        };
        if facts.volume() != folder.volume {
            return self.is_mounted(folder);
        }
        if !self.is_new(folder, &facts) {
            return;
        }
        let listed = match std::fs::read_dir(&folder.path) {
            Ok(listed) => listed,
            Err(error) => return self.unread(&folder.path, error.to_string()),
        };
        self.looked.seen.folders += 1;
        let names = match folder.extent {
            Extent::Product | Extent::Pointed | Extent::Files => Names::Speak,
            Extent::Named | Extent::Home if is_product_folder(&folder.path) => Names::Speak,
            Extent::Named | Extent::Home | Extent::OneLevel | Extent::File => Names::SayNothing,
        };
        let mut entries: Vec<DirEntry> = Vec::new();
        for entry in listed {
            match entry {
                Ok(entry) => entries.push(entry),
                Err(error) => self.unread(&folder.path, error.to_string()),
            }
            self.entries += 1;
            if self.entries > self.bounds.entries {
                self.bound(Bound::Entries { at: folder.path.clone(), most: self.bounds.entries });
                break;
            }
            let most = self.bounds.saved_entries;
            if folder.extent == Extent::OneLevel && entries.len() >= most {
                self.bound(Bound::Entries { at: folder.path.clone(), most });
                break;
            }
        }
        entries.sort_by_key(DirEntry::file_name);
        let before = self.looked.candidates.len();
        let (mut by_name_alone, mut folders) = (Vec::new(), Vec::<Folder>::new());
        for entry in &entries {
            if self.watch.is_stopped() {
                self.looked.seen.ended = Ended::Stopped;
                break;
            }
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) if is_absence(&error) => continue,
                Err(error) => {
                    self.unread(&entry.path(), error.to_string());
                    continue;
                }
            };
            if kind.is_dir() {
                folders.extend(self.step_down(folder, entry, names));
            } else {
                by_name_alone.extend(self.entry(folder, entry, kind, names));
            }
        }
        // Many tools have a file `config`: it says something beside a file of Azure CLI alone.
        let is_telling =
            |path: &PathBuf| path.file_name().and_then(OsStr::to_str).is_some_and(is_telling);
        let names_speak = names == Names::Speak
            || self.looked.candidates.len() > before
            || by_name_alone.iter().any(is_telling);
        if names_speak {
            for path in by_name_alone {
                self.expected(path);
            }
        }
        let share = self.far.divide(folder.depth, folders.len());
        folders.iter_mut().for_each(|below| below.share = share);
        // The last one is taken first: in the order of their names.
        below.extend(folders.into_iter().rev());
    }

    /// Whether a folder was not looked at before. One whose files alone were looked at is looked
    /// at again by a walk that goes below it, which passes over those files.
    fn is_new(&mut self, folder: &Folder, facts: &Facts) -> bool {
        match folder.extent {
            Extent::OneLevel | Extent::Pointed | Extent::Files | Extent::File => {
                !self.folders.contains(&facts.identity())
            }
            Extent::Product | Extent::Named | Extent::Home => self.folders.insert(facts.identity()),
        }
    }

    /// The folder below, unless it is passed by.
    fn step_down(&mut self, folder: &Folder, entry: &DirEntry, names: Names) -> Option<Folder> {
        let name = entry.file_name();
        let path = entry.path();
        if names == Names::Speak && is_known(&name) {
            // It has the name of a file of a product, and is none: refused by name when it is read.
            self.expected(path.clone());
        }
        if matches!(folder.extent, Extent::OneLevel | Extent::Pointed) {
            return None;
        }
        let is_git = name == "objects" && folder.path.ends_with(".git");
        let is_packages = is_git || is_packages(&name);
        if folder.extent == Extent::Home && is_packages {
            self.pass(Passed::Packages);
            return None;
        }
        if folder.depth == self.bounds.depth {
            self.bound(Bound::Depth { at: path, most: self.bounds.depth });
            return None;
        }
        let Folder { depth, volume, extent, .. } = *folder;
        let is_program = extent == Extent::Product && is_programs(&name);
        let extent = if is_program { Extent::Home } else { extent };
        Some(Folder { path, depth: depth + 1, volume, extent, share: 0 })
    }

    /// Looks at what is no folder. A file that its name alone makes one of ours is given back.
    fn entry(
        &mut self,
        folder: &Folder,
        entry: &DirEntry,
        kind: FileType,
        names: Names,
    ) -> Option<PathBuf> {
        let (name, path) = (entry.file_name(), entry.path());
        if kind.is_file() {
            return self.file(folder.extent, path, &name, names);
        }
        if kind.is_symlink() && folder.extent != Extent::OneLevel && is_known(&name) {
            // Refused when it is read, with where it leads.
            return Some(path);
        }
        if names == Names::Speak && is_known(&name) {
            return Some(path);
        }
        self.pass(if kind.is_symlink() { Passed::Link } else { Passed::Special });
        None
    }

    fn file(
        &mut self,
        extent: Extent,
        path: PathBuf,
        name: &OsStr,
        names: Names,
    ) -> Option<PathBuf> {
        // The files of a home's top are looked at by two places.
        if !self.files.is_empty() && self.files.contains(&path) {
            return None;
        }
        let care = match extent {
            // A file with the name of a product's that is of no format may be one that is damaged.
            Extent::Product | Extent::Named | Extent::File | Extent::Files => Care::Whole,
            Extent::Home | Extent::Pointed | Extent::OneLevel => Care::FirstBytes,
        };
        if matches!(extent, Extent::Pointed | Extent::Files | Extent::OneLevel | Extent::File) {
            self.files.insert(path.clone());
        }
        if extent == Extent::OneLevel {
            let size = path.symlink_metadata().map_or(0, |facts| facts.len());
            if size > self.bounds.saved_size {
                self.pass(Passed::Large);
                return None;
            }
        }
        self.watch.reading(&path);
        let glance = match glance(&path, care) {
            Ok(glance) => glance,
            Err(OpenError::NotFound) => return None,
            Err(_) if names == Names::Speak && is_known(name) => {
                self.looked.seen.files += 1;
                return Some(path);
            }
            Err(error) => {
                self.unread(&path, error.to_string());
                return None;
            }
        };
        self.looked.seen.files += 1;
        self.read += glance.read;
        match glance.what {
            What::Known(format, bytes) => {
                if format == Format::AzpsAutosaveSettings {
                    self.follow(&path, &bytes);
                }
                let because = if names == Names::Speak {
                    CandidateReason::Expected
                } else {
                    CandidateReason::Walked
                };
                self.looked.candidates.push(Candidate { path, because });
                None
            }
            What::NameOnly => (!is_silent(name)).then_some(path),
            What::Unknown(Some(bytes)) if !bytes.is_empty() && !is_lock(name) => {
                self.watch.unknown(Unknown { path, stat: glance.stat, bytes });
                None
            }
            What::Unknown(_) => None,
            What::Passed(what) => {
                self.pass(what);
                None
            }
        }
    }

    /// The folders that settings name, as far as they may be read.
    fn follow(&mut self, settings: &Path, bytes: &[u8]) {
        let time_zone = &jiff::tz::TimeZone::UTC;
        let found =
            crate::read(bytes, &Reading { file_name: "AzureRmContextSettings.json", time_zone });
        let folders = folders_of(&found, settings, self.reach);
        self.pointed.extend(
            folders.into_iter().filter(|folder| self.reach.has(&folder.join("file"), settings)),
        );
    }

    fn is_mounted(&mut self, folder: &Folder) {
        if folder.extent == Extent::Home {
            return self.pass(Passed::OtherFileSystem);
        }
        self.unread(&folder.path, "another file system is mounted there: name it".to_owned());
    }

    /// The first of its kind is said: what lies beyond is not looked at, however often it is met.
    fn bound(&mut self, bound: Bound) {
        let kind = std::mem::discriminant(&bound);
        if !self.looked.seen.bounds.iter().any(|met| std::mem::discriminant(met) == kind) {
            self.looked.seen.bounds.push(bound);
        }
    }

    fn pass(&mut self, what: Passed) {
        *self.looked.seen.passed.entry(what).or_default() += 1;
    }

    /// A folder that hides what may lie below it: said once, however many places are below.
    fn closed(&mut self, folder: PathBuf, error: &Error) {
        if self.closed.insert(folder.clone()) {
            self.unread(&folder, error.to_string());
        }
    }

    fn unread(&mut self, path: &Path, why: String) {
        self.looked.seen.unread.push(Unread { path: path.to_owned(), why });
    }
}
