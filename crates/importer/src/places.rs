//! Where the products keep their files.
//!
//! Azure PowerShell: AU/AzureSessionInitializer.cs (profile folder, old profile folder),
//! AU/Utilities/MsalCacheHelperProvider.cs and SharedUtilities.cs (two different cache folders on
//! Unix: both are looked at). Azure CLI: azure-cli-core `_environment.py`. The folders of Windows
//! and macOS are looked at as well: homes are copied from machine to machine.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::formats::azcli::config::places_of_secrets;
use crate::formats::table::by_name;

/// The folders that the products start from. The binary reads them from the environment.
pub struct Roots {
    /// The home folder.
    pub home: PathBuf,
    /// `AZURE_CONFIG_DIR`, which Azure CLI takes instead of `~/.azure`.
    pub azure_config_dir: Option<PathBuf>,
    /// `AZURE_ACCESS_TOKEN_FILE`, which Azure CLI took instead of `accessTokens.json`.
    pub azure_access_token_file: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
}

/// Why a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It lies where a product puts it, or the user named it.
    Expected,
    /// It was found in a folder that the user named: other files may lie there too.
    Walked,
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it lies.
    pub path: PathBuf,
    /// Why it is looked at.
    pub because: Because,
}

/// What else lies around that azvault does not import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// Where it lies.
    pub path: PathBuf,
    /// What it may hold, and what to do about it.
    pub what: &'static str,
}

const PROFILE_FILES: [&str; 6] = [
    "AzureRmContext.json",
    "AzureRmContextSettings.json",
    "TokenCache.dat",
    "keystore.cache",
    "AzurePSDataCollectionProfile.json",
    "AzureProfile.json",
];

const CACHE_FILES: [&str; 3] = ["msal.cache.nocae", "msal.cache.cae", "msal.cache"];

const CLI_FILES: [&str; 8] = [
    "azureProfile.json",
    "msal_token_cache.json",
    "msal_token_cache.bin",
    "service_principal_entries.json",
    "service_principal_entries.bin",
    "accessTokens.json",
    "clouds.config",
    "config",
];

const OLD_PROFILE: &str = "Windows Azure Powershell";

/// Files of the products beside those that say nothing of contexts (or are locks): a walk passes
/// them by.
const SILENT_FILES: [&str; 5] =
    ["az.json", "az.sess", "versionCheck.json", "msal_http_cache.bin", "PSConfig.json"];

/// Deepest folder of a walk, and most entries.
const DEEPEST: usize = 16;
const MOST: usize = 100_000;

/// The files that are there, in the places the products name, most authoritative first.
pub fn usual(roots: &Roots) -> Vec<Candidate> {
    let mut found = Found::default();
    for folder in profile_folders(roots) {
        found.add(&folder, &PROFILE_FILES);
    }
    for folder in cache_folders(roots) {
        found.add(&folder, &CACHE_FILES);
    }
    for folder in cli_folders(roots) {
        found.add(&folder, &CLI_FILES);
    }
    if let Some(file) = &roots.azure_access_token_file {
        found.add_path(file.clone());
    }
    found.candidates
}

/// The files under a path that the user named: itself; the usual places below a home folder; the
/// known files of a folder of one of the products; else every file below the folder.
pub fn named(path: &Path) -> io::Result<Vec<Candidate>> {
    // A link to a folder is followed, as the products follow it; one to a file is refused later.
    if !path.symlink_metadata()?.is_dir() && !path.is_dir() {
        return Ok(vec![Candidate { path: path.to_owned(), because: Because::Expected }]);
    }
    let home = usual(&Roots {
        home: path.to_owned(),
        azure_config_dir: None,
        azure_access_token_file: None,
        xdg_data_home: None,
        xdg_config_home: None,
    });
    if !home.is_empty() {
        return Ok(home);
    }
    let mut found = Found::default();
    for names in [&PROFILE_FILES[..], &CACHE_FILES, &CLI_FILES] {
        found.add(path, names);
    }
    // `config` alone says nothing: many tools have a file of that name.
    let speaking = |candidate: &Candidate| !candidate.path.ends_with("config");
    if found.candidates.iter().any(speaking) {
        return Ok(found.candidates);
    }
    walk(path)
}

/// What lies around beside the sign-ins themselves.
pub fn left_over(roots: &Roots) -> Vec<LeftOver> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |path: PathBuf, what: &'static str| {
        let Ok(facts) = path.symlink_metadata() else { return };
        if seen.insert((facts.dev(), facts.ino())) {
            found.push(LeftOver { path, what });
        }
    };
    for folder in profile_folders(roots) {
        let records =
            "error records of Azure PowerShell: may hold parameters in clear, remove them";
        add(folder.join("ErrorRecords"), records);
        let old = "a profile of Azure Service Management: remove it if you no longer use that";
        add(folder.join("WindowsAzureProfile.xml"), old);
        add(folder.join("WindowsAzureProfile.xml.bak"), old);
    }
    for folder in cli_folders(roots) {
        let github = "GitHub tokens cached by Azure CLI in clear: revoke and remove them";
        add(folder.join("github_token_cache.json"), github);
        add(folder.join("github_token_cache.bin"), github);
        let devops = "Azure DevOps personal access tokens in clear: revoke and remove them";
        add(folder.join("azuredevops/personalAccessTokens"), devops);
        add(folder.join("msal_http_cache.bin"), "a cache of Azure CLI that names your tenants");
        let config = "settings of Azure CLI: may hold keys ([storage], [batch], [appconfig])";
        if config_has_keys(&folder.join("config")) {
            add(folder.join("config"), config);
        }
    }
    found
}

fn profile_folders(roots: &Roots) -> Vec<PathBuf> {
    let config = roots.xdg_config_home.clone().unwrap_or_else(|| roots.home.join(".config"));
    vec![
        roots.home.join(".Azure"),
        // One folder with the one above where a file system ignores case, and on macOS.
        roots.home.join(".azure"),
        roots.home.join("AppData/Roaming").join(OLD_PROFILE),
        config.join(OLD_PROFILE),
        roots.home.join(".config").join(OLD_PROFILE),
    ]
}

fn cache_folders(roots: &Roots) -> Vec<PathBuf> {
    let data = roots.xdg_data_home.clone().unwrap_or_else(|| roots.home.join(".local/share"));
    vec![
        data.join(".IdentityService"),
        roots.home.join(".local/share/.IdentityService"),
        roots.home.join(".IdentityService"),
        roots.home.join("AppData/Local/.IdentityService"),
        roots.home.join("Library/Application Support/.IdentityService"),
    ]
}

fn cli_folders(roots: &Roots) -> Vec<PathBuf> {
    match &roots.azure_config_dir {
        Some(folder) => vec![folder.clone()],
        None => vec![roots.home.join(".azure"), roots.home.join(".Azure")],
    }
}

fn config_has_keys(path: &Path) -> bool {
    let Ok(opened) = crate::open::read_once(path) else { return false };
    let Ok(text) = std::str::from_utf8(&opened.bytes) else { return false };
    !places_of_secrets(text).is_empty()
}

/// Candidates without doubles: two names of one file are one.
#[derive(Default)]
struct Found {
    candidates: Vec<Candidate>,
    seen: HashSet<(u64, u64)>,
}

impl Found {
    fn add(&mut self, folder: &Path, names: &[&str]) {
        for name in names {
            self.add_path(folder.join(name));
        }
    }

    fn add_path(&mut self, path: PathBuf) {
        // Links and other oddities are listed too, so that opening refuses them visibly.
        let Ok(facts) = path.symlink_metadata() else { return };
        if self.seen.insert((facts.dev(), facts.ino())) {
            self.candidates.push(Candidate { path, because: Because::Expected });
        }
    }
}

fn is_silent(name: &OsStr) -> bool {
    name.as_bytes().ends_with(b".lockfile") || SILENT_FILES.iter().any(|silent| name == *silent)
}

/// Every file below a folder, in the order of their paths. Links are not followed.
fn walk(folder: &Path) -> io::Result<Vec<Candidate>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut entries = 0;
    while let Some((folder, depth)) = folders.pop() {
        let listed = match std::fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(_) if depth > 0 => continue,
            Err(error) => return Err(error),
        };
        for entry in listed.flatten() {
            entries += 1;
            if entries > MOST {
                let text = format!("more than {MOST} files: name a smaller folder");
                return Err(io::Error::other(text));
            }
            let Ok(kind) = entry.file_type() else { continue };
            let (name, path) = (entry.file_name(), entry.path());
            if !kind.is_dir() && is_silent(&name) {
                continue;
            }
            if kind.is_dir() && depth < DEEPEST && name != ".git" && name != "node_modules" {
                folders.push((path, depth + 1));
            } else if kind.is_file() || name.to_str().is_some_and(|n| by_name(n).is_some()) {
                found.push(Candidate { path, because: Because::Walked });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
