//! The sealed export: everything a profile holds in one file that a passphrase opens, on any
//! machine and without the vault.
//!
//! ```text
//! file  = "AZVEXP1\n" ‖ m ‖ t ‖ p (u32 each) ‖ salt (16) ‖ lock ‖ part ‖ … ‖ part
//! K     = HKDF-SHA256(salt, Argon2id(passphrase, salt, m, t, p), "azv1.kek.export")
//! lock  = SEAL(K, AAD(salt, 0, 7, 2, 0, 0), nothing)
//! part  = SEAL(K, AAD(salt, 0, 7, 1 if it is the last, else 0, its number, 0), 16 MiB of the bundle)
//! ```
//!
//! The lock tells a wrong passphrase from damage. The AAD of a part names the file by its salt,
//! the part by its number, and the last part as the last: a part that is missing, moved, cut or
//! another file's does not open.

use std::borrow::Cow;

use azvault_model::{Account, AutosaveMode, ContextName, Environment, Profile, Secret};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::bundle::{ContextRow, Padding, SecretRow};
use crate::error::Problem;
use crate::format::box_address::{ExportEnd, OwnKeyBox};
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::format::key::Key;
use crate::format::sealed_box::{OVERHEAD, OpenError};
use crate::format::{import_record, kdf, keys, sealed_box, slot};
use crate::memory::with_stack_wiped;
use crate::{bundle, random};

/// First bytes of every version; the number of the version and a line end follow.
const NAME: &[u8] = b"AZVEXP";
const MAGIC: &[u8; 8] = b"AZVEXP1\n";
const VERSION: i32 = 1;
/// Plaintext of every part but the last.
const PART: usize = 16 * 1024 * 1024;
/// Sizes tell at most this much about what is inside.
const PADDING: usize = 4096;

#[derive(Serialize, Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    contexts: Vec<ContextRow<'a>>,
    default: Option<Cow<'a, ContextName>>,
    accounts: Cow<'a, [Account]>,
    environments: Cow<'a, [Environment]>,
    autosave: Option<AutosaveMode>,
    #[serde(borrow)]
    kept: Option<&'a RawValue>,
    secrets: Vec<SecretRow>,
}

/// Seals a profile for anyone who has the passphrase: text, normalised to NFC, at most 1 KiB, else
/// [`Problem::WrongKey`]. Without the passphrase only the cost and the padded size can be read.
pub fn seal_export(profile: &Profile, passphrase: &Secret, cost: Cost) -> Result<Vec<u8>, Problem> {
    let mut salt = [0; 16];
    random::fill(&mut salt);
    let key = derive(passphrase, &salt, cost)?;
    Ok(write(&key, &salt, cost, &encode(profile), PART))
}

/// Opens what [`seal_export`] gave. [`Problem::NotAVault`] if it is some other file,
/// [`Problem::TooNew`] if a newer azvault wrote it, [`Problem::KdfOutOfBounds`] if it asks for more
/// work than any may, which is checked before memory is taken, [`Problem::WrongKey`], and
/// [`Problem::Tampered`] if it is damaged.
pub fn open_export(bytes: &[u8], passphrase: &Secret) -> Result<Profile, Problem> {
    let (cost, salt, boxes) = head(bytes)?;
    let key = derive(passphrase, salt, cost)?;
    let text = read(&key, salt, boxes, PART)?;
    decode(&text).ok_or(Problem::tampered("the export has another form"))
}

/// Whether these are the first bytes of an export, of whatever version.
pub fn is_export(bytes: &[u8]) -> bool {
    version(bytes).is_some()
}

/// The number behind the name; at most four digits and a line end.
fn version(bytes: &[u8]) -> Option<i32> {
    let rest = bytes.strip_prefix(NAME)?;
    let digits = &rest[..rest.iter().take(5).position(|byte| *byte == b'\n')?];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Cost, salt and boxes. Only reads: whatever is asked for is within bounds then.
fn head(bytes: &[u8]) -> Result<(Cost, &[u8; 16], &[u8]), Problem> {
    match version(bytes) {
        Some(found) if found > VERSION => return Err(Problem::TooNew { found, known: VERSION }),
        _ => {}
    }
    let rest = bytes.strip_prefix(MAGIC);
    let rest = rest.ok_or(Problem::NotAVault { what: "it is not an export of azvault" })?;
    let short = || Problem::tampered("the export ends too early");
    let (numbers, rest) = rest.split_at_checked(12).ok_or_else(short)?;
    let (salt, boxes) = rest.split_first_chunk::<16>().ok_or_else(short)?;
    let mut numbers = numbers.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
    let mut number = || numbers.next().unwrap_or_default();
    let cost = Cost::new(number(), number(), number());
    let cost = cost.map_err(|source| Problem::KdfOutOfBounds { slot: 0, source })?;
    Ok((cost, salt, boxes))
}

fn derive(passphrase: &Secret, salt: &[u8; 16], cost: Cost) -> Result<Key, Problem> {
    let text = slot::normalised(passphrase)?;
    let first = kdf::derive(&text, salt, cost);
    let first = first.map_err(|source| Problem::KdfOutOfBounds { slot: 0, source })?;
    Ok(keys::export_key(salt, &first))
}

/// The salt stands where the boxes of a vault have its id.
fn aad(salt: &[u8; 16], address: OwnKeyBox) -> [u8; 42] {
    address.aad(VaultId(*salt), 0)
}

/// The file, its text cut into parts of `part` bytes.
fn write(key: &Key, salt: &[u8; 16], cost: Cost, text: &[u8], part: usize) -> Vec<u8> {
    let parts = text.len().div_ceil(part).max(1);
    let mut file = Vec::with_capacity(MAGIC.len() + 28 + (parts + 1) * OVERHEAD + text.len());
    file.extend_from_slice(MAGIC);
    for number in [cost.memory_kib(), cost.passes(), cost.lanes()] {
        file.extend_from_slice(&number.to_be_bytes());
    }
    file.extend_from_slice(salt);
    with_stack_wiped(|| {
        file.extend_from_slice(&sealed_box::seal(key, &aad(salt, OwnKeyBox::ExportLock), &[]));
        let mut rest = text;
        for number in 0.. {
            let (now, later) = rest.split_at(part.min(rest.len()));
            let end = if later.is_empty() { ExportEnd::Last } else { ExportEnd::More };
            file.extend_from_slice(&sealed_box::seal(
                key,
                &aad(salt, OwnKeyBox::ExportPart { number, end }),
                now,
            ));
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
    });
    file
}

/// The text again. Its memory is taken once, and is never more than the file has.
fn read(
    key: &Key,
    salt: &[u8; 16],
    boxes: &[u8],
    part: usize,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let (lock, mut rest) =
        boxes.split_at_checked(OVERHEAD).ok_or(Problem::tampered("the export ends too early"))?;
    let mut text = Zeroizing::new(Vec::with_capacity(rest.len()));
    with_stack_wiped(|| {
        sealed_box::open(key, &aad(salt, OwnKeyBox::ExportLock), lock).map_err(
            |error| match error {
                OpenError::WrongKeyOrMoved => Problem::WrongKey,
                OpenError::Damaged => Problem::tampered("the lock of the export is damaged"),
            },
        )?;
        for number in 0.. {
            let (now, later) = rest.split_at((part + OVERHEAD).min(rest.len()));
            let end = if later.is_empty() { ExportEnd::Last } else { ExportEnd::More };
            let opened =
                sealed_box::open(key, &aad(salt, OwnKeyBox::ExportPart { number, end }), now);
            text.extend_from_slice(
                &opened.map_err(|_| Problem::tampered("a part of the export does not open"))?,
            );
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        Ok(text)
    })
}

fn encode(profile: &Profile) -> Zeroizing<Vec<u8>> {
    let texts = bundle::texts(&profile.contexts);
    let row = Row {
        contexts: bundle::contexts(&texts, &profile.contexts),
        default: profile.default.as_ref().map(Cow::Borrowed),
        accounts: Cow::Borrowed(&profile.accounts),
        environments: Cow::Borrowed(&profile.environments),
        autosave: profile.autosave,
        kept: import_record::raw(&profile.kept),
        secrets: bundle::secrets(profile.secrets.iter()),
    };
    bundle::pack(&row, profile.secrets.iter(), Padding::To(PADDING))
}

fn decode(text: &[u8]) -> Option<Profile> {
    let (json, values) = bundle::unpack(text)?;
    let row: Row<'_> = serde_json::from_slice(json).ok()?;
    let (secrets, padding) = bundle::take_secrets(row.secrets, values)?;
    if padding.len() >= PADDING || padding.iter().any(|byte| *byte != 0) {
        return None;
    }
    Some(Profile {
        contexts: bundle::take_contexts(row.contexts)?,
        default: row.default.map(Cow::into_owned),
        default_at: None,
        accounts: row.accounts.into_owned(),
        environments: row.environments.into_owned(),
        secrets,
        autosave: row.autosave,
        kept: row.kept.map(import_record::kept).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
