//! Where files are looked for: the folders that [`FORMATS`] names, and those where people save
//! files by hand. The folders of Windows and macOS are looked at as well: homes are copied from
//! machine to machine.

use std::path::{Component, Path, PathBuf};

use crate::formats::row::Folder;
use crate::formats::table::FORMATS;
use crate::look::there::is_absence;
use crate::pattern::matches;

/// The folders that the products start from. The binary reads them from the environment.
#[derive(Clone)]
pub struct Roots {
    /// The home folder.
    pub home: PathBuf,
    /// The current folder: Azure PowerShell keeps its token cache there where the home has no
    /// `.local/share`.
    pub current: Option<PathBuf>,
    /// `AZURE_CONFIG_DIR`, which Azure CLI takes instead of `~/.azure`.
    pub azure_config_dir: Option<PathBuf>,
    /// Files that variables name: [`variables`] says which ones.
    pub variables: Vec<(&'static str, PathBuf)>,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
}

impl Roots {
    /// A home folder, with nothing moved by a variable.
    pub fn of(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
            current: None,
            azure_config_dir: None,
            variables: Vec::new(),
            xdg_data_home: None,
            xdg_config_home: None,
        }
    }
}

/// The variables by which some product is told where one of its files is.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let folders = FORMATS.iter().flat_map(|row| row.lies).flat_map(|place| place.folders);
    folders.filter_map(|folder| match folder {
        Folder::Variable(name) => Some(*name),
        Folder::Home(_)
        | Folder::AzureConfig(_)
        | Folder::Config(_)
        | Folder::Data(_)
        | Folder::Roaming(_)
        | Folder::Local(_)
        | Folder::Library(_) => None,
    })
}

/// Why a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateReason {
    /// It lies where a product puts it, or the user named it.
    Expected,
    /// Its content says that it is one, wherever it lies.
    Walked,
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it lies.
    pub path: PathBuf,
    /// Why it is looked at.
    pub because: CandidateReason,
}

/// How far a place is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// A folder of a product: every file below it, whole, and a known name speaks.
    Product,
    /// A folder that the user named: every file below it, whole.
    Named,
    /// The files of one folder that have the names which a product gives them.
    Files,
    /// The files of one folder, and none below it: a few that people save by hand.
    OneLevel,
    /// As [`Extent::OneLevel`], where settings say that a product keeps files: known names speak.
    Pointed,
    /// All that lies below a home folder, or below programs of a product.
    Home,
    /// One file that was named, whatever it holds.
    File,
}

/// A place, and how far it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchPlace {
    pub(crate) path: PathBuf,
    pub(crate) extent: Extent,
    /// Of [`Extent::Files`]: names, with `*` for any characters.
    pub(crate) names: Vec<&'static str>,
}

impl SearchPlace {
    pub(crate) fn new(path: PathBuf, extent: Extent) -> Self {
        Self { path, extent, names: Vec::new() }
    }
}

/// Which of several files of one product says most, by their names. Beside a context of Azure
/// PowerShell its settings come first, then its tokens; Azure CLI's names and default come last.
const ORDER: [&str; 17] = [
    "AzureRmContext.json",
    "AzureRmContextSettings.json",
    "TokenCache.dat",
    "keystore.cache",
    "AzurePSDataCollectionProfile.json",
    "AzureProfile.json",
    "msal.cache.nocae",
    "msal.cache.cae",
    "msal.cache",
    "azureProfile.json",
    "msal_token_cache.json",
    "msal_token_cache.bin",
    "service_principal_entries.json",
    "service_principal_entries.bin",
    "accessTokens.json",
    "clouds.config",
    CONFIG,
];

/// The name that files of many tools have.
const CONFIG: &str = "config";

/// Where the names of [`ORDER`] that lie in one folder end.
const FAMILIES: [usize; 3] = [6, 9, 17];

/// Folders of products, by the start of their names.
const PRODUCT_FOLDERS: [&str; 4] =
    [".azure", ".azd", ".identityservice", "windows azure powershell"];

const IDENTITY_SERVICE: &str = ".IdentityService";

/// Where people save files by hand, below the home folder.
const SAVED: [&str; 4] = ["", "Documents", "Desktop", "Downloads"];

/// The usual places: those of the products, and where people save files.
pub(crate) fn usual_places(roots: &Roots) -> Vec<SearchPlace> {
    let mut places = products_places(roots);
    let saved =
        SAVED.iter().map(|name| SearchPlace::new(below(&roots.home, name), Extent::OneLevel));
    places.extend(saved);
    places.sort_by_key(|place| place.extent);
    places
}

/// Folders of products, and files of theirs that lie elsewhere.
pub(crate) fn products_places(roots: &Roots) -> Vec<SearchPlace> {
    let mut places: Vec<SearchPlace> = Vec::new();
    let mut add = |path: PathBuf, extent: Extent, names: &[&'static str]| {
        let known = places.iter_mut().find(|place| place.path == path && place.extent == extent);
        match known {
            Some(known) => known.names.extend(names),
            None => {
                places
                    .push(SearchPlace { names: names.to_vec(), ..SearchPlace::new(path, extent) });
            }
        }
    };
    for (folder, files) in folders_of_formats() {
        for path in paths_of(folder, roots) {
            match (folder, product_root(&path, roots)) {
                (Folder::Variable(_), _) => add(path, Extent::File, &[]),
                (_, Some(root)) => add(root, Extent::Product, &[]),
                (_, None) => add(path, Extent::Files, files),
            }
        }
    }
    for folder in azure_config_folders(roots).into_iter().chain(copies_of_folders(roots)) {
        add(folder, Extent::Product, &[]);
    }
    if let Some(current) = &roots.current {
        add(current.join(IDENTITY_SERVICE), Extent::Product, &[]);
    }
    places.sort_by_key(|place| place.extent);
    places
}

/// Whether `migrate` finds a file without being told where it lies. One that a person saved by hand
/// was saved on purpose: it is moved only where it is named.
pub fn covers(roots: &Roots, path: &Path) -> bool {
    let is_named = |place: &SearchPlace| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        place.names.iter().any(|pattern| matches(pattern, name))
    };
    products_places(roots).iter().any(|place| match place.extent {
        Extent::Product | Extent::Named | Extent::Home => path.starts_with(&place.path),
        Extent::OneLevel | Extent::Pointed => path.parent() == Some(&place.path),
        Extent::Files => path.parent() == Some(&place.path) && is_named(place),
        Extent::File => path == place.path,
    })
}

/// Whether a folder of this name is a product's, wherever it lies: homes are copied.
pub(crate) fn is_product_folder(folder: &Path) -> bool {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    PRODUCT_FOLDERS.iter().any(|product| name.starts_with(product))
}

/// Whether a file of this name is a product's, wherever it lies: no other tool has such a name.
pub(crate) fn is_telling(name: &str) -> bool {
    name != CONFIG && ORDER.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What decides between files: of one name in several folders the products' own order of folders,
/// and in one folder the order of its names. Whatever has another name comes last.
pub(crate) fn rank(path: &Path, roots: &Roots) -> (usize, usize, usize) {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(number) = ORDER.iter().position(|known| *known == name) else {
        return (FAMILIES.len(), 0, 0);
    };
    let family = FAMILIES.iter().position(|end| number < *end).unwrap_or_default();
    let folders = folders_of_formats().filter(|(_, files)| files.contains(&name));
    let mut paths = folders.flat_map(|(folder, _)| paths_of(folder, roots));
    let folder = paths.position(|folder| Some(folder.as_path()) == path.parent());
    (family, folder.unwrap_or(usize::MAX), number)
}

fn folders_of_formats() -> impl Iterator<Item = (Folder, &'static [&'static str])> {
    let places = FORMATS.iter().flat_map(|row| row.lies);
    places.flat_map(|place| place.folders.iter().map(|folder| (*folder, place.files)))
}

/// The paths that a folder of the table stands for, those of variables first.
fn paths_of(folder: Folder, roots: &Roots) -> Vec<PathBuf> {
    let home = &roots.home;
    let moved = |moved: &Option<PathBuf>, usual: &str| -> Vec<PathBuf> {
        moved.iter().cloned().chain([home.join(usual)]).collect()
    };
    let (bases, path) = match folder {
        Folder::Home(path) => (vec![home.clone()], path),
        Folder::AzureConfig(path) => (azure_config_folders(roots), path),
        Folder::Config(path) => (moved(&roots.xdg_config_home, ".config"), path),
        Folder::Data(path) => (moved(&roots.xdg_data_home, ".local/share"), path),
        Folder::Roaming(path) => (vec![home.join("AppData/Roaming")], path),
        Folder::Local(path) => (vec![home.join("AppData/Local")], path),
        Folder::Library(path) => (vec![home.join("Library/Application Support")], path),
        Folder::Variable(name) => {
            let named = roots.variables.iter().filter(|(own, _)| *own == name);
            return named.map(|(_, path)| path.clone()).collect();
        }
    };
    bases.iter().flat_map(|base| expanded(base, path)).collect()
}

/// Azure CLI reads the folder of the variable alone; what an earlier day left lies in the others:
/// `~/.azure`, `~/.azure-work`, `~/.azure.bak`.
fn azure_config_folders(roots: &Roots) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = roots.azure_config_dir.iter().cloned().collect();
    folders.extend([roots.home.join(".azure"), roots.home.join(".Azure")]);
    let Ok(listed) = std::fs::read_dir(&roots.home) else { return folders };
    let is_azure = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(".azure")) && path.is_dir()
    };
    let mut more: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    more.retain(|path| is_azure(path) && !folders.contains(path));
    more.sort();
    folders.extend(more);
    folders
}

/// Folders with the names of products and more behind them: `~/.azd.bak`, `.IdentityService-old`.
fn copies_of_folders(roots: &Roots) -> Vec<PathBuf> {
    let data = [roots.home.clone(), roots.home.join(".local/share")];
    let bases = data.iter().chain(&roots.xdg_data_home);
    let listed = bases.filter_map(|base| std::fs::read_dir(base).ok());
    let entries = listed.flat_map(|listed| listed.flatten()).map(|entry| entry.path());
    let mut folders: Vec<PathBuf> =
        entries.filter(|path| is_product_folder(path) && path.is_dir()).collect();
    folders.sort();
    folders.dedup();
    folders
}

/// A path below a folder, with the names that are there for each `*`.
fn expanded(base: &Path, path: &str) -> Vec<PathBuf> {
    let mut found = vec![base.to_owned()];
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if !name.contains('*') {
            found.iter_mut().for_each(|folder| folder.push(name));
            continue;
        }
        let mut fits: Vec<PathBuf> = Vec::new();
        for folder in found {
            match std::fs::read_dir(&folder) {
                Ok(listed) => {
                    let paths = listed.flatten().map(|entry| entry.path());
                    fits.extend(paths.filter(|path| {
                        let own = path.file_name().and_then(|own| own.to_str());
                        own.is_some_and(|own| matches(name, own))
                    }));
                }
                Err(error) if is_absence(&error) => {}
                // It is a place itself, so that a look there says that it is closed.
                Err(_) => fits.push(folder),
            }
        }
        fits.sort();
        found = fits;
    }
    found
}

/// The folder of a product that a path is, or lies in.
fn product_root(path: &Path, roots: &Roots) -> Option<PathBuf> {
    if let Some(folder) = roots.azure_config_dir.as_ref().filter(|own| path.starts_with(own)) {
        return Some(folder.clone());
    }
    let base = [&roots.xdg_config_home, &roots.xdg_data_home]
        .into_iter()
        .flatten()
        .chain([&roots.home])
        .find(|base| path.starts_with(base))?;
    let mut root = base.clone();
    for component in path.strip_prefix(base).ok()?.components() {
        let Component::Normal(name) = component else { continue };
        root.push(name);
        if is_product_folder(&root) {
            return Some(root);
        }
    }
    None
}

fn below(folder: &Path, path: &str) -> PathBuf {
    if path.is_empty() { folder.to_owned() } else { folder.join(path) }
}
