//! Programs of the system that are handed secrets: found by place, never by the PATH.

use std::path::{Path, PathBuf};

use azvault_os::file::Facts;

/// Where distributions install programs; the last one is NixOS's.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/// The program of that name that root installed, and that nobody else can replace.
pub fn find(name: &str) -> Option<PathBuf> {
    let places = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    let real = places.filter_map(|place| place.canonicalize().ok());
    real.into_iter().find(|program| program.is_file() && program.ancestors().all(is_roots))
}

/// Whether root alone can put another program there: neither what it leads to nor the way to it is anyone
/// else's.
pub fn is_of_root(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    let way_to_it = path.ancestors().skip(1);
    real.is_file() && real.ancestors().chain(way_to_it).all(is_roots)
}

/// Whether only root can change it. The sticky bit keeps entries of a folder to their owners.
fn is_roots(path: &Path) -> bool {
    let Ok(facts) = Facts::followed(path) else { return false };
    let permissions = facts.permissions();
    let is_closed = permissions.writers().is_none();
    facts.owner().is_system()
        && (is_closed || facts.is_folder() && permissions.keeps_names_to_owners())
}
