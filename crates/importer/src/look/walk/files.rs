//! Files that are looked for one by one: by the name that a product gives them, or because someone
//! named them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Names, Walk};
use crate::look::Passed;
use crate::look::there::{There, is_absence, there};
use crate::pattern::matches;
use crate::places::{Candidate, CandidateReason, Extent, SearchPlace};

impl Walk<'_> {
    /// Files of a folder that have a name which a product gives them. People link such files into
    /// their dot folders: a link is followed to where it was allowed to look anyway.
    pub(super) fn files_of(&mut self, place: &SearchPlace) {
        let is_named = |name: &str| place.names.iter().any(|pattern| matches(pattern, name));
        let Ok(listed) = std::fs::read_dir(&place.path) else {
            match there(&place.path) {
                There::Is(facts) if facts.is_folder() => {
                    self.unread(&place.path, "its files cannot be listed".to_owned());
                }
                There::Is(_) | There::IsNot => {}
                There::Hidden(closed, error) => self.closed(closed, &error),
            }
            return;
        };
        let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.file_name().and_then(OsStr::to_str).is_some_and(is_named));
        paths.sort();
        for path in paths {
            if let Err(error) = path.symlink_metadata() {
                if !is_absence(&error) {
                    self.unread(&path, error.to_string());
                }
                continue;
            }
            let target =
                if path.is_symlink() { path.canonicalize().ok() } else { Some(path.clone()) };
            match target {
                Some(target) if target.is_file() && self.reach.has(&target, &path) => {
                    let name = path.file_name().unwrap_or_default();
                    if let Some(known) = self.file(Extent::Files, target, name, Names::Speak) {
                        self.expected(known);
                    }
                }
                _ if path.is_dir() => {}
                _ => self.pass(Passed::Link),
            }
        }
    }

    /// A file that was named: read whatever it holds, and refused by name if it cannot be.
    pub(super) fn named_file(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or_default();
        let is_regular = path.symlink_metadata().is_ok_and(|facts| facts.is_file());
        let known = self.looked.candidates.len();
        if is_regular {
            self.file(Extent::File, path.to_owned(), name, Names::Speak);
        }
        if self.looked.candidates.len() == known {
            self.expected(path.to_owned());
        }
    }

    /// A file to read whatever it holds.
    pub(super) fn expected(&mut self, path: PathBuf) {
        // Links and other oddities are listed too, so that opening refuses them visibly.
        if path.symlink_metadata().is_err_and(|error| is_absence(&error)) {
            return;
        }
        self.looked.candidates.push(Candidate { path, because: CandidateReason::Expected });
    }
}
