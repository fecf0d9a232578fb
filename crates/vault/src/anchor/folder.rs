//! The folder of anchors: one file for each id and fingerprint.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use azvault_os::file::{Folder, create_private_folders, open_unfollowed};
use azvault_os::lock::Share;
use serde::{Deserialize, Serialize};

use super::name::{Named, parsed, path};
use crate::error::Problem;
use crate::format::id::VaultId;
use crate::new_file::{Over, write_file};

/// The file's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Anchor {
    pub(super) vault: String,
    pub(super) epoch: u32,
    pub(super) generation: u64,
    pub(super) head: String,
    /// SHA-256 of the [`succession`](super::succession) of its epoch. Anchors of earlier versions have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) proof: String,
    /// The same of the epochs before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former: Vec<String>,
    pub(super) mac: String,
}

/// A file of the folder.
pub(super) struct Remembered {
    pub(super) of: Named,
    /// `None` for one that is no anchor.
    pub(super) anchor: Option<Anchor>,
}

/// What this machine has seen of vaults with one id.
pub(crate) struct Recalled(Vec<Remembered>);

impl Recalled {
    pub(super) fn all(&self) -> &[Remembered] {
        &self.0
    }

    pub(super) fn anchors(&self) -> impl Iterator<Item = &Anchor> {
        self.0.iter().filter_map(|remembered| remembered.anchor.as_ref())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a file is of that fingerprint.
    pub(super) fn knows(&self, fingerprint: &str) -> bool {
        let is_it = |of: &Named| matches!(of, Named::Fingerprint(own) if own == fingerprint);
        self.0.iter().any(|remembered| is_it(&remembered.of))
    }

    /// Whether this machine has seen a vault with this id that has another fingerprint.
    pub(crate) fn knows_another(&self, fingerprint: &str) -> bool {
        let is_it = |of: &Named| matches!(of, Named::Fingerprint(own) if own != fingerprint);
        self.0.iter().any(|remembered| is_it(&remembered.of))
    }
}

/// Reads the anchors of an id: before a head is read, because a writer that commits in between must
/// make the head the newer of the two and not the anchor.
pub(crate) fn recall(folder: &Path, vault: VaultId) -> Result<Recalled, Problem> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Recalled(Vec::new())),
        entries => entries?,
    };
    let mut recalled = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let Some((id, of)) = name.to_str().and_then(parsed) else { continue };
        if id != vault.to_string() {
            continue;
        }
        match read(&folder.join(&name)) {
            Ok(bytes) => {
                recalled.push(Remembered { of, anchor: serde_json::from_slice(&bytes).ok() });
            }
            // Another process has put a newer one in its place.
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Recalled(recalled))
}

/// A FIFO is not waited for, and a link not followed: azvault makes neither.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = open_unfollowed(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("an anchor that is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The folder, made if need be, for one writer alone. Others are waited for no longer than that.
pub(super) fn hold(folder: &Path, patience: Duration) -> Result<Folder, Problem> {
    create_private_folders(folder)?;
    let mut folder = Folder::open(folder)?;
    folder.hold(Share::Nothing, patience)?.required()?;
    Ok(folder)
}

/// A writer holds the folder.
pub(super) fn write(
    folder: &Path,
    _held: &Folder,
    fingerprint: &str,
    anchor: &Anchor,
) -> Result<(), Problem> {
    let text = serde_json::to_vec(anchor).expect("an anchor is plain JSON");
    let of = Named::Fingerprint(fingerprint.to_owned());
    write_file(&path(folder, &anchor.vault, &of), &text, Over::Whatever, &|_| Ok(()))?;
    Ok(())
}

/// Removes a file that another one stands for by now. Only a file: what azvault did not write stays.
pub(super) fn remove(folder: &Path, vault: VaultId, of: &Named) -> Result<(), Problem> {
    match std::fs::remove_file(path(folder, &vault.to_string(), of)) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}
