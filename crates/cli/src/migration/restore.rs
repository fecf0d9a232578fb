//! Putting the originals back: same bytes, same mode, same modification time.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use azvault_importer::open::{OpenError, read_once};
use azvault_vault::{ImportedFile, Over, write_file};
use rustix::fs::{Mode, Timespec, Timestamps, UTIME_OMIT};

/// What is at a place where an original shall go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum There {
    /// Nothing.
    Nothing,
    /// The same bytes: mode and time are set, nothing is written.
    Same,
    /// Something else.
    Other,
}

/// Looks before anything is written, so that a refusal leaves nothing half done.
pub(crate) fn look(file: &ImportedFile, original: &[u8]) -> There {
    match read_once(&file.path) {
        Ok(opened) if opened.bytes[..] == *original => There::Same,
        Err(OpenError::NotFound) => There::Nothing,
        Ok(_) | Err(_) => There::Other,
    }
}

/// Puts one original back. The bytes are complete and durable before the name is.
pub(crate) fn restore(file: &ImportedFile, original: &[u8], there: There) -> std::io::Result<()> {
    let folder = file.path.parent().unwrap_or(Path::new("/"));
    if there == There::Same {
        return set_mode_and_time(&File::open(&file.path)?, file);
    }
    // Folders that went with the files come back private.
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let over = match there {
        There::Other => Over::Whatever,
        There::Nothing | There::Same => Over::Nothing,
    };
    write_file(&file.path, original, over, &|new| set_mode_and_time(new, file)).map(drop)
}

fn set_mode_and_time(to: &File, file: &ImportedFile) -> std::io::Result<()> {
    rustix::fs::fchmod(to, Mode::from_raw_mode(file.mode & 0o7777))?;
    let seconds = file.modified_ns.div_euclid(1_000_000_000);
    let nanoseconds = file.modified_ns.rem_euclid(1_000_000_000);
    let modified = Timespec {
        tv_sec: i64::try_from(seconds).unwrap_or(0),
        tv_nsec: i64::try_from(nanoseconds).unwrap_or(0),
    };
    let untouched = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let times = Timestamps { last_access: untouched, last_modification: modified };
    rustix::fs::futimens(to, &times).map_err(Into::into)
}
