//! What an import leaves behind: which files it read, and their sealed bytes.

use std::path::{Path, PathBuf};

use azvault_model::Kept;
use azvault_os::file::{
    FileIdentity, Owner, Permissions, path_as_bytes, path_bytes, path_of_bytes,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::format::secret_box::Pin;
use crate::format::since::{Since, Taken};

/// One import. A message has no more of it than of its files: what it took, and what became of that, is
/// for who has the vault open.
#[derive(Default, Serialize, Deserialize)]
pub struct Import {
    /// When, in seconds since 1970.
    pub created: i64,
    /// The files it read.
    pub files: Vec<ImportedFile>,
    /// What it decided beyond what stands in its files; `None` for an import by an earlier azvault.
    #[serde(skip)]
    pub taken: Option<Taken>,
    /// What became of what it brought.
    #[serde(skip)]
    pub since: Since,
}

/// One file that was imported. What it said beyond contexts and secrets is in no message.
#[derive(Serialize, Deserialize)]
pub struct ImportedFile {
    /// Where it lay.
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    /// Its format, in the importer's words.
    pub format: String,
    /// Whose file it was.
    pub product: String,
    /// What became of it.
    pub outcome: String,
    /// What its owner and others could do with it.
    pub permissions: Permissions,
    /// Whose it was.
    pub owner: Owner,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i128,
    /// Size in bytes.
    pub size: u64,
    /// Which file it was.
    pub identity: FileIdentity,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// What it said beyond contexts and secrets.
    #[serde(skip)]
    pub kept: Kept,
    /// Its sealed bytes; `None` for settings, and after `forget`.
    pub original: Option<OriginalRef>,
    /// When it was removed from its place, in seconds since 1970.
    pub removed: Option<i64>,
    /// Symbolic links that led to it.
    pub links: Vec<FollowedLink>,
}

impl Import {
    /// A second one of its own.
    pub(crate) fn copied(&self) -> Self {
        Self {
            created: self.created,
            files: self.files.iter().map(ImportedFile::copied).collect(),
            taken: self.taken.clone(),
            since: self.since.clone(),
        }
    }
}

impl ImportedFile {
    /// A second one of its own.
    pub fn copied(&self) -> Self {
        Self {
            path: self.path.clone(),
            format: self.format.clone(),
            product: self.product.clone(),
            outcome: self.outcome.clone(),
            permissions: self.permissions,
            owner: self.owner,
            modified_ns: self.modified_ns,
            size: self.size,
            identity: self.identity,
            sha256: self.sha256,
            kept: self.kept.copied(),
            original: self.original.clone(),
            removed: self.removed,
            links: self.links.clone(),
        }
    }
}

/// A symbolic link by which a file was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedLink {
    /// Where it lay.
    #[serde(with = "path_as_bytes")]
    pub path: PathBuf,
    /// What stood in it.
    #[serde(with = "path_as_bytes")]
    pub to: PathBuf,
}

/// Names the sealed bytes of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalRef {
    pub(crate) id: i64,
    /// The first 24 bytes of each part's box, in hexadecimal.
    pub(crate) pins: Vec<Pin>,
}

/// The record as JSON: the path as base64 of its bytes, because a path need not be text.
#[derive(Serialize, Deserialize)]
pub(crate) struct ImportRow<'a> {
    created: i64,
    #[serde(borrow)]
    files: Vec<FileRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<Taken>,
    #[serde(default, skip_serializing_if = "Since::is_empty")]
    since: Since,
}

#[derive(Serialize, Deserialize)]
struct FileRow<'a> {
    path: String,
    format: String,
    product: String,
    outcome: String,
    mode: Permissions,
    uid: Owner,
    modified_ns: String,
    size: u64,
    device: u64,
    inode: u64,
    sha256: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    kept: Option<&'a RawValue>,
    original: Option<OriginalRef>,
    removed: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkRow>,
}

/// Both as base64, as the path of a file.
#[derive(Serialize, Deserialize)]
struct LinkRow {
    path: String,
    to: String,
}

impl<'a> ImportRow<'a> {
    pub(crate) fn of(import: &'a Import) -> Self {
        let row = |file: &'a ImportedFile| {
            let [device, inode] = file.identity.to_record();
            FileRow {
                path: encoded(&file.path),
                format: file.format.clone(),
                product: file.product.clone(),
                outcome: file.outcome.clone(),
                mode: file.permissions,
                uid: file.owner,
                modified_ns: file.modified_ns.to_string(),
                size: file.size,
                device,
                inode,
                sha256: data_encoding::HEXLOWER.encode(&file.sha256),
                kept: raw(&file.kept),
                original: file.original.clone(),
                removed: file.removed,
                links: file.links.iter().map(LinkRow::of).collect(),
            }
        };
        Self {
            created: import.created,
            files: import.files.iter().map(row).collect(),
            taken: import.taken.clone(),
            since: import.since.clone(),
        }
    }

    pub(crate) fn into_import(self) -> Result<Import, Problem> {
        let files = self.files.into_iter().map(FileRow::into_file);
        let files = files.collect::<Result<_, _>>()?;
        Ok(Import { created: self.created, files, taken: self.taken, since: self.since })
    }
}

impl FileRow<'_> {
    fn into_file(self) -> Result<ImportedFile, Problem> {
        let misshapen = || Problem::tampered("an import of another form");
        let digest =
            data_encoding::HEXLOWER.decode(self.sha256.as_bytes()).map_err(|_| misshapen())?;
        Ok(ImportedFile {
            path: decoded(&self.path)?,
            format: self.format,
            product: self.product,
            outcome: self.outcome,
            permissions: self.mode,
            owner: self.uid,
            modified_ns: self.modified_ns.parse().map_err(|_| misshapen())?,
            size: self.size,
            identity: FileIdentity::of_record([self.device, self.inode]),
            sha256: digest.try_into().map_err(|_| misshapen())?,
            kept: self.kept.map(kept).unwrap_or_default(),
            original: self.original,
            removed: self.removed,
            links: self.links.iter().map(LinkRow::as_link).collect::<Result<_, _>>()?,
        })
    }
}

impl LinkRow {
    fn of(link: &FollowedLink) -> Self {
        Self { path: encoded(&link.path), to: encoded(&link.to) }
    }

    fn as_link(&self) -> Result<FollowedLink, Problem> {
        Ok(FollowedLink { path: decoded(&self.path)?, to: decoded(&self.to)? })
    }
}

fn encoded(path: &Path) -> String {
    BASE64.encode(&path_bytes(path))
}

fn decoded(text: &str) -> Result<PathBuf, Problem> {
    let bytes = BASE64.decode(text.as_bytes());
    let bytes = bytes.map_err(|_| Problem::tampered("an import of another form"))?;
    Ok(path_of_bytes(bytes))
}

/// Kept members as a part of a record: their text, not a string in it.
pub(crate) fn raw(kept: &Kept) -> Option<&RawValue> {
    if kept.is_empty() { None } else { serde_json::from_str(kept.as_json()).ok() }
}

pub(crate) fn kept(raw: &RawValue) -> Kept {
    let mut text = Zeroizing::new(String::with_capacity(raw.get().len()));
    text.push_str(raw.get());
    Kept::new(text)
}
