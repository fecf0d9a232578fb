//! Azure PowerShell in a command: it begins with the contexts of `~/.Azure`, whatever the environment
//! says. `AzContextAutoSave=false` stops it from writing there, not from reading.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use azvault_importer::is_blank;
use azvault_importer::open::read_once;

use crate::paths;

/// Names of PowerShell, as its packages install it.
const POWERSHELL: [&str; 4] = ["pwsh", "pwsh-preview", "pwsh-lts", "powershell"];

/// The file of Azure PowerShell's own contexts, with which this program would begin: a PowerShell, and
/// a file that holds something.
pub fn own_contexts(program: &OsStr) -> Option<PathBuf> {
    let name = Path::new(program).file_stem()?.to_str()?;
    if !POWERSHELL.contains(&name) {
        return None;
    }
    let file = paths::roots().ok()?.home.join(".Azure").join(FILE);
    let opened = read_once(&file).ok()?;
    (!is_blank(&opened.bytes, FILE)).then_some(file)
}

const FILE: &str = "AzureRmContext.json";
