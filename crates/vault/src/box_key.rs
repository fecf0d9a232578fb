//! A key of its own, for boxes that are in no vault.

use zeroize::Zeroizing;

use crate::format::key::Key;
use crate::format::sealed_box;
use crate::format::sealed_box::OpenError;
use crate::memory::with_stack_wiped;

/// A key that seals and opens boxes as those of a vault are. Cannot be printed or copied by accident.
pub struct BoxKey(Key);

impl BoxKey {
    /// 256 random bits.
    pub fn random() -> Self {
        Self(Key::random())
    }

    /// A key that was made before.
    pub fn copied_from(bytes: &[u8; 32]) -> Self {
        Self(Key::copied_from(bytes))
    }

    /// The key itself. Every caller says why in an `// EXPOSE:` comment.
    pub fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Seals a plaintext under its associated data.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        with_stack_wiped(|| sealed_box::seal(&self.0, aad, plaintext))
    }

    /// Opens a box under its associated data.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        with_stack_wiped(|| sealed_box::open(&self.0, aad, sealed))
    }
}
