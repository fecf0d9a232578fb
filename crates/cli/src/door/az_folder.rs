//! The private `AZURE_CONFIG_DIR` of a command: what az needs to know, and no token.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_contexts::{Context, Scope};
use azvault_door::{OwnFiles, az_config};

use crate::contexts::Contexts;
use crate::paths;

/// Prefix of the folders; the number of the process that removes it follows.
const PREFIX: &str = "az-";

/// How often and how long after each other, in seconds, the folder is removed once more: az leaves a
/// process behind that reports what was used, and that writes to it when az is gone.
const REMOVALS: u32 = 3;
const APART: u64 = 2;

/// A folder that goes when this is dropped.
pub(super) struct AzFolder {
    path: PathBuf,
    files: Vec<&'static str>,
}

impl AzFolder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for AzFolder {
    fn drop(&mut self) {
        // What has names and ids first: it goes whatever keeps the folder.
        for name in &self.files {
            let _ = fs::remove_file(self.path.join(name));
        }
        for _ in 0..REMOVALS {
            let _ = fs::remove_dir_all(&self.path);
            std::thread::sleep(Duration::from_secs(APART));
            if !self.path.exists() {
                break;
            }
        }
    }
}

/// Makes the folder in the runtime folder; `None` where there is none.
pub(super) fn make(contexts: &Contexts) -> io::Result<Option<AzFolder>> {
    let Ok(runtime) = paths::runtime() else { return Ok(None) };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&runtime)?;
    sweep(&runtime)?;
    let own = paths::az_folder();
    let text = |name: &str| own.as_ref().and_then(|own| fs::read_to_string(own.join(name)).ok());
    let (config, clouds) = (text("config"), text("clouds.config"));
    let own_files = OwnFiles { config: config.as_deref(), clouds: clouds.as_deref() };
    // What has process scope is in no file, so az does not see it.
    let mut seen = contexts.seen();
    seen.retain(|seen| seen.scope == Scope::User);
    let seen: Vec<Context> = seen.iter().map(|seen| seen.context.copied()).collect();
    let active = contexts.active().ok().and_then(|(name, _)| name.cloned());
    let acting = active.and_then(|name| seen.iter().position(|own| own.name.same_as(&name)));
    let made = az_config(&seen, acting.unwrap_or(usize::MAX), &own_files);

    let path = runtime.join(format!("{PREFIX}{}", std::process::id()));
    let folder = AzFolder { path, files: made.files.iter().map(|(name, _)| *name).collect() };
    fs::DirBuilder::new().mode(0o700).create(folder.path())?;
    for (name, text) in &made.files {
        fs::write(folder.path().join(name), text)?;
    }
    if let Some(own) = own {
        for name in made.links.iter().filter(|name| own.join(name).exists()) {
            symlink(own.join(name), folder.path().join(name))?;
        }
        for name in made.copies.iter().filter(|name| own.join(name).is_file()) {
            fs::copy(own.join(name), folder.path().join(name))?;
        }
    }
    Ok(Some(folder))
}

/// Removes folders of doors that were killed.
fn sweep(runtime: &Path) -> io::Result<()> {
    for entry in fs::read_dir(runtime)? {
        let entry = entry?;
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let Some(owner) = owner.and_then(|owner| owner.parse::<u32>().ok()) else { continue };
        if !Path::new("/proc").join(owner.to_string()).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}
