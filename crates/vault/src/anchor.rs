//! Anchors: what this machine has seen of each vault, so that an older copy is noticed.
//!
//! An anchor lies in the state folder, never beside the vault, and is written after the commit by
//! way of a temporary file. It lags one generation behind if the machine stops in between, which
//! is harmless: an anchor only ever says what is too old.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::head::hex;
use crate::new_file::{Over, write_file};
use crate::sealer::{KeyName, Sealer};
use crate::{Error, VaultId};

/// The file's content.
#[derive(Serialize, Deserialize)]
pub(crate) struct Anchor {
    vault: String,
    epoch: u32,
    generation: u64,
    head: String,
    mac: String,
}

/// The highest generation that an anchor is believed. Some are by keys that are not at hand, and a
/// forged one must not run a vault out of numbers.
const MOST: u64 = 1 << 53;

/// What this machine has seen of a vault.
pub(crate) enum Recalled {
    Nothing,
    /// The file is there and is no anchor.
    Broken,
    Seen(Anchor),
}

/// What this machine knew of a vault when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorFound {
    /// It sees the vault for the first time.
    None,
    /// The vault is the one that it has seen, or has gone on from there.
    Good,
    /// What it remembered was damaged or forged: as if there were none.
    Broken,
}

/// Reads the anchor of a vault: before its head is read, because a writer that commits in between
/// must make the head the newer of the two and not the anchor.
pub(crate) fn recall(folder: &Path, vault: VaultId) -> Result<Recalled, Error> {
    match std::fs::read(path(folder, vault)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).map_or(Recalled::Broken, Recalled::Seen)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Recalled::Nothing),
        Err(e) => Err(e.into()),
    }
}

impl Recalled {
    /// The highest generation that is taken: whatever goes on from an older vault goes on beyond.
    pub(crate) fn taken(&self) -> u64 {
        match self {
            Self::Seen(anchor) => anchor.generation.min(MOST),
            Self::Nothing | Self::Broken => 0,
        }
    }
}

/// Refuses a vault that is older than, or another one than, what this machine has seen.
pub(crate) fn check(
    recalled: &Recalled,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: Seen<'_>,
) -> Result<AnchorFound, Error> {
    let anchor = match recalled {
        Recalled::Nothing => return Ok(AnchorFound::None),
        Recalled::Broken => return Ok(AnchorFound::Broken),
        Recalled::Seen(anchor) => anchor,
    };
    // Keys of an earlier epoch cannot tell whether it is honest. A forged one costs a refusal; one
    // that is passed over would let the vault from before a rotation back in, with its old slots.
    if anchor.epoch > seen.epoch {
        return Err(Error::RolledBack { found: seen.generation, seen: anchor.generation });
    }
    // By keys that were rotated since, so nobody can tell whether it is honest. It is older in any
    // case, and where it is forged it could as well have been removed.
    if anchor.epoch < seen.epoch {
        return Ok(AnchorFound::Good);
    }
    if !anchor.is_by_key_holder(sealer, vault)? {
        return Ok(AnchorFound::Broken);
    }
    if (seen.epoch, seen.generation) < (anchor.epoch, anchor.generation) {
        return Err(Error::RolledBack { found: seen.generation, seen: anchor.generation });
    }
    if (seen.epoch, seen.generation) == (anchor.epoch, anchor.generation)
        && seen.head != anchor.head
    {
        return Err(Error::Forked { at: seen.generation });
    }
    Ok(AnchorFound::Good)
}

/// What a vault says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) epoch: u32,
    pub(crate) generation: u64,
    /// SHA-256 of the sealed head.
    pub(crate) head: &'a str,
}

impl Anchor {
    fn says(&self, seen: Seen<'_>) -> bool {
        (self.epoch, self.generation, &*self.head) == (seen.epoch, seen.generation, seen.head)
    }

    /// An anchor that nobody with the key wrote says nothing: as if there were none.
    fn is_by_key_holder(&self, sealer: &dyn Sealer, vault: VaultId) -> Result<bool, Error> {
        let wanted = tag(sealer, vault, self.epoch, self.generation, &self.head)?;
        Ok(wanted.as_bytes().ct_eq(self.mac.as_bytes()).into())
    }
}

/// Remembers what was seen, unless the anchor says as much already: another process may have
/// gone further since.
pub(crate) fn remember(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: Seen<'_>,
) -> Result<(), Error> {
    let mac = tag(sealer, vault, seen.epoch, seen.generation, seen.head)?;
    let is_said = || match recall(folder, vault)? {
        Recalled::Nothing | Recalled::Broken => Ok(false),
        Recalled::Seen(anchor) if anchor.says(seen) && anchor.mac == mac => Ok(true),
        Recalled::Seen(anchor) if anchor.epoch > seen.epoch => Ok(true),
        Recalled::Seen(anchor) => {
            let is_as_far = (anchor.epoch, anchor.generation) >= (seen.epoch, seen.generation);
            Ok::<_, Error>(is_as_far && anchor.is_by_key_holder(sealer, vault)?)
        }
    };
    if is_said()? {
        return Ok(());
    }
    // One writer at a time: of two, the one that has seen less must not come last.
    let held = hold(folder)?;
    if is_said()? {
        return Ok(());
    }
    write(folder, &held, vault, seen, mac.clone())
}

/// Remembers what was seen, whatever was remembered before: somebody decided so.
pub(crate) fn replace(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: Seen<'_>,
) -> Result<(), Error> {
    let mac = tag(sealer, vault, seen.epoch, seen.generation, seen.head)?;
    let held = hold(folder)?;
    write(folder, &held, vault, seen, mac)
}

/// The folder, made if need be, for one writer alone.
fn hold(folder: &Path) -> Result<File, Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let handle = File::open(folder)?;
    rustix::fs::flock(&handle, FlockOperation::LockExclusive).map_err(std::io::Error::from)?;
    Ok(handle)
}

fn write(
    folder: &Path,
    handle: &File,
    vault: VaultId,
    seen: Seen<'_>,
    mac: String,
) -> Result<(), Error> {
    let text = serde_json::to_vec(&Anchor {
        vault: vault.to_string(),
        epoch: seen.epoch,
        generation: seen.generation,
        head: seen.head.to_owned(),
        mac,
    })
    .expect("an anchor is plain JSON");
    write_file(&path(folder, vault), &text, Over::Whatever, &|_| Ok(()))?;
    handle.sync_all()?;
    Ok(())
}

/// Whether a file of that name is an anchor, of whichever vault.
pub(crate) fn is_name(name: &OsStr) -> bool {
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    name.to_str().is_some_and(hex)
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

#[cfg(test)]
mod tests;
