//! Programs of the system that are handed secrets: found by place, never by the PATH.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where distributions install programs; the last one is NixOS's.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/// The program of that name that root installed, and that nobody else can replace.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let places = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    let real = places.filter_map(|place| place.canonicalize().ok());
    real.into_iter().find(|program| program.is_file() && program.ancestors().all(is_roots))
}

/// Whether only root can change it. The sticky bit keeps entries of a folder to their owners.
fn is_roots(path: &Path) -> bool {
    let Ok(facts) = path.metadata() else { return false };
    let is_closed = facts.mode() & 0o022 == 0;
    facts.uid() == 0 && (is_closed || facts.is_dir() && facts.mode() & 0o1000 != 0)
}
