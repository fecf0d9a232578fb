//! The private `AZURE_CONFIG_DIR` of a command: what az needs to know, and no token.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_contexts::{Context, Scope};
use azvault_door::{AzConfig, OwnFiles, az_config, az_follows};
use tempfile::NamedTempFile;

use crate::contexts::Contexts;
use crate::{online, paths};

/// Prefix of the folders; the number of the door that removes it follows.
const PREFIX: &str = "az-";

/// How often and how long after each other, in seconds, the folder is removed once more: az leaves a
/// process behind that reports what was used, and that writes to it when az is gone.
const REMOVALS: u32 = 3;
const APART: u64 = 2;

/// What is in it when that context acts.
pub(super) fn content(contexts: &Contexts, acting: Option<&Context>) -> AzConfig {
    let (seen, acting) = lasting(contexts, acting);
    let own = paths::az_folder();
    let text = |name: &str| own.as_ref().and_then(|own| fs::read_to_string(own.join(name)).ok());
    let (config, clouds) = (text("config"), text("clouds.config"));
    let own_files = OwnFiles { config: config.as_deref(), clouds: clouds.as_deref() };
    let environments = contexts.environments.iter();
    let agreed = environments.filter(|own| online::cloud(contexts, &own.name).is_ok());
    az_config(&seen, acting, &agreed.collect::<Vec<_>>(), &own_files)
}

/// The contexts that az sees, and which of them acts: what has process scope is in no file.
fn lasting<'a>(
    contexts: &'a Contexts,
    acting: Option<&Context>,
) -> (Vec<&'a Context>, Option<&'a Context>) {
    let mut seen = contexts.seen();
    seen.retain(|seen| seen.scope == Scope::User);
    let seen: Vec<&Context> = seen.into_iter().map(|seen| seen.context).collect();
    let acting = acting.and_then(|own| seen.iter().copied().find(|seen| seen.name == own.name));
    (seen, acting)
}

/// The folder of the door around this process, if there is one.
pub(super) fn around() -> Option<PathBuf> {
    let (folder, runtime) = (paths::az_folder()?, paths::runtime().ok()?);
    let is_ours = folder.parent() == Some(&runtime) && door_of(folder.file_name()?).is_some();
    (is_ours && folder.is_dir()).then_some(folder)
}

/// Has az in that folder act as another context.
pub(super) fn follow(
    folder: &Path,
    contexts: &Contexts,
    acting: Option<&Context>,
) -> io::Result<()> {
    let (seen, acting) = lasting(contexts, acting);
    let config = fs::read_to_string(folder.join("config")).unwrap_or_default();
    for (name, text) in az_follows(&seen, acting, &config) {
        // An az that reads meanwhile sees the one or the other, and both whole.
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(folder.join(name))?;
    }
    Ok(())
}

/// Makes the folder that a door removes; `None` where there is no runtime folder.
pub(super) fn make(content: &AzConfig, door: u32) -> io::Result<Option<PathBuf>> {
    let Ok(runtime) = paths::runtime() else { return Ok(None) };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&runtime)?;
    sweep(&runtime)?;
    let folder = of(&runtime, door);
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    for (name, text) in &content.files {
        fs::write(folder.join(name), text)?;
    }
    if let Some(own) = paths::az_folder() {
        for name in content.links.iter().filter(|name| own.join(name).exists()) {
            symlink(own.join(name), folder.join(name))?;
        }
        for name in content.copies.iter().filter(|name| own.join(name).is_file()) {
            fs::copy(own.join(name), folder.join(name))?;
        }
    }
    Ok(Some(folder))
}

/// Removes the folder of this process, a door.
pub(super) fn remove() {
    let Ok(runtime) = paths::runtime() else { return };
    let folder = of(&runtime, std::process::id());
    for _ in 0..REMOVALS {
        // What has names and ids first: it goes whatever keeps the folder.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
        let _ = fs::remove_dir_all(&folder);
        std::thread::sleep(Duration::from_secs(APART));
        if !folder.exists() {
            break;
        }
    }
}

fn of(runtime: &Path, door: u32) -> PathBuf {
    runtime.join(format!("{PREFIX}{door}"))
}

/// The door whose folder has that name.
fn door_of(name: &OsStr) -> Option<u32> {
    name.to_str()?.strip_prefix(PREFIX)?.parse().ok()
}

/// The door whose presence is in a file of that name.
fn presence_of(name: &OsStr) -> Option<u32> {
    name.to_str()?.strip_prefix(super::PRESENCE)?.strip_suffix(".lock")?.parse().ok()
}

/// Removes what doors left that were killed.
fn sweep(runtime: &Path) -> io::Result<()> {
    let is_gone = |door: u32| !Path::new("/proc").join(door.to_string()).exists();
    for entry in fs::read_dir(runtime)? {
        let entry = entry?;
        let name = entry.file_name();
        if door_of(&name).is_some_and(is_gone) {
            let _ = fs::remove_dir_all(entry.path());
        }
        if presence_of(&name).is_some_and(is_gone) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Removes what a door left that was ended: its command may live on, and then so does its number.
pub(crate) fn remove_of_ended(runtime: &Path, door: u32) {
    let _ = fs::remove_dir_all(of(runtime, door));
    let _ = fs::remove_file(runtime.join(format!("{}{door}.lock", super::PRESENCE)));
}
