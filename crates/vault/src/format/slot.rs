//! Slots: the master key, wrapped once for each way to unlock.

use azvault_model::Secret;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::digest::sha256;
use crate::error::Problem;
use crate::format::age_way;
use crate::format::age_way::{AgeKey, AgeWay};
use crate::format::box_address::OwnKeyBox;
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::format::key::Key;
use crate::format::key_text::{KeyFile, RawKey, RecoveryCode};
use crate::format::keys::kek;
use crate::format::slot_kind::SlotKind;
use crate::format::{kdf, sealed_box};

/// Longest passphrase, in bytes after normalisation.
const MAX_PASSPHRASE: usize = 1024;

/// A way to unlock, as it can be read without any key.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its number in this vault.
    pub id: i64,
    /// What opens it.
    pub kind: SlotKind,
    /// What a guess costs; `None` for kinds whose key is random.
    pub cost: Option<Cost>,
    /// No other wrapping has the same, of this or of another vault: what is kept for a slot
    /// elsewhere is known by it.
    pub salt: [u8; 16],
    /// How its value is encrypted, where it opens by age.
    pub age: Option<AgeWay>,
}

/// What opens a slot.
pub enum Opener<'a> {
    /// A passphrase: text, normalised to NFC (Unicode Annex 15), at most 1 KiB.
    Passphrase(&'a Secret),
    /// A passphrase and the bytes of a key file.
    PassphraseAndKeyFile {
        /// Text, as above.
        passphrase: &'a Secret,
        /// The second factor.
        key_file: &'a KeyFile,
    },
    /// 32 bytes.
    RawKey(&'a RawKey),
    /// 32 bytes that were written down.
    RecoveryCode(&'a RecoveryCode),
    /// 32 bytes that the keyring of the desktop keeps.
    Keyring(&'a RawKey),
    /// The value of one way by age, and which one's.
    Age(&'a AgeKey),
    /// A passphrase and such a value.
    PassphraseAndAge {
        /// Text, as above.
        passphrase: &'a Secret,
        /// The second factor.
        age: &'a AgeKey,
    },
}

impl Opener<'_> {
    /// Of which kind the slots are that it may open.
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::PassphraseAndKeyFile { .. } => SlotKind::PassphraseAndKeyFile,
            Self::RawKey(_) => SlotKind::RawKey,
            Self::RecoveryCode(_) => SlotKind::RecoveryCode,
            Self::Keyring(_) => SlotKind::Keyring,
            Self::Age(_) => SlotKind::Age,
            Self::PassphraseAndAge { .. } => SlotKind::PassphraseAndAge,
        }
    }

    /// The way by age whose value it has.
    pub(crate) fn way(&self) -> Option<&AgeWay> {
        match self {
            Self::Age(age) | Self::PassphraseAndAge { age, .. } => Some(&age.way),
            _ => None,
        }
    }
}

/// A slot as it is stored.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) kind: i64,
    pub(crate) m: i64,
    pub(crate) t: i64,
    pub(crate) p: i64,
    pub(crate) salt: [u8; 16],
    pub(crate) sealed: Vec<u8>,
}

impl Row {
    /// What can be read of it; its bounds are checked before any derivation.
    pub(crate) fn slot(&self) -> Result<Slot, Problem> {
        let kind = SlotKind::of(self.kind).ok_or(Problem::tampered("a slot of unknown kind"))?;
        let cost = if kind.has_cost() {
            let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
            let cost = Cost::new(number(self.m), number(self.t), number(self.p));
            Some(cost.map_err(|source| Problem::KdfOutOfBounds { slot: self.id, source })?)
        } else if (self.m, self.t, self.p) == (0, 0, 0) {
            None
        } else {
            return Err(Problem::tampered("a slot without passphrase that has a cost"));
        };
        let age = kind.is_by_age().then(|| age_way::split(&self.sealed)).transpose()?;
        let age = age.map(|(way, ..)| way);
        Ok(Slot { id: self.id, kind, cost, salt: self.salt, age })
    }

    /// The master key, if this slot opens; `None` if it is another's.
    pub(crate) fn open(
        &self,
        opener: &Opener<'_>,
        vault: VaultId,
        epoch: u32,
    ) -> Result<Option<Key>, Problem> {
        let slot = self.slot()?;
        // The value of one way opens no other.
        if slot.age.as_ref() != opener.way() {
            return Ok(None);
        }
        let kek = wrapping_key(opener, slot.cost, &self.salt)?;
        let (open_part, sealed) = match slot.kind.is_by_age() {
            true => age_way::split(&self.sealed).map(|(_, open, sealed)| (Some(open), sealed))?,
            false => (None, &self.sealed[..]),
        };
        let aad = self.aad(vault, epoch, open_part);
        match sealed_box::open(&kek, &aad, sealed) {
            Ok(bytes) if bytes.len() == 32 => {
                let mut vmk = Key::empty();
                vmk.bytes_mut().copy_from_slice(&bytes);
                Ok(Some(vmk))
            }
            Ok(_) => Err(Problem::tampered("a slot that holds no key")),
            Err(sealed_box::OpenError::WrongKeyOrMoved) => Ok(None),
            Err(sealed_box::OpenError::Damaged) => Err(Problem::tampered("a slot is damaged")),
        }
    }

    /// `open_part` is what its record says in front of what is sealed.
    pub(crate) fn aad(&self, vault: VaultId, epoch: u32, open_part: Option<&[u8]>) -> Vec<u8> {
        let kind = u8::try_from(self.kind).unwrap_or(u8::MAX);
        let mut aad = OwnKeyBox::Slot { kind, id: self.id }.aad(vault, epoch).to_vec();
        for number in [self.m, self.t, self.p] {
            aad.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
        }
        aad.extend(self.salt);
        aad.extend(open_part.map(sha256).into_iter().flatten());
        aad
    }
}

/// The least memory (KiB) and passes of those with a passphrase; zeros where none has one.
pub(crate) fn least(rows: &[Row]) -> Result<[u32; 2], Problem> {
    let slots = rows.iter().map(Row::slot).collect::<Result<Vec<_>, _>>()?;
    let least = slots.into_iter().filter_map(|slot| slot.cost).min_by_key(Cost::work);
    Ok(least.map_or([0, 0], |cost| [cost.memory_kib(), cost.passes()]))
}

/// SHA-256 over all slots in id order: kind, cost and id as 64-bit numbers, salt and box with
/// their lengths in front.
pub(crate) fn digest(rows: &[Row]) -> [u8; 32] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for row in rows {
        for number in [row.id, row.kind, row.m, row.t, row.p] {
            context.update(&number.to_be_bytes());
        }
        for bytes in [&row.salt[..], &row.sealed[..]] {
            context.update(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            context.update(bytes);
        }
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// The key that wraps the master key in a slot.
pub(crate) fn wrapping_key(
    opener: &Opener<'_>,
    cost: Option<Cost>,
    salt: &[u8; 16],
) -> Result<Key, Problem> {
    let from_passphrase = |passphrase: &Secret| {
        let text = normalised(passphrase)?;
        let cost = cost.ok_or(Problem::WrongKey)?;
        kdf::derive(&text, salt, cost).map_err(|source| Problem::KdfOutOfBounds { slot: 0, source })
    };
    Ok(match opener {
        Opener::Passphrase(passphrase) => {
            kek(salt, &from_passphrase(passphrase)?, None, opener.kind())
        }
        Opener::PassphraseAndKeyFile { passphrase, key_file } => {
            kek(salt, &from_passphrase(passphrase)?, Some(&key_file.0), opener.kind())
        }
        Opener::PassphraseAndAge { passphrase, age } => {
            kek(salt, &from_passphrase(passphrase)?, Some(&age.value.0), opener.kind())
        }
        Opener::Age(age) => kek(salt, &age.value.0, None, opener.kind()),
        Opener::RawKey(RawKey(key))
        | Opener::RecoveryCode(RecoveryCode(key))
        | Opener::Keyring(RawKey(key)) => kek(salt, key, None, opener.kind()),
    })
}

/// One text is one passphrase, however the keyboard composed it. Bytes that are no UTF-8 are
/// taken as they are.
pub(crate) fn normalised(passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Problem> {
    // EXPOSE: normalised into wiped memory and handed to Argon2id.
    let bytes = passphrase.expose();
    if bytes.len() > MAX_PASSPHRASE {
        return Err(Problem::WrongKey);
    }
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len() * 4));
    match std::str::from_utf8(bytes) {
        Err(_) => out.extend_from_slice(bytes),
        Ok(text) => {
            for character in text.nfc() {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
