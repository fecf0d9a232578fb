//! The format, section by section: what stands in `docs/vault-format.md`, and nothing that knows a file or
//! a database.

pub(crate) mod age_way;
pub(crate) mod box_address;
pub(crate) mod file_header;
pub(crate) mod fingerprint;
pub(crate) mod head;
pub(crate) mod id;
pub(crate) mod import_record;
pub(crate) mod kdf;
pub(crate) mod key;
pub(crate) mod key_text;
pub(crate) mod keys;
pub(crate) mod record;
pub(crate) mod sealed_box;
pub(crate) mod secret_box;
pub(crate) mod since;
pub(crate) mod slot;
pub(crate) mod slot_kind;
