//! The private `AZURE_CONFIG_DIR` of a command: what az needs to know of the accounts that its endpoint
//! serves, and no token.
//!
//! The folder is held by a lock of the kernel's as long as the endpoint lives, however that ends. One
//! that nobody holds is removed by the next command that makes such a folder, and by `lock` and
//! `panic`; what bears such a name and was not made here is left alone.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_endpoint::{AZ_COPIES, AZ_LINKS, OwnFiles, az_config, az_follows};
use azvault_model::{Context, ContextName, Scope};
use azvault_os::file::{Facts, Folder, make_link};
use azvault_os::lock::Share;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::reach::Reach;
use super::served;
use crate::contexts::Contexts;
use crate::{online, paths, runtime};

/// Prefix of the folders; [`RANDOM`] letters and digits follow.
const PREFIX: &str = "az-";
const RANDOM: usize = 16;

/// The file in it that says whom the endpoint serves. By it a folder is known for one of ours.
const SERVES: &str = "azvault-serves.json";

/// How often and how long after each other, in seconds, the folder is removed once more: az leaves a
/// process behind that reports what was used, and that writes to it when az is gone.
const REMOVALS: u32 = 3;
const APART: u64 = 2;

/// A file of it.
#[derive(Serialize, Deserialize)]
pub(super) struct AzFile {
    pub(super) name: String,
    pub(super) text: String,
}

/// Files of the person's own az of which something is taken over.
#[derive(Default, Serialize, Deserialize)]
pub struct OwnAzFiles {
    config: Option<String>,
    clouds: Option<String>,
}

impl OwnAzFiles {
    /// As they are now.
    pub fn read() -> Self {
        let own = paths::az_folder();
        let text =
            |name: &str| own.as_ref().and_then(|own| fs::read_to_string(own.join(name)).ok());
        Self { config: text("config"), clouds: text("clouds.config") }
    }

    /// Its settings.
    pub(crate) fn config(&self) -> Option<&str> {
        self.config.as_deref()
    }
}

/// What is in it when that context acts.
pub(super) fn content(
    contexts: &Contexts,
    acting: Option<&Context>,
    reach: &Reach,
    own: &OwnAzFiles,
) -> Vec<AzFile> {
    let (seen, acting) = lasting(contexts, acting, reach);
    let own_files = OwnFiles { config: own.config.as_deref(), clouds: own.clouds.as_deref() };
    let is_of_one = |name: &str| {
        let mut named = seen.iter().filter_map(|context| context.environment.as_deref());
        named.any(|own| own.eq_ignore_ascii_case(name))
    };
    let environments = contexts.vault.environments.iter().filter(|own| is_of_one(&own.name));
    let agreed = environments.filter(|own| online::cloud(contexts, &own.name).is_ok());
    let mut content = az_config(&seen, acting, &agreed.collect::<Vec<_>>(), &own_files);
    content.files.push((SERVES, serde_json::to_string(reach).unwrap_or_default()));
    let files = content.files.into_iter();
    files.map(|(name, text)| AzFile { name: name.to_owned(), text }).collect()
}

/// The contexts that az sees, and which of them acts: what has process scope is in no file, and who
/// is not served is in none of these.
fn lasting<'a>(
    contexts: &'a Contexts,
    acting: Option<&Context>,
    reach: &Reach,
) -> (Vec<&'a Context>, Option<&'a Context>) {
    let mut seen = served::contexts(contexts, reach);
    seen.retain(|seen| seen.scope == Scope::User);
    let seen: Vec<&Context> = seen.into_iter().map(|seen| seen.context).collect();
    let acting = acting.and_then(|own| seen.iter().copied().find(|seen| seen.name == own.name));
    (seen, acting)
}

/// Whether an endpoint of `exec` or `shell` is around this process: tools have their account here.
pub fn is_around() -> bool {
    around().is_some()
}

/// The folder of the endpoint around this process, if there is one.
pub(super) fn around() -> Option<PathBuf> {
    let folder = paths::az_folder()?;
    let runtime = folder.parent()?;
    let mut ours = runtime::folders().into_iter().chain(paths::private().ok());
    (ours.any(|own| own == runtime) && is_ours(&folder)).then_some(folder)
}

/// Whether az was made to act as that context.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Followed {
    Yes,
    /// Its account is not served: az acts as before.
    NotServed,
}

/// What az may know of the contexts.
#[derive(Serialize, Deserialize)]
pub struct AzContexts {
    /// Those that az sees.
    seen: Vec<Context>,
    /// The name of the one among them that acts.
    acting: Option<ContextName>,
    /// The subscription of the active one, whether az sees it or not.
    pub(super) subscription: Option<String>,
    pub(super) followed: Followed,
}

/// What az may know of whom that endpoint serves, where the active context acts in it.
pub(crate) fn az_contexts(contexts: &Contexts, reach: &Reach) -> AzContexts {
    let active = contexts.standing().and_then(|name| contexts.find(name)).map(|seen| seen.context);
    let is_served = |active: &Context| reach.serves(&contexts.accounts(), active);
    let (seen, acting) = lasting(contexts, active, reach);
    AzContexts {
        acting: acting.map(|acting| acting.name.clone()),
        seen: seen.into_iter().map(Context::copied).collect(),
        subscription: active
            .and_then(|own| own.subscription.as_ref())
            .map(|own| own.id.to_string()),
        followed: match active.is_none_or(is_served) {
            true => Followed::Yes,
            false => Followed::NotServed,
        },
    }
}

/// Whom the endpoint around this process serves, if there is one.
pub(crate) fn reach_around() -> Option<Reach> {
    reach(&around()?).ok()
}

/// Whom the endpoint of a folder serves.
fn reach(folder: &Path) -> io::Result<Reach> {
    Ok(serde_json::from_slice(&fs::read(folder.join(SERVES))?)?)
}

/// Has az in that folder act as another context.
pub(super) fn follow(folder: &Path, contexts: &AzContexts) -> io::Result<()> {
    let seen: Vec<&Context> = contexts.seen.iter().collect();
    let is_acting = |context: &&Context| Some(&context.name) == contexts.acting.as_ref();
    let acting = seen.iter().copied().find(is_acting);
    let config = fs::read_to_string(folder.join("config")).unwrap_or_default();
    for (name, text) in az_follows(&seen, acting, &config) {
        // An az that reads meanwhile sees the one or the other, and both whole.
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(folder.join(name))?;
    }
    Ok(())
}

/// A folder, and the lock by which it is held.
pub(super) struct AzFolder {
    path: PathBuf,
    _held: Folder,
}

impl AzFolder {
    /// Makes one. Without it az would act as its own login says.
    pub(super) fn make(files: &[AzFile]) -> io::Result<Self> {
        let runtime = runtime::for_files().map_err(|e| io::Error::other(e.what))?;
        sweep(&runtime);
        let random =
            tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(&runtime)?;
        let folder = Self::hold(random.path())?;
        for AzFile { name, text } in files {
            // What comes from an agent names a file in the folder, and no other.
            let name = Path::new(name).file_name().ok_or(io::ErrorKind::InvalidData)?;
            fs::write(folder.path.join(name), text)?;
        }
        if let Some(own) = paths::az_folder() {
            for name in AZ_LINKS.iter().filter(|name| own.join(name).exists()) {
                make_link(&own.join(name), &folder.path.join(name))?;
            }
            for name in AZ_COPIES.iter().filter(|name| own.join(name).is_file()) {
                fs::copy(own.join(name), folder.path.join(name))?;
            }
        }
        // Until here it goes when something fails.
        let _ = random.keep();
        Ok(folder)
    }

    /// Holds one that was made: several processes may, and each for itself.
    pub(super) fn hold(path: &Path) -> io::Result<Self> {
        let mut held = Folder::open(path)?;
        held.hold(Share::WithOthers, Duration::ZERO)?.required()?;
        Ok(Self { path: path.to_owned(), _held: held })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it.
    pub(super) fn remove(self) {
        for _ in 0..REMOVALS {
            empty(&self.path);
            std::thread::sleep(Duration::from_secs(APART));
            if !self.path.exists() {
                break;
            }
        }
    }
}

/// What has names and ids goes first: it goes whatever keeps the folder.
fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // The mark that the folder is ours goes last.
        if entry.file_name() != SERVES {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir_all(folder);
}

/// Whether a folder of the runtime folder was made here: a folder of this user's, of the right form,
/// with the mark in it.
fn is_ours(folder: &Path) -> bool {
    let has_form = |name: &OsStr| {
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    folder.file_name().is_some_and(has_form)
        && Facts::of_name(folder).is_ok_and(|facts| facts.is_folder() && facts.is_own())
        && fs::symlink_metadata(folder.join(SERVES)).is_ok_and(|facts| facts.is_file())
}

/// Removes what endpoints left that were killed. What cannot be removed hinders nobody.
pub fn sweep(runtime: &Path) {
    for entry in fs::read_dir(runtime).into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_held = || {
            let opened = Folder::open(&folder);
            opened.is_ok_and(|mut folder| {
                !folder.hold(Share::Nothing, Duration::ZERO).is_ok_and(|tried| tried.is_held())
            })
        };
        if is_ours(&folder) && !is_held() {
            empty(&folder);
        }
    }
}
