//! The seam behind which the keys are.
//!
//! What holds them seals and opens boxes for the rest of the crate, in batches, and never gives a key away.
//! [`Keys`](crate::Keys) does; a test puts something in front that counts what is opened.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::format::sealed_box::OpenError;

/// Bytes of boxes that callers hand over at once: what is opened together is in memory together.
pub(crate) const BATCH: usize = 256 * 1024;

/// One key of an epoch, by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Subkey {
    /// Boxes of records.
    Record = 0,
    /// Boxes of secrets.
    Secret = 1,
    /// The box of the head.
    Head = 2,
    /// The HMAC over the records.
    Mac = 3,
    /// Boxes of the audit log.
    Audit = 4,
    /// The HMAC of anchors, and the fingerprint.
    Anchor = 5,
    /// Boxes of imported files.
    Original = 6,
}

impl Subkey {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Record,
        Self::Secret,
        Self::Head,
        Self::Mac,
        Self::Audit,
        Self::Anchor,
        Self::Original,
    ];

    /// Its name in the derivation.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Secret => "secret",
            Self::Head => "head",
            Self::Mac => "mac",
            Self::Audit => "audit",
            Self::Anchor => "anchor",
            Self::Original => "original",
        }
    }
}

/// Bytes with the associated data of their box: a box to be opened, or a plaintext to be sealed.
pub struct Placed<'a> {
    /// Its associated data ([`BoxAddress::aad`](crate::BoxAddress::aad)).
    pub aad: [u8; 42],
    /// Box or plaintext.
    pub bytes: &'a [u8],
}

/// Plaintexts of a batch, in its order.
pub type Opened = Vec<Zeroizing<Vec<u8>>>;

/// Why a batch could not be sealed or opened. One box that fails fails its batch.
#[derive(Debug, thiserror::Error)]
pub enum SealerError {
    /// A box is not what it should be.
    #[error(transparent)]
    Box(#[from] OpenError),
    /// The vault has newer keys than these.
    #[error("the keys of the vault were rotated: those at hand are the old ones")]
    Rotated,
}

/// Seals and opens with keys that the caller never sees.
pub trait Sealer {
    /// Number of the keys: a vault's box opens with those of its own epoch alone.
    fn epoch(&self) -> u32;

    /// Opens boxes.
    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError>;

    /// Seals plaintexts.
    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError>;

    /// HMAC-SHA256 (RFC 2104).
    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError>;
}

/// Keys that a vault shares with what wipes them.
impl<S: Sealer + ?Sized> Sealer for Arc<S> {
    fn epoch(&self) -> u32 {
        (**self).epoch()
    }

    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError> {
        (**self).open(key, boxes)
    }

    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError> {
        (**self).seal(key, texts)
    }

    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError> {
        (**self).mac(key, message)
    }
}
