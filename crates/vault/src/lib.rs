//! The encrypted store: sealed boxes in one SQLite file.
//!
//! A [`Locked`] vault has no contexts. Unlocking succeeds by decrypting, with no truth value on
//! the way, and gives a [`Vault`]; reading happens in a [`Snapshot`], whose every record has been
//! verified, and writing in one transaction that verifies first. The format, byte for byte, is in
//! `docs/vault-format.md`.
//!
//! ```
//! use azvault_model::Secret;
//! use azvault_vault::{Cost, Locked, NewSlot, Opener};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("vault.db");
//! let anchors = folder.path().join("anchors");
//! let passphrase = Secret::copied_from(b"correct horse battery staple");
//! let slot = NewSlot {
//!     opener: Opener::Passphrase(&passphrase),
//!     cost: Cost::FLOOR,
//!     label: "passphrase".to_owned(),
//! };
//! azvault_vault::create(&path, &[slot], &anchors)?;
//!
//! let vault = Locked::open(&path)?.unlock(&Opener::Passphrase(&passphrase), &anchors)?;
//! assert!(vault.snapshot()?.contexts().is_empty());
//! # Ok(())
//! # }
//! ```

mod anchor;
mod audit;
mod backup;
mod box_key;
mod boxes;
mod bundle;
mod create;
mod digest;
mod error;
mod export;
mod file;
mod format;
mod index;
mod leftover;
mod locked;
mod master_key;
mod memory;
mod new_file;
mod new_slot;
mod random;
mod records;
mod rotate;
mod sealer;
mod session;
mod slots;
mod snapshot;
mod state;
mod store;
mod strength;
mod together;
mod transaction;
mod vault;
mod verify;

pub use anchor::{AnchorFound, is_of_former};
pub use audit::{Actor, Entry, Logged, Subject};
pub use backup::{StagedVault, make_folder};
pub use box_key::BoxKey;
pub use create::{NewVault, check_place, create};
pub use digest::sha256;
pub use error::{
    AnchorMismatch, ChangeError, Error, Problem, SlotError, StorageError, Tampered, UnsafeBecause,
};
pub use export::{is_export, open_export, seal_export};
pub use format::age_way::{AgeKey, AgeWay, is_of_hardware};
pub use format::box_address::{BoxAddress, BoxKind};
pub use format::fingerprint::fingerprint;
pub use format::id::{Id, IdPrefix, NotAnId, NotAnIdPrefix, NotOneId, VaultId};
pub use format::import_record::{FollowedLink, Import, ImportedFile, OriginalRef};
pub use format::kdf::{Cost, KdfError};
pub use format::key_text::{KeyFile, KeyTextError, RawKey, RecoveryCode, generate_passphrase};
pub use format::keys::Keys;
pub use format::record::{Settings, Stored, StoredSecret};
pub use format::sealed_box::{OpenError, worked_example};
pub use format::since::{Became, Course, Parting, Since, Taken, TakenName, ValueDigest};
pub use format::slot::{Opener, Slot};
pub use format::slot_kind::SlotKind;
pub use leftover::{DraftFolder, sweep};
pub use locked::{Locked, Try};
pub use master_key::MasterKey;
pub use memory::with_stack_wiped;
pub use new_file::{Made, Over, write_file};
pub use new_slot::{NewSlot, PreparedSlot};
pub use random::{fill as fill_random, random_key};
pub use records::{Records, Version, Versions};
pub use rotate::Rotated;
pub use sealer::{Opened, Placed, Sealer, SealerError, Subkey};
pub use session::SessionKey;
pub use snapshot::{Contents, Items, Snapshot};
pub use store::slots::MAX_SLOTS;
pub use strength::{MAX_BITS as MAX_PASSPHRASE_BITS, passphrase_bits};
pub use together::Change;
pub use transaction::{New, Transaction};
pub use vault::Vault;
pub use verify::Verified;
