//! Modules: which one, and what it reads and writes beside the token.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::shown_path;
use crate::{paths, policy, system_program};

/// A module, and what it needs of this machine. It is found once, when a key is connected, and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The library.
    pub(crate) module: PathBuf,
    /// Variables by which modules are told where their settings are.
    pub(crate) variables: BTreeMap<String, String>,
    /// What it reads, and writes too: its store, its device.
    pub(crate) folders: Vec<PathBuf>,
}

/// Where modules have their stores and devices, if nothing says another place.
const USUAL: [&str; 5] =
    ["/var/lib/softhsm", "/etc/tpm2_pkcs11", "/dev/tpmrm0", "/dev/tpm0", "/run/pcscd"];

impl Place {
    /// The module that was named, else the only one that a policy allows; with folders that were named.
    pub(crate) fn find(
        app: &App,
        module: Option<&Path>,
        folders: &[PathBuf],
    ) -> Result<Self, Failure> {
        let module = match module {
            Some(path) => paths::absolute(path)?,
            None => policy::only_pkcs11_module(app)?.ok_or_else(|| {
                Failure::new(Kind::Usage, "no PKCS#11 module is named, and no policy names one")
                    .hint("--pkcs11-module PATH, one of: find /usr/lib -name '*pkcs11*.so'")
            })?,
        };
        let variables = paths::for_pkcs11_module();
        let mut all: Vec<PathBuf> = USUAL.iter().map(PathBuf::from).collect();
        all.extend(paths::pkcs11_stores());
        for name in ["SOFTHSM2_CONF", "TPM2_PKCS11_STORE", "OPENSC_CONF"] {
            if let Some(path) = variables.get(name) {
                all.push(PathBuf::from(path));
                all.extend(token_folder(Path::new(path)));
            }
        }
        all.extend(token_folder(Path::new("/etc/softhsm/softhsm2.conf")));
        for folder in folders {
            all.push(paths::absolute(folder)?);
        }
        all.retain(|path| path.exists());
        all.dedup();
        let place = Self { module, variables, folders: all };
        place.check(app)?;
        Ok(place)
    }

    /// Refuses a module that a policy does not name, or that others than root can change: it gets the PIN.
    pub(crate) fn check(&self, app: &App) -> Result<(), Failure> {
        policy::pkcs11_module(app, &self.module)?;
        let module = shown_path(&self.module);
        if !self.module.exists() {
            return Err(Failure::new(Kind::Unsupported, format!("there is no module {module}"))
                .hint(super::failed::OTHER_MODULE));
        }
        if system_program::is_of_root(&self.module) {
            return Ok(());
        }
        let what = format!("{module} could be replaced by others than root, and would get the PIN");
        Err(Failure::new(Kind::Refused, what).hint("sudo install -m 755 it into /usr/local/lib"))
    }
}

/// Where SoftHSM has its tokens, as its settings say.
fn token_folder(settings: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(settings).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once('='));
    let (_, folder) = lines.find(|(name, _)| name.trim() == "directories.tokendir")?;
    Some(PathBuf::from(folder.trim()))
}

#[cfg(test)]
mod tests {
    use super::token_folder;

    #[test]
    fn the_folder_of_tokens_is_what_softhsm_reads() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("softhsm2.conf");
        std::fs::write(&settings, "# a\nlog.level = INFO\ndirectories.tokendir = /a/b \n").unwrap();
        assert_eq!(token_folder(&settings).unwrap(), std::path::Path::new("/a/b"));
        assert_eq!(token_folder(folder.path()), None);
    }
}
