//! Copies that people and editors make beside the files that `clean` removes: `X.bak`, `X~`, `X (1)`.
//!
//! One that is an original byte for byte goes with it, sealed as a file of its own so that `rollback` puts
//! it back too. Another one stays, and is named with the command that imports it.

use std::ffi::OsStr;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use azvault_importer::open::{Opened, read_once};
use azvault_importer::{Outcome, Reading};
use azvault_model::{Kept, Secret};
use azvault_vault::ImportedFile;

use super::sent_file::SentOriginal;
use crate::verbs::SentCopy;

/// More files of one folder are not looked at: a folder of a product has some tens.
const MAX_FILES: usize = 10_000;

/// What lies beside the files that go.
#[derive(Default)]
pub struct Copies<'a> {
    /// The same bytes as an original.
    pub identical: Vec<Copy<'a>>,
    /// Named like an original, with sign-ins of its own in it or unreadable.
    pub similar: Vec<PathBuf>,
}

/// A file with the bytes of an original.
pub struct Copy<'a> {
    pub path: PathBuf,
    pub of: &'a ImportedFile,
    opened: Opened,
}

/// Looks beside each of these files. What a migration has is none of the copies.
pub fn find<'a>(going: &[&'a ImportedFile], is_known: &dyn Fn(&Path) -> bool) -> Copies<'a> {
    let mut copies = Copies::default();
    let mut folders: Vec<&Path> = going.iter().filter_map(|file| file.path.parent()).collect();
    folders.sort();
    folders.dedup();
    for folder in folders {
        let Ok(entries) = folder.read_dir() else { continue };
        let mut entries: Vec<DirEntry> = entries.flatten().take(MAX_FILES).collect();
        entries.sort_by_key(DirEntry::file_name);
        let beside: Vec<_> =
            going.iter().filter(|file| file.path.parent() == Some(folder)).copied().collect();
        for entry in entries {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_file()) && !is_known(&path) {
                copies.look(path, &beside);
            }
        }
    }
    copies
}

impl<'a> Copies<'a> {
    fn look(&mut self, path: PathBuf, beside: &[&'a ImportedFile]) {
        let Ok(facts) = path.symlink_metadata() else { return };
        let name = path.file_name().unwrap_or_default().to_owned();
        let like = beside.iter().find(|file| is_like(&name, file.path.file_name()));
        let is_as_large = beside.iter().any(|file| file.size == facts.len() && file.size > 0);
        if like.is_none() && !is_as_large {
            return;
        }
        let Ok(opened) = read_once(&path) else {
            self.similar.extend(like.map(|_| path));
            return;
        };
        let digest = azvault_vault::sha256(&opened.bytes);
        match beside.iter().find(|file| file.size > 0 && file.sha256 == digest) {
            Some(of) => self.identical.push(Copy { path, of, opened }),
            None => {
                self.similar
                    .extend(like.filter(|like| may_hold(&opened, &name, like)).map(|_| path));
            }
        }
    }
}

/// Whether a file that is named like an original can have what an original has. What an editor keeps of
/// a file while it is changed is in no format, and has its text.
fn may_hold(opened: &Opened, name: &OsStr, like: &ImportedFile) -> bool {
    let file_name = like.path.file_name().unwrap_or_default().to_string_lossy();
    let reading = Reading { file_name: &file_name, time_zone: &jiff::tz::TimeZone::UTC };
    let found = azvault_importer::read(&opened.bytes, &reading);
    let profile = &found.profile;
    let holds = !profile.secrets.is_empty() || !profile.contexts.is_empty();
    let is_of_editor = name.as_encoded_bytes().ends_with(b".swp");
    holds
        || is_of_editor
        || (found.outcome > Outcome::Warn && !azvault_importer::is_blank(&opened.bytes, &file_name))
}

/// Whether a name is one that people, file managers and editors give to a copy: the whole name with
/// something beside it, or its two parts with something between them.
fn is_like(name: &OsStr, original: Option<&OsStr>) -> bool {
    let (Some(name), Some(original)) = (name.to_str(), original.and_then(OsStr::to_str)) else {
        return false;
    };
    let (name, original) = (name.to_lowercase(), original.to_lowercase());
    // The products' own lock.
    if name == original || name.strip_prefix(&original) == Some(".lockfile") {
        return false;
    }
    let apart = |rest: &str| rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric());
    if let Some(at) = name.find(&original) {
        let before = &name[..at];
        let ends_apart = before.is_empty() || !before.ends_with(|c: char| c.is_alphanumeric());
        return ends_apart && apart(&name[at + original.len()..]);
    }
    let Some((stem, extension)) = original.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())
    else {
        return false;
    };
    let between = name.strip_prefix(stem).and_then(|rest| {
        let rest = rest.strip_suffix(extension)?;
        rest.strip_suffix('.')
    });
    between.is_some_and(|between| !between.is_empty() && apart(between))
}

impl Copy<'_> {
    /// Itself, to be sealed as a file of the migration.
    pub fn take(self) -> SentCopy {
        let (of, stat) = (self.of, &self.opened.stat);
        let facts = ImportedFile {
            path: self.path,
            format: of.format.clone(),
            product: of.product.clone(),
            outcome: of.outcome.clone(),
            permissions: stat.permissions,
            owner: stat.owner,
            modified_ns: stat.modified_ns,
            size: stat.size,
            identity: stat.identity,
            sha256: of.sha256,
            kept: Kept::default(),
            original: None,
            removed: None,
            links: Vec::new(),
        };
        SentCopy { facts, original: SentOriginal { bytes: Secret::new(self.opened.bytes) } }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::is_like;

    #[test]
    fn names_of_copies_are_told_from_names_of_neighbours() {
        for (name, original, like) in [
            ("TokenCache.dat.bak", "TokenCache.dat", true),
            ("TokenCache.dat~", "TokenCache.dat", true),
            ("TokenCache.dat.old", "TokenCache.dat", true),
            ("TokenCache.dat.2026-11-28", "TokenCache.dat", true),
            ("TokenCache.dat (1)", "TokenCache.dat", true),
            (".TokenCache.dat.swp", "TokenCache.dat", true),
            ("#TokenCache.dat#", "TokenCache.dat", true),
            ("Copy of TokenCache.dat", "TokenCache.dat", true),
            ("tokencache (1).DAT", "TokenCache.dat", true),
            ("TokenCache - Copy.dat", "TokenCache.dat", true),
            ("TokenCache - Copy (2).dat", "TokenCache.dat", true),
            ("TokenCache_backup.dat", "TokenCache.dat", true),
            ("TokenCache.bak.dat", "TokenCache.dat", true),
            ("sp.pem.1", "sp.pem", true),
            ("keystore.cache.bak", "keystore.cache", true),
            ("TokenCache.dat", "TokenCache.dat", false),
            ("TokenCache.dat.lockfile", "TokenCache.dat", false),
            ("AzureRmContextSettings.json", "AzureRmContext.json", false),
            ("MyTokenCache.dat", "TokenCache.dat", false),
            ("TokenCache.database", "TokenCache.dat", false),
            ("TokenCache.txt", "TokenCache.dat", false),
            ("ssp.pem", "sp.pem", false),
            ("sp2.pem", "sp.pem", false),
            ("msal.cache.cae", "msal.cache.nocae", false),
            ("other.json", "azureProfile.json", false),
        ] {
            assert_eq!(is_like(OsStr::new(name), Some(OsStr::new(original))), like, "{name}");
        }
    }
}
