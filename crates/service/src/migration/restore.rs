//! Putting the originals back: same bytes, same mode, same modification time, and the symbolic links
//! that led to them.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use azvault_importer::is_blank;
use azvault_importer::open::{OpenError, read_once};
use azvault_os::file::{
    Facts, FileIdentity, create_private_folders, make_link, set_modified, set_permissions,
};
use azvault_vault::{FollowedLink, ImportedFile, Over, write_file};

/// What is at a place where an original shall go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// Nothing.
    Nothing,
    /// What a product writes where it has nothing: it goes for the original.
    Blank,
    /// The same bytes: mode and time are set, nothing is written.
    Same,
    /// Something else.
    Other,
}

/// Looks before anything is released or written, so that a refusal leaves nothing half done.
pub fn look(file: &ImportedFile) -> There {
    let name = file.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    match read_once(&file.path) {
        Ok(opened) if azvault_vault::sha256(&opened.bytes) == file.sha256 => There::Same,
        Ok(opened) if is_blank(&opened.bytes, &name) => There::Blank,
        Err(OpenError::NotFound) => There::Nothing,
        Ok(_) | Err(_) => There::Other,
    }
}

/// Puts one original back. The bytes are complete and durable before the name is.
///
/// It is another file than the one that was imported: which one, the record has to say from now on.
pub fn restore(
    file: &ImportedFile,
    original: &[u8],
    there: There,
) -> std::io::Result<FileIdentity> {
    write(file, original, there)?;
    Ok(Facts::of_name(&file.path)?.identity())
}

fn write(file: &ImportedFile, original: &[u8], there: There) -> std::io::Result<()> {
    let folder = file.path.parent().unwrap_or(Path::new("/"));
    if there == There::Same {
        return set_mode_and_time(&File::open(&file.path)?, file);
    }
    // A product may have written something since it was looked at.
    if there == There::Blank && look(file) == There::Other {
        return Err(ErrorKind::AlreadyExists.into());
    }
    // Folders that went with the files come back private.
    create_private_folders(folder)?;
    let over = match there {
        There::Other | There::Blank => Over::Whatever,
        There::Nothing | There::Same => Over::Nothing,
    };
    write_file(&file.path, original, over, &|new| set_mode_and_time(new, file)).map(drop)
}

/// Makes the links again that led to a file; gives those in whose places something else is.
pub fn restore_links(file: &ImportedFile) -> Vec<PathBuf> {
    let is_there = |link: &FollowedLink| link.path.read_link().is_ok_and(|to| to == link.to);
    let taken = file.links.iter().filter(|link| !is_there(link) && put_link_back(link).is_err());
    taken.map(|link| link.path.clone()).collect()
}

fn put_link_back(link: &FollowedLink) -> std::io::Result<()> {
    if let Some(folder) = link.path.parent() {
        create_private_folders(folder)?;
    }
    // Replaces nothing: what is there is somebody's.
    make_link(&link.to, &link.path)
}

fn set_mode_and_time(to: &File, file: &ImportedFile) -> std::io::Result<()> {
    set_permissions(to, file.permissions)?;
    set_modified(to, file.modified_ns)
}
