//! The products that go on by names.

use std::path::{Path, PathBuf};

use azvault_importer::Reading;
use azvault_importer::open::read_once;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::endpoint::is_around;
use crate::failure::Failure;
use crate::paths;

/// A product with a file of contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamedProduct {
    AzurePowerShell,
    AzureCli,
}

impl NamedProduct {
    pub const ALL: [Self; 2] = [Self::AzurePowerShell, Self::AzureCli];

    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AzurePowerShell => "azure-powershell",
            Self::AzureCli => "azure-cli",
        }
    }

    /// As it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::AzurePowerShell => "Azure PowerShell",
            Self::AzureCli => "Azure CLI",
        }
    }

    /// Where it looks for contexts.
    pub(super) fn file(self) -> Result<PathBuf, Failure> {
        Ok(match self {
            Self::AzurePowerShell => azure_powershell(&paths::roots()?.home.join(".Azure")),
            Self::AzureCli => azure_cli()?.join("azureProfile.json"),
        })
    }
}

/// azure-cli-core _session.py. In `exec` and `shell` the variable names a folder of theirs.
fn azure_cli() -> Result<PathBuf, Failure> {
    let named = paths::az_folder().filter(|_| !is_around());
    named.map_or_else(|| Ok(paths::roots()?.home.join(".azure")), Ok)
}

/// AU/AzureSessionInitializer.cs: its settings may name another folder. One that is not there is that of the
/// machine from which the settings were copied.
fn azure_powershell(folder: &Path) -> PathBuf {
    let settings = read_once(&folder.join(SETTINGS)).ok().and_then(|opened| {
        let reading = Reading { file_name: SETTINGS, time_zone: &TimeZone::UTC };
        azvault_importer::read(&opened.bytes, &reading).redirect
    });
    let is_there = |file: &PathBuf| file.is_absolute() && file.parent().is_some_and(Path::is_dir);
    settings.filter(is_there).unwrap_or_else(|| folder.join("AzureRmContext.json"))
}

const SETTINGS: &str = "AzureRmContextSettings.json";
