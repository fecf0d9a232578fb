//! Reads the files of Azure PowerShell and Azure CLI, every era, and writes none.
//!
//! [`look`] finds the files, [`open::read_once`] gets a file's bytes safely, [`read`] recognises
//! and reads them, [`places`] knows where the products keep their files, and [`folder`] joins what only the
//! files of one folder together can say.

mod blank;
pub mod decode;
pub mod folder;
mod format;
pub mod formats;
pub mod found;
pub mod json;
pub mod look;
pub mod open;
pub mod places;
pub mod recognise;
mod reported;

pub use blank::is_blank;
pub use format::{Format, Product};
pub use found::{AzCliHints, Found, LeftOut, Note, Outcome, Reported};
pub use recognise::recognise;

/// What a reader is told beside the bytes.
pub struct Reading<'a> {
    /// File name without folder: a hint where content says nothing (`{}`, zero bytes, INI).
    pub file_name: &'a str,
    /// Zone of the machine that wrote the file: `accessTokens.json` has local times.
    pub time_zone: &'a jiff::tz::TimeZone,
}

/// Reads one file's bytes, whatever it is.
///
/// Never fails: what cannot be read is [`Outcome::Reject`] or [`Outcome::Opaque`] with a note
/// that says where and why, and then nothing of the file is in `profile`.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Found {
    let mut found = formats::read(recognise(bytes, reading.file_name), bytes, reading);
    found.finish();
    found
}
