//! Anchors: what this machine has seen of each vault, so that an older copy is noticed.
//!
//! An anchor lies in the state folder, never beside the vault, and is written after the commit. It lags
//! one generation behind if the machine stops in between, which is harmless: an anchor only ever says
//! what is too old.
//!
//! It belongs to an id and a fingerprint. Anybody can make a vault that bears the id of another, so a
//! vault of other keys replaces an anchor only if it proves that it came out of that vault by a
//! rotation: its sealed head gives away what only the keys of before could tell, and whose SHA-256 the
//! anchor has.

mod folder;
pub(crate) mod name;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::digest::{hex, sha256};
use crate::error::{AnchorMismatch, Problem};
use crate::format::fingerprint::fingerprint;
use crate::format::id::VaultId;
use crate::sealer::{Sealer, Subkey};
use crate::store::BUSY;

use folder::{Anchor, Remembered};
pub(crate) use folder::{Recalled, recall};
use name::Named;

/// The highest generation that an anchor is believed. Some are by keys that are not at hand, and a
/// forged one must not run a vault out of numbers.
const MAX_BELIEVED: u64 = 1 << 53;

/// What this machine knew of a vault when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnchorFound {
    /// It sees the vault for the first time.
    None,
    /// The vault is the one that it has seen, or has gone on from there.
    Good,
    /// What it remembered was damaged or forged: as if there were none.
    Broken,
    /// It has seen a newer one. Only a vault that is unlocked despite that can say so.
    Newer,
    /// It has seen another one of the same generation, or of the same id. Likewise.
    Fork,
}

impl Recalled {
    /// The highest generation that is taken: whatever goes on from an older vault goes on beyond.
    pub(crate) fn taken(&self) -> u64 {
        self.anchors().map(|anchor| anchor.generation.min(MAX_BELIEVED)).max().unwrap_or_default()
    }
}

/// What a vault says of itself.
#[derive(Clone, Copy)]
pub(crate) struct HighWaterMark<'a> {
    pub(crate) epoch: u32,
    pub(crate) generation: u64,
    /// SHA-256 of the sealed head.
    pub(crate) head: &'a str,
    /// The [`succession`] of earlier epochs, as its head has them.
    pub(crate) former: &'a [String],
}

/// What an anchor is to a vault that has its id.
enum Is<'a> {
    /// Its own.
    Own(&'a Anchor),
    /// That of the vault which a rotation made it from.
    Ancestors(&'a Anchor),
    /// That of a vault which a rotation made from it.
    Descendants(&'a Anchor),
    /// Damaged or forged.
    Broken,
    /// Another vault's, of that fingerprint, or of one that is not known.
    Others(Option<&'a str>),
}

/// A vault that was opened, beside the anchors of its id.
struct Opened<'a> {
    sealer: &'a dyn Sealer,
    vault: VaultId,
    seen: HighWaterMark<'a>,
    fingerprint: String,
    /// As in an anchor.
    proof: String,
    former: Vec<String>,
}

impl<'a> Opened<'a> {
    fn new(
        sealer: &'a dyn Sealer,
        vault: VaultId,
        seen: HighWaterMark<'a>,
    ) -> Result<Self, Problem> {
        let former = seen.former.iter().map(|told| proof(told)).collect();
        let (fingerprint, proof) = (fingerprint(sealer)?, proof(&succession(sealer)?));
        Ok(Self { sealer, vault, seen, fingerprint, proof, former })
    }

    fn is<'r>(&self, remembered: &'r Remembered) -> Result<Is<'r>, Problem> {
        let Some(anchor) = &remembered.anchor else {
            return Ok(match &remembered.of {
                Named::Vault => Is::Broken,
                Named::Fingerprint(of) if *of == self.fingerprint => Is::Broken,
                Named::Fingerprint(of) => Is::Others(Some(of)),
            });
        };
        Ok(match &remembered.of {
            Named::Fingerprint(of) if *of == self.fingerprint => {
                if self.wrote(anchor)? {
                    Is::Own(anchor)
                } else {
                    Is::Broken
                }
            }
            // Keys of another epoch cannot tell whether an anchor is honest. A forged one costs a
            // refusal; one that is passed over would let the vault from before a rotation back in.
            _ if anchor.former.contains(&self.proof) => Is::Descendants(anchor),
            Named::Fingerprint(_) if self.former.contains(&anchor.proof) => Is::Ancestors(anchor),
            Named::Fingerprint(of) => Is::Others(Some(of)),
            // Of an earlier version, which proves nothing beyond its own epoch.
            Named::Vault if anchor.epoch > self.seen.epoch => Is::Descendants(anchor),
            Named::Vault if anchor.epoch == self.seen.epoch && self.wrote(anchor)? => {
                Is::Own(anchor)
            }
            Named::Vault => Is::Others(None),
        })
    }

    /// Whether these keys wrote it.
    fn wrote(&self, anchor: &Anchor) -> Result<bool, Problem> {
        let wanted = tag(self.sealer, self.vault, anchor)?;
        Ok(wanted.as_bytes().ct_eq(anchor.mac.as_bytes()).into())
    }

    fn anchor(&self) -> Result<Anchor, Problem> {
        let mut anchor = Anchor {
            vault: self.vault.to_string(),
            epoch: self.seen.epoch,
            generation: self.seen.generation,
            head: self.seen.head.to_owned(),
            proof: self.proof.clone(),
            former: self.former.clone(),
            mac: String::new(),
        };
        anchor.mac = tag(self.sealer, self.vault, &anchor)?;
        Ok(anchor)
    }
}

/// Refuses a vault that is older than, or another one than, what this machine has seen.
pub(crate) fn check(
    recalled: &Recalled,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: HighWaterMark<'_>,
) -> Result<AnchorFound, Problem> {
    if recalled.is_empty() {
        return Ok(AnchorFound::None);
    }
    let opened = Opened::new(sealer, vault, seen)?;
    let (mut found, mut others) = (AnchorFound::None, None::<Vec<String>>);
    for remembered in recalled.all() {
        match opened.is(remembered)? {
            Is::Descendants(anchor) => return Err(older(seen, anchor)),
            // A rotation goes beyond what it came from.
            Is::Ancestors(anchor) if seen.generation <= anchor.generation => {
                return Err(older(seen, anchor));
            }
            Is::Own(anchor) => {
                is_new_enough(seen, anchor)?;
                found = AnchorFound::Good;
            }
            Is::Ancestors(_) => found = AnchorFound::Good,
            Is::Broken if found == AnchorFound::None => found = AnchorFound::Broken,
            Is::Broken => {}
            Is::Others(of) => {
                others.get_or_insert_default().extend(of.map(str::to_owned));
            }
        }
    }
    match others {
        // A file of its own speaks for it, though it be damaged; of a damaged one that has no
        // fingerprint in its name nobody knows whose it was.
        Some(known) if found != AnchorFound::Good && !recalled.knows(&opened.fingerprint) => {
            Err(AnchorMismatch::Another { found: opened.fingerprint, known }.into())
        }
        _ => Ok(found),
    }
}

fn older(seen: HighWaterMark<'_>, anchor: &Anchor) -> Problem {
    AnchorMismatch::RolledBack { found: seen.generation, seen: anchor.generation }.into()
}

fn is_new_enough(seen: HighWaterMark<'_>, anchor: &Anchor) -> Result<(), Problem> {
    if (seen.epoch, seen.generation) < (anchor.epoch, anchor.generation) {
        return Err(older(seen, anchor));
    }
    if (seen.epoch, seen.generation) == (anchor.epoch, anchor.generation)
        && seen.head != anchor.head
    {
        return Err(AnchorMismatch::Forked { at: seen.generation }.into());
    }
    Ok(())
}

/// Remembers what was seen, unless the anchors say as much already: another process may have
/// gone further since. Anchors of other vaults stay. Others that write there are waited for no longer
/// than that.
pub(crate) fn remember(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: HighWaterMark<'_>,
    patience: Duration,
) -> Result<(), Problem> {
    let opened = Opened::new(sealer, vault, seen)?;
    if is_said(folder, &opened)? {
        return Ok(());
    }
    // One writer at a time: of two, the one that has seen less must not come last.
    let held = folder::hold(folder, patience)?;
    if is_said(folder, &opened)? {
        return Ok(());
    }
    folder::write(folder, &held, &opened.fingerprint, &opened.anchor()?)?;
    forget(folder, &opened, |is| !matches!(is, Is::Others(_) | Is::Descendants(_)))
}

/// Whether there is nothing to write: this vault or one that came from it was seen as far, and no
/// anchor is left that its own replaces.
fn is_said(folder: &Path, opened: &Opened<'_>) -> Result<bool, Problem> {
    let recalled = recall(folder, opened.vault)?;
    let mut is_said = false;
    for remembered in recalled.all() {
        match (opened.is(remembered)?, &remembered.of) {
            (Is::Descendants(_), _) => return Ok(true),
            (Is::Own(anchor), Named::Fingerprint(_)) => {
                is_said = anchor.generation >= opened.seen.generation;
            }
            (Is::Others(_), _) => {}
            (Is::Own(_) | Is::Ancestors(_) | Is::Broken, _) => return Ok(false),
        }
    }
    Ok(is_said)
}

/// Remembers what was seen, whatever was remembered of this vault before: someone decided so.
pub(crate) fn replace(
    folder: &Path,
    sealer: &dyn Sealer,
    vault: VaultId,
    seen: HighWaterMark<'_>,
) -> Result<(), Problem> {
    let opened = Opened::new(sealer, vault, seen)?;
    let held = folder::hold(folder, BUSY)?;
    folder::write(folder, &held, &opened.fingerprint, &opened.anchor()?)?;
    forget(folder, &opened, |is| !matches!(is, Is::Others(_)))
}

/// Removes anchors in whose place the vault's own is now.
fn forget(
    folder: &Path,
    opened: &Opened<'_>,
    is_replaced: impl Fn(&Is<'_>) -> bool,
) -> Result<(), Problem> {
    for remembered in recall(folder, opened.vault)?.all() {
        let is_own = matches!(&remembered.of, Named::Fingerprint(of) if *of == opened.fingerprint);
        if !is_own && is_replaced(&opened.is(remembered)?) {
            folder::remove(folder, opened.vault, &remembered.of)?;
        }
    }
    Ok(())
}

/// What the keys of an epoch give away when they are rotated, so that machines which have an anchor of
/// them know the vault again.
pub(crate) fn succession(sealer: &dyn Sealer) -> Result<String, Problem> {
    Ok(hex(&sealer.mac(Subkey::Anchor, b"azv1.succession")?))
}

/// Whether keys are of an epoch that has given one of these away ([`Vault::former`](crate::Vault::former)).
pub fn is_of_former(keys: &dyn Sealer, former: &[impl AsRef<[u8]>]) -> Result<bool, Problem> {
    let own = succession(keys)?;
    Ok(former.iter().any(|one| one.as_ref() == own.as_bytes()))
}

/// By which a [`succession`] is known that has yet to be given away.
pub(crate) fn proof(succession: &str) -> String {
    hex(&sha256(succession.as_bytes()))
}

fn tag(sealer: &dyn Sealer, vault: VaultId, anchor: &Anchor) -> Result<String, Problem> {
    let mut message = b"azv1.anchor".to_vec();
    message.extend(vault.0);
    message.extend(anchor.epoch.to_be_bytes());
    message.extend(anchor.generation.to_be_bytes());
    for text in [&anchor.head, &anchor.proof].into_iter().chain(&anchor.former) {
        message.extend(text.as_bytes());
    }
    Ok(hex(&sealer.mac(Subkey::Anchor, &message)?))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
