//! What programs inherit that azvault starts: nothing that could unlock the vault.
//!
//! A command of `exec` keeps the descriptors of its caller, as a job server's, but for those of the
//! files and pipes that a passphrase or a key was read from, whatever their numbers are. A program
//! that azvault starts for itself gets none at all.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azvault_os::file::{Facts, FileIdentity, Kind};
use azvault_os::process::keep_descriptors_here;

use crate::app::App;
use crate::paths;

/// For a program that takes this process over.
pub fn without_unlocking(app: &App, command: &mut Command) -> io::Result<()> {
    for name in paths::UNLOCKING {
        command.env_remove(name);
    }
    let identity = |path: &Path| Facts::followed(path).ok().map(|facts| facts.identity());
    let unlocking: Vec<FileIdentity> =
        unlocking_files(app).iter().filter_map(|path| identity(path)).collect();
    keep_descriptors_here(|path| {
        identity(path).is_some_and(|identity| unlocking.contains(&identity))
    })?;
    // What is left of it there is not for the program. A terminal holds nothing of what was typed.
    let stdin = Facts::followed(Path::new("/proc/self/fd/0"));
    if stdin.is_ok_and(|facts| {
        facts.kind() != Kind::CharacterDevice && unlocking.contains(&facts.identity())
    }) {
        command.stdin(Stdio::null());
    }
    Ok(())
}

/// For a program that does something for azvault: no variable of azvault either.
pub(crate) fn without_anything(command: &mut Command) -> io::Result<()> {
    for name in paths::own_variables() {
        command.env_remove(name);
    }
    keep_descriptors_here(|_| true)
}

/// Where a passphrase or a key was read from.
fn unlocking_files(app: &App) -> Vec<PathBuf> {
    let global = &app.options;
    let descriptor =
        global.passphrase_fd.map(|number| Path::new("/proc/self/fd").join(number.to_string()));
    let named = [&global.passphrase_file, &global.key_file, &global.age_identity];
    let files = named.map(Option::clone).into_iter().chain([descriptor]);
    files.flatten().collect()
}
