//! Reads the files of Azure PowerShell and Azure CLI, every era, and writes none.
//!
//! [`look`] finds the files, [`open::read_once`] gets a file's bytes safely, [`read`] recognises
//! and reads them, [`places`] knows where the products keep their files, and [`folder`] joins what only the
//! files of one folder together can say.

mod blank;
pub mod decode;
mod empty;
pub mod folder;
mod format;
pub mod formats;
pub mod found;
pub mod json;
pub mod look;
pub mod open;
mod pattern;
pub mod places;
mod reading;
pub mod recognise;
mod reported;
mod shape;

pub use blank::is_blank;
pub use format::{Format, Product};
pub use found::{AzCliHints, Found, LeftOut, Note, Outcome, Reported};
pub use reading::Reading;
pub use recognise::recognise;

/// Reads one file's bytes, whatever it is.
///
/// Never fails: what cannot be read is [`Outcome::Reject`] or [`Outcome::Opaque`] with a note
/// that says where and why, and then nothing of the file is in `profile`.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Found {
    let mut found = formats::read(recognise(bytes, reading.file_name), bytes, reading);
    found.finish();
    found
}
