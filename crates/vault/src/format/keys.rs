//! Every key derivation of the format, on one page.
//!
//! ```text
//! KEK    = HKDF-SHA256(salt16, A [‖ keyfile32], "azv1.kek." ‖ kind)
//! export = HKDF-SHA256(salt16, A, "azv1.kek.export")
//! subkey = HKDF-SHA256(vault_id ‖ epoch, VMK, "azv1.key." ‖ name)
//! ```

use ring::hmac;
use zeroize::Zeroizing;

use crate::format::id::VaultId;
use crate::format::key::{Key, expand};
use crate::format::sealed_box;
use crate::format::slot_kind::SlotKind;
use crate::memory::with_stack_wiped;
use crate::sealer::{Opened, Placed, Sealer, SealerError, Subkey};

const KEK: &[u8] = b"azv1.kek.";
const EXPORT: &[u8] = b"azv1.kek.export";
const SUBKEY: &[u8] = b"azv1.key.";

/// The keys of one epoch, each for one purpose. Cannot be printed or copied.
pub struct Keys {
    epoch: u32,
    keys: [Key; Subkey::ALL.len()],
}

impl Keys {
    /// Derives them from the vault's master key.
    pub(crate) fn derive(vmk: &Key, vault: VaultId, epoch: u32) -> Self {
        let mut salt = [0; 20];
        salt[..16].copy_from_slice(&vault.0);
        salt[16..].copy_from_slice(&epoch.to_be_bytes());
        let keys = Subkey::ALL.map(|name| {
            let mut key = Key::empty();
            let info: [&[u8]; 2] = [SUBKEY, name.as_str().as_bytes()];
            with_stack_wiped(|| expand(&salt, vmk.bytes(), &info, key.bytes_mut()));
            key
        });
        Self { epoch, keys }
    }

    /// Size of [`Keys::to_bytes`].
    pub const SIZE: usize = 32 * Subkey::ALL.len();

    /// The keys one after the other, for the agent that is to hold them.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::SIZE));
        for key in &self.keys {
            bytes.extend_from_slice(key.bytes());
        }
        bytes
    }

    /// What [`Keys::to_bytes`] gave for an epoch, in memory that is neither swapped out nor dumped where
    /// the system allows it. `None` if the length is another.
    pub fn from_bytes(epoch: u32, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::SIZE {
            return None;
        }
        let keys = Subkey::ALL.map(|name| {
            let mut key = Key::empty();
            let start = 32 * name as usize;
            key.bytes_mut().copy_from_slice(&bytes[start..start + 32]);
            key
        });
        for key in &keys {
            azvault_os::memory::keep_off_disk(key.bytes());
        }
        Some(Self { epoch, keys })
    }

    fn key(&self, name: Subkey) -> &Key {
        &self.keys[name as usize]
    }
}

impl Sealer for Keys {
    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError> {
        let key = self.key(key);
        let open = |boxed: &Placed<'_>| sealed_box::open(key, &boxed.aad, boxed.bytes);
        with_stack_wiped(|| boxes.iter().map(open).collect::<Result<_, _>>()).map_err(Into::into)
    }

    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError> {
        let key = self.key(key);
        let seal = |text: &Placed<'_>| sealed_box::seal(key, &text.aad, text.bytes);
        Ok(with_stack_wiped(|| texts.iter().map(seal).collect()))
    }

    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError> {
        Ok(with_stack_wiped(|| mac(self.key(key).bytes(), message)))
    }
}

/// The key that wraps the master key in a slot: from what Argon2id made of the passphrase, or
/// from 32 bytes that are a key already; a key file's bytes come behind.
pub(crate) fn kek(salt: &[u8; 16], first: &Key, second: Option<&Key>, kind: SlotKind) -> Key {
    let mut ikm = Zeroizing::new(Vec::with_capacity(64));
    ikm.extend_from_slice(first.bytes());
    if let Some(second) = second {
        ikm.extend_from_slice(second.bytes());
    }
    let number = kind.number().to_string();
    let mut key = Key::empty();
    let info: [&[u8]; 2] = [KEK, number.as_bytes()];
    with_stack_wiped(|| expand(salt, &ikm, &info, key.bytes_mut()));
    key
}

/// The key of an export, from what Argon2id made of its passphrase.
pub(crate) fn export_key(salt: &[u8; 16], first: &Key) -> Key {
    let mut key = Key::empty();
    with_stack_wiped(|| expand(salt, first.bytes(), &[EXPORT], key.bytes_mut()));
    key
}

/// HMAC-SHA256 (RFC 2104). The caller clears the stack.
fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut tag = [0; 32];
    tag.copy_from_slice(hmac::sign(&key, message).as_ref());
    tag
}

#[cfg(test)]
mod tests;
