//! Foreign files, as they are written: the way out of azvault, with no I/O of its own.
//!
//! A format file names the product's own source for its shape and gives the bytes that the
//! product itself would read. `azvault-importer` reads what stands here, and the tests hold the
//! two together: what is written is read back as it was, and what a format has no place for is
//! named, never dropped in silence.

pub mod azure_powershell;
mod json;
mod kept;
