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
pub mod system_sealed;

pub use blank::is_blank;
pub use format::{Format, Product};
pub use found::{AzCliHints, Found, LeftOut, Note, Outcome, Reported};
pub use reading::Reading;
pub use recognise::recognise;
pub use system_sealed::Protection;

/// Reads one file's bytes, whatever it is.
///
/// What the system has sealed for its user is read as what is in it.
///
/// Never fails: what cannot be read is [`Outcome::Reject`] or [`Outcome::Opaque`] with a note
/// that says where and why, and then nothing of the file is in `profile`.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Found {
    let mut found = match system_sealed::opened(bytes) {
        Some(content) => {
            let format = recognise(&content, reading.file_name);
            let mut found = formats::read(format, &content, reading);
            found.protection = Protection::SealedForUser;
            found
        }
        None => formats::read(recognise(bytes, reading.file_name), bytes, reading),
    };
    found.finish();
    found
}
