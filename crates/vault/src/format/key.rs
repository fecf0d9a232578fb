//! One key, and how keys are derived from others.

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::random;

/// 32 bytes of key, on the heap, filled in place and wiped: moving it moves a pointer.
pub(crate) struct Key(Box<Zeroizing<[u8; 32]>>);

impl Key {
    /// A key of zeros, to be filled in place.
    pub(crate) fn empty() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    pub(crate) fn random() -> Self {
        let mut key = Self::empty();
        random::fill(&mut key.0[..]);
        key
    }

    pub(crate) fn copied_from(bytes: &[u8; 32]) -> Self {
        let mut key = Self::empty();
        key.0.copy_from_slice(bytes);
        key
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0[..]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0[..]
    }
}

/// HKDF-SHA256 (RFC 5869) into `out`. The caller clears the stack.
pub(crate) fn expand(salt: &[u8], ikm: &[u8], info: &[&[u8]], out: &mut [u8]) {
    let length = Length(out.len());
    Salt::new(HKDF_SHA256, salt)
        .extract(ikm)
        .expand(info, length)
        .and_then(|okm| okm.fill(out))
        .expect("at most 76 bytes, far below the limit of HKDF");
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}
