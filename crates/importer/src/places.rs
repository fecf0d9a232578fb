//! Where the products keep their files.

use std::path::{Path, PathBuf};

/// The folders that the products start from. The binary reads them from the environment.
pub struct Roots {
    /// The home folder.
    pub home: PathBuf,
    /// `AZURE_CONFIG_DIR`.
    pub azure_config_dir: Option<PathBuf>,
    /// `AZURE_ACCESS_TOKEN_FILE`.
    pub azure_access_token_file: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
}

/// Why a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It lies where a product puts it.
    Place,
    /// The user named it.
    Named,
    /// It was found in a folder that the user named.
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

/// The files that are there, in the places the products name, most authoritative first.
pub fn usual(_roots: &Roots) -> Vec<Candidate> {
    Vec::new()
}

/// The files under a path that the user named: itself, the usual places below a home folder, or
/// every file of the folder.
pub fn named(_path: &Path) -> std::io::Result<Vec<Candidate>> {
    Ok(Vec::new())
}

/// What else lies around that azvault does not import, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// Where it lies.
    pub path: PathBuf,
    /// What it may hold, in our own words.
    pub what: String,
}

/// Azure PowerShell's error records, `config` keys, GitHub and DevOps tokens, backups.
pub fn left_over(_roots: &Roots) -> Vec<LeftOver> {
    Vec::new()
}
