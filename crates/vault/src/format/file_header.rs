//! The first bytes of a vault's file: what it is, and of which version.

use std::fs::File;

use azvault_os::file::read_at;

use crate::error::{Problem, UnsafeBecause};
use crate::format::slot::Row;
use crate::format::slot_kind::SlotKind;

/// "AZV1" in the header of the database.
pub(crate) const APPLICATION_ID: i32 = 0x415A_5631;

/// The newest version, in the file's `user_version`.
pub(crate) const VERSION: i32 = 2;

/// The version of a vault with these slots: 2 if one of them opens by age, which releases that know
/// version 1 alone do not read; else 1.
pub(crate) fn version_of(rows: &[Row]) -> i32 {
    let is_by_age = |row: &Row| SlotKind::of(row.kind).is_some_and(SlotKind::is_by_age);
    if rows.iter().any(is_by_age) { VERSION } else { 1 }
}

/// Reads the first 100 bytes of a database: what it is, and of which version. Returns its length as
/// they say it, in bytes.
pub(crate) fn check_header(file: &File) -> Result<u64, Problem> {
    let not = |what| Err(Problem::NotAVault { what });
    let mut header = [0; 100];
    if read_at(file, &mut header, 0)? < header.len() {
        return not("it is too short");
    }
    if &header[..16] != b"SQLite format 3\0" {
        return not("it is no SQLite database");
    }
    let number = |at: usize| {
        i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if number(68) != APPLICATION_ID {
        return not("its application id is another");
    }
    let (found, known) = (number(60), VERSION);
    if found > known {
        return Err(Problem::TooNew { found, known });
    }
    if found < 1 {
        return not("it has no version");
    }
    if header[18..20] != [1, 1] {
        return Err(UnsafeBecause::WriteAheadLog.into());
    }
    // The one form in which vaults are written. Nothing that is read depends on it; but a file that
    // someone else rewrote is not to pass for one that nobody touched.
    let (page_size, reserved) = (&header[16..18], header[20]);
    let (largest_root, encoding, incremental) = (number(52), number(56), number(64));
    if page_size != [0x10, 0] || (reserved, largest_root, encoding, incremental) != (0, 0, 1, 0) {
        return not("its pages are laid out in another way");
    }
    Ok(u64::from(number(28).cast_unsigned()) * 4096)
}
