//! Where the settings of Azure PowerShell say that its files are. A path can be relative: without
//! `~/.local/share` it is `.IdentityService`, in the folder where PowerShell ran.

use std::path::{Path, PathBuf};

use super::Reach;
use crate::Found;

/// The places that a path in a settings file can mean: itself, or below the home folder, the
/// current one and that of the settings. A path of another machine is none here.
pub(super) fn resolve(written: &Path, settings: &Path, reach: &Reach) -> Vec<PathBuf> {
    if written.is_absolute() {
        return vec![written.to_owned()];
    }
    let mut bases = vec![reach.home().to_owned()];
    bases.extend(reach.current().map(Path::to_owned));
    bases.extend(settings.parent().map(Path::to_owned));
    let mut found: Vec<PathBuf> = Vec::new();
    for path in bases.into_iter().map(|base| base.join(written)) {
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// The folders that settings name, those of them that are there.
pub(crate) fn folders_of(found: &Found, settings: &Path, reach: &Reach) -> Vec<PathBuf> {
    let contexts = found.redirect.as_deref().and_then(Path::parent);
    let named = [contexts, found.cache_folder.as_deref()].into_iter().flatten();
    let named = named.filter(|folder| !folder.as_os_str().is_empty());
    let mut folders: Vec<PathBuf> =
        named.flat_map(|folder| resolve(folder, settings, reach)).collect();
    folders.retain(|folder| folder.is_dir());
    folders
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::resolve;
    use crate::folder::Reach;

    #[test]
    fn a_relative_path_is_looked_for_where_the_product_may_have_run() {
        let reach = Reach::from(Path::new("/home/kim")).at(Path::new("/srv/job"));
        let settings = Path::new("/home/kim/.Azure/AzureRmContextSettings.json");
        let places = |written: &str| resolve(Path::new(written), settings, &reach);
        let below = |path: &str| {
            ["/home/kim", "/srv/job", "/home/kim/.Azure"].map(|base| PathBuf::from(base).join(path))
        };
        assert_eq!(places("/var/cache"), [PathBuf::from("/var/cache")]);
        assert_eq!(places(".IdentityService"), below(".IdentityService"));
        assert_eq!(places("C:\\Users\\kim"), below("C:\\Users\\kim"));
        let at_home = Reach::from(Path::new("/home/kim")).at(Path::new("/home/kim"));
        assert_eq!(resolve(Path::new("a"), settings, &at_home).len(), 2);
    }
}
