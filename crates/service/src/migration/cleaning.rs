//! What `clean` removes, in which order, what it leaves and why. See decision 33.
//!
//! A certificate is what an account signs in with, and other programs may sign in with it too. It goes
//! like any original once nothing that is known uses it any more: every file that points to it goes
//! before it, and no variable says its path.

use std::path::{Path, PathBuf};

use azvault_importer::folder::certificates_of;
use azvault_importer::open::read_once;
use azvault_importer::{Format, Reading};
use azvault_model::SecretKind;
use azvault_os::file::Facts;
use azvault_vault::{Import, ImportedFile, Stored};

use super::compare::{Comparison, OriginalState};
use super::originals::{Originals, released};
use super::remove::{self, Kept, Removal};
use crate::ask::Requests;
use crate::failure::Failure;
use crate::paths;
use crate::verbs::{LaidSecret, WhatFor};

/// What is to be done about the files of a migration.
pub struct Cleaning<'a> {
    /// Those that go, certificates last.
    pub going: Vec<&'a ImportedFile>,
    /// Files that stay, and why.
    pub staying: Vec<(&'a ImportedFile, Kept)>,
    /// Certificates of entries that go, which are in no migration.
    pub left_behind: Vec<LeftBehind>,
    contents: FileContents,
}

/// What the originals hold and point to.
#[derive(Default)]
pub struct FileContents {
    /// Kinds and accounts of the secrets in the files.
    pub secrets: Vec<LaidSecret>,
    pointers: Vec<Pointer>,
}

/// A private key that stays where it is, while the last file that says so goes.
pub struct LeftBehind {
    pub path: PathBuf,
    pub application: String,
    /// The file that points to it.
    pub from: PathBuf,
}

/// A file that points to a certificate.
struct Pointer {
    file: PathBuf,
    certificate: PathBuf,
    application: String,
}

/// What came of it.
#[derive(Default)]
pub struct Cleaned<'a> {
    pub removed: Vec<&'a ImportedFile>,
    pub gone_before: Vec<&'a ImportedFile>,
    pub kept: Vec<(&'a ImportedFile, Kept)>,
}

/// Reads the originals, to know what points where.
pub fn read(originals: &Originals) -> FileContents {
    let mut contents = FileContents::default();
    for (file, bytes) in originals.each() {
        contents.read(file, bytes);
    }
    contents
}

/// Decides what goes. Files of other migrations that are still there may point to a certificate too.
pub fn plan<'a>(
    requests: &mut Requests<'_>,
    contents: FileContents,
    comparison: &'a Comparison,
    others: &[Stored<Import>],
) -> Result<Cleaning<'a>, Failure> {
    let (going, staying, left_behind) = Default::default();
    let mut cleaning = Cleaning { going, staying, left_behind, contents };
    let own = |path: &Path| comparison.files.iter().any(|compared| compared.file.path == path);
    for other in others {
        cleaning.contents.point_of_others(requests, other, &own)?;
    }
    let there =
        comparison.files.iter().filter(|compared| compared.place == OriginalState::Original);
    for file in there.map(|compared| &compared.file) {
        let why = unproven(comparison, file).or_else(|| cleaning.reason_to_stay(file, &own));
        match why {
            Some(why) => cleaning.staying.push((file, why)),
            None => cleaning.going.push(file),
        }
    }
    cleaning.going.sort_by_key(|file| is_certificate(file));
    cleaning.find_left_behind(&own);
    Ok(cleaning)
}

/// Whether files and vault differ in a way that is no single file's: one was changed or cannot be read,
/// or the vault differs in what belongs to none of those that would go.
pub fn differs_as_a_whole(comparison: &Comparison) -> bool {
    let is_there = |path: &Path| {
        // One of which nothing could be read stays, whatever becomes of the others.
        let there = |place| matches!(place, OriginalState::Original | OriginalState::Refused);
        comparison.files.iter().any(|one| one.file.path == path && there(one.place))
    };
    comparison.files.iter().any(|one| one.place == OriginalState::Changed)
        || comparison.differences.iter().any(|difference| !is_there(&difference.path))
}

/// What is in a file and not in the vault: such a file stays, with all that is in it.
fn unproven(comparison: &Comparison, file: &ImportedFile) -> Option<Kept> {
    let difference = comparison.differences.iter().find(|found| found.path == file.path)?;
    Some(Kept::Unproven(difference.what.clone()))
}

impl FileContents {
    /// Remembers which secrets a file had, and which certificates it points to.
    fn read(&mut self, file: &ImportedFile, bytes: &[u8]) {
        let known = self.pointers.len();
        let found = self.point(file, bytes);
        for pointer in &self.pointers[known..] {
            let account = Some(pointer.application.to_lowercase());
            self.secrets.push(LaidSecret { kind: SecretKind::Certificate, account });
        }
        let secrets = found.profile.secrets.iter().map(|held| &held.description);
        // Where a certificate lay opens nothing: the certificate counts, where it was read.
        let secrets = secrets.filter(|about| about.kind != SecretKind::CertificatePath);
        self.secrets.extend(secrets.map(LaidSecret::of));
    }

    fn point(&mut self, file: &ImportedFile, bytes: &[u8]) -> azvault_importer::Found {
        let name = file.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let time_zone = &jiff::tz::TimeZone::UTC;
        let found = azvault_importer::read(bytes, &Reading { file_name: &name, time_zone });
        let home = paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home);
        for (certificate, application) in certificates_of(&found, &file.path, &home) {
            self.pointers.push(Pointer { file: file.path.clone(), certificate, application });
        }
        found
    }

    /// Where the files of another migration point that are still in their places: by what they were, also
    /// where they have changed.
    fn point_of_others(
        &mut self,
        requests: &mut Requests<'_>,
        import: &Stored<Import>,
        own: &dyn Fn(&Path) -> bool,
    ) -> Result<(), Failure> {
        let mut changed = Vec::new();
        for (number, file) in import.value.files.iter().enumerate() {
            let is_there = || file.path.symlink_metadata().is_ok();
            let may_point = file.original.is_some() && !is_certificate(file);
            if !may_point || own(&file.path) || !is_there() {
                continue;
            }
            match read_once(&file.path) {
                Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => {
                    self.point(file, &opened.bytes);
                }
                Ok(_) | Err(_) => changed.push(number),
            }
        }
        let sealed = released(requests, import.id, changed.clone(), WhatFor::Clean)?;
        for (number, bytes) in changed.into_iter().zip(&sealed) {
            self.point(&import.value.files[number], bytes);
        }
        Ok(())
    }
}

impl<'a> Cleaning<'a> {
    /// Why a certificate stays, before anything is removed; `None` for every other file.
    fn reason_to_stay(&self, file: &ImportedFile, own: &dyn Fn(&Path) -> bool) -> Option<Kept> {
        if !is_certificate(file) {
            return None;
        }
        let names = std::iter::once(&file.path).chain(file.links.iter().map(|link| &link.path));
        if let Some(variable) = names.into_iter().find_map(|path| paths::variable_that_says(path)) {
            return Some(Kept::Variable(variable));
        }
        let folder = file.path.parent().and_then(|folder| Facts::followed(folder).ok());
        if let Some(folder) = folder.filter(|folder| !folder.is_own()) {
            return Some(Kept::ForeignFolder(folder.owner()));
        }
        let foreign = self.pointers_to(file).find(|pointer| !own(&pointer.file));
        foreign.map(|pointer| Kept::PointedTo(pointer.file.clone()))
    }

    fn pointers_to(&self, file: &ImportedFile) -> impl Iterator<Item = &Pointer> {
        let real = file.path.canonicalize().unwrap_or_else(|_| file.path.clone());
        self.contents.pointers.iter().filter(move |pointer| pointer.certificate == real)
    }

    fn find_left_behind(&mut self, own: &dyn Fn(&Path) -> bool) {
        let goes = |path: &Path| self.going.iter().any(|file| file.path == path);
        let sealed = |path: &Path| {
            let real = |file: &Path| file.canonicalize().is_ok_and(|real| real == path);
            let staying = self.staying.iter().map(|(file, _)| file);
            own(path) || self.going.iter().chain(staying).any(|file| real(&file.path))
        };
        let left =
            self.contents.pointers.iter().filter(|p| goes(&p.file) && !sealed(&p.certificate));
        let mut found: Vec<LeftBehind> = Vec::new();
        for pointer in left {
            if found.iter().all(|known| known.path != pointer.certificate) {
                found.push(LeftBehind {
                    path: pointer.certificate.clone(),
                    application: pointer.application.clone(),
                    from: pointer.file.clone(),
                });
            }
        }
        self.left_behind = found;
    }

    /// Removes what goes. A certificate whose pointing file could not be removed stays with it.
    pub fn carry_out(&mut self) -> Cleaned<'a> {
        let mut cleaned = Cleaned::default();
        for file in &self.going {
            let pointing = self
                .pointers_to(file)
                .filter(|_| is_certificate(file))
                .find(|pointer| pointer.file.symlink_metadata().is_ok());
            if let Some(pointing) = pointing {
                cleaned.kept.push((file, Kept::PointedTo(pointing.file.clone())));
                continue;
            }
            match remove::remove(file) {
                Ok(Removal::Done) => {
                    remove::remove_links(file);
                    cleaned.removed.push(file);
                }
                Ok(Removal::WasGone) => cleaned.gone_before.push(file),
                Err(why) => cleaned.kept.push((file, why)),
            }
        }
        cleaned.kept.append(&mut self.staying);
        cleaned
    }

    /// What lay in the files.
    pub fn take_secrets(&mut self) -> Vec<LaidSecret> {
        std::mem::take(&mut self.contents.secrets)
    }
}

pub fn is_certificate(file: &ImportedFile) -> bool {
    file.format == Format::Certificate.as_str()
}
