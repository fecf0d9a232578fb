//! Files that hold secrets in clear: complete and durable before they have their names.

use std::fs::File;
use std::io::{Result, Write};
use std::path::Path;

/// Prefix of the files that get their names when they are complete. One that was left by a killed
/// command holds secrets in clear.
const DRAFT: &str = ".azvault-";

/// Whether something may be at the place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing is there, and what comes there meanwhile stays.
    New,
    /// What is there is replaced.
    Taken,
}

/// Writes a file that is its owner's alone. `prepare` sets what it shall have before it is seen.
pub(crate) fn write(
    path: &Path,
    bytes: &[u8],
    place: Place,
    prepare: impl FnOnce(&File) -> Result<()>,
) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    sweep(folder)?;
    let mut new = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder)?;
    new.write_all(bytes)?;
    prepare(new.as_file())?;
    new.as_file().sync_all()?;
    match place {
        Place::Taken => new.persist(path).map_err(|e| e.error)?,
        Place::New => new.persist_noclobber(path).map_err(|e| e.error)?,
    };
    File::open(folder)?.sync_all()
}

/// Removes what killed commands left in a folder.
pub(crate) fn sweep(folder: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for entry in entries {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(DRAFT));
        if ours && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
