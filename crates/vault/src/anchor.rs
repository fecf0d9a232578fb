//! Anchors: what this machine has seen of each vault, so that an older copy is noticed.
//!
//! An anchor lies in the state folder, never beside the vault, and is written after the commit by
//! way of a temporary file. It lags one generation behind if the machine stops in between, which
//! is harmless: an anchor only ever says what is too old.

use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::head::hex;
use crate::sealer::{KeyName, Sealer};
use crate::{Error, VaultId};

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Anchor {
    vault: String,
    epoch: u32,
    generation: u64,
    head: String,
    mac: String,
}

/// Refuses a vault that is older than, or another one than, what this machine has seen.
pub(crate) fn check(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: Seen<'_>,
) -> Result<(), Error> {
    let Some(anchor) = read(folder, vault)? else { return Ok(()) };
    let wanted = tag(sealer, vault, anchor.epoch, anchor.generation, &anchor.head)?;
    // An anchor that nobody with the key wrote says nothing: as if there were none.
    if !bool::from(wanted.as_bytes().ct_eq(anchor.mac.as_bytes())) {
        return Ok(());
    }
    if (seen.epoch, seen.generation) < (anchor.epoch, anchor.generation) {
        return Err(Error::RolledBack { found: seen.generation, seen: anchor.generation });
    }
    if (seen.epoch, seen.generation) == (anchor.epoch, anchor.generation)
        && seen.head != anchor.head
    {
        return Err(Error::Forked { at: seen.generation });
    }
    Ok(())
}

/// What a vault says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) epoch: u32,
    pub(crate) generation: u64,
    /// SHA-256 of the sealed head.
    pub(crate) head: &'a str,
}

/// Remembers what was seen, unless the anchor says so already.
pub(crate) fn remember(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: Seen<'_>,
) -> Result<(), Error> {
    let mac = tag(sealer, vault, seen.epoch, seen.generation, seen.head)?;
    if read(folder, vault)?.is_some_and(|anchor| anchor.mac == mac) {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let anchor = Anchor {
        vault: vault.to_string(),
        epoch: seen.epoch,
        generation: seen.generation,
        head: seen.head.to_owned(),
        mac,
    };
    let text = serde_json::to_vec(&anchor).expect("an anchor is plain JSON");
    let mut new = tempfile::Builder::new().prefix(".anchor-").tempfile_in(folder)?;
    new.write_all(&text)?;
    new.as_file().sync_all()?;
    new.persist(path(folder, vault)).map_err(|e| e.error)?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn read(folder: &Path, vault: VaultId) -> Result<Option<Anchor>, Error> {
    match std::fs::read(path(folder, vault)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn path(folder: &Path, vault: VaultId) -> PathBuf {
    folder.join(vault.to_string())
}

fn tag(
    sealer: &dyn Sealer,
    vault: VaultId,
    epoch: u32,
    generation: u64,
    head: &str,
) -> Result<String, Error> {
    let mut message = b"azv1.anchor".to_vec();
    message.extend(vault.0);
    message.extend(epoch.to_be_bytes());
    message.extend(generation.to_be_bytes());
    message.extend(head.as_bytes());
    Ok(hex(&sealer.mac(KeyName::Anchor, &message)?))
}
