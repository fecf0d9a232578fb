//! The one table of formats: what each is called, whose it is, where it lies, how it is recognised
//! and read, what `migrate clean` does with it, and what revokes it.
//!
//! Recognising, reading, the places that are looked at and `docs/legacy-formats.md` come from
//! here. A new format is a variant of [`Format`], a row in one of the files below, its line in
//! [`FORMATS`], and a fixture. What is forgotten does not compile, or fails `tests/formats.rs`.

mod azcli;
mod azps;
mod others;
mod principals;
mod shared;
mod tokens;

use std::path::Path;

use crate::json::{JsonError, Node};
use crate::recognise::Shape;
use crate::{Format, Found, Product, Reading};

/// Everything that is known of one format.
pub struct Row {
    /// Which one.
    pub format: Format,
    /// Its name in JSON and in tables.
    pub name: &'static str,
    /// Whose it is, if its place does not say.
    pub product: Product,
    /// Which versions wrote it.
    pub versions: &'static str,
    /// Where it lies. It is recognised anywhere else as well.
    pub lies: &'static [Place],
    /// How it is recognised.
    pub recognised: Recognised,
    /// What it holds.
    pub holds: Holds,
    /// How it is read.
    pub reader: Reader,
    /// Where the reader stands, below `crates/importer/src/`; empty if nothing is read.
    pub read_by: &'static str,
    /// How the product protects it.
    pub protection: &'static str,
    /// What becomes of it when everything in it is in the vault.
    pub clean: Clean,
    /// What ends the credentials in it, beside removing it.
    pub revoke: &'static str,
    /// The product's own source for its shape.
    pub source: &'static str,
    /// Examples, below `tests/fixtures/`: files, or folders of them.
    pub fixtures: &'static [&'static str],
}

/// Files of one product in folders of one kind.
pub struct Place {
    /// Who writes them there.
    pub product: Product,
    /// Each of these is looked at.
    pub folders: &'static [Folder],
    /// Names, with `*` for any characters and `?` for any one.
    pub files: &'static [&'static str],
}

/// Where a folder is; a path below it may have `*` for any characters of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// The home folder, or this below it.
    Home(&'static str),
    /// Every `~/.azure*` and the folder that `AZURE_CONFIG_DIR` names, or this below them.
    AzureConfig(&'static str),
    /// `XDG_CONFIG_HOME` and `~/.config`, or this below them.
    Config(&'static str),
    /// `XDG_DATA_HOME` and `~/.local/share`, or this below them.
    Data(&'static str),
    /// `AppData/Roaming` of a home of Windows, or this below it.
    Roaming(&'static str),
    /// `AppData/Local` of a home of Windows, or this below it.
    Local(&'static str),
    /// `Library/Application Support` of a home of macOS, or this below it.
    Library(&'static str),
    /// The file that this variable of the environment names.
    Variable(&'static str),
}

impl Folder {
    /// Whether the last parts of a path are those of such a folder. The home itself has no name.
    fn ends(self, path: &[&str]) -> bool {
        let (start, rest) = match self {
            Self::AzureConfig(rest) => (".azure*", rest),
            Self::Home(rest)
            | Self::Config(rest)
            | Self::Data(rest)
            | Self::Roaming(rest)
            | Self::Local(rest)
            | Self::Library(rest) => ("", rest),
            Self::Variable(_) => return false,
        };
        let parts = std::iter::once(start).chain(rest.split('/'));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let from = path.len().checked_sub(parts.len());
        !parts.is_empty()
            && from.is_some_and(|from| {
                path[from..].iter().zip(&parts).all(|(part, pattern)| matches(pattern, part))
            })
    }
}

/// How a format is recognised: by content, as far as it has one that only it has.
pub struct Recognised {
    /// By its bytes, before they are taken for text, and its name.
    pub bytes: fn(&[u8], &str) -> bool,
    /// By the members of the JSON object that it is.
    pub object: fn(&Shape) -> bool,
    /// By the members of one of the objects in the JSON array that it is.
    pub item: fn(&Shape) -> bool,
    /// By its text, if that is no JSON.
    pub text: fn(&str) -> bool,
    /// By all the words of one of these groups, where the JSON is damaged.
    pub words: &'static [&'static [&'static str]],
    /// By these names, where content says nothing.
    pub names: &'static [&'static str],
    /// The same in words, for people.
    pub by: &'static str,
}

impl Recognised {
    /// Recognised by nothing; a row says what it adds.
    const NOT: Self = Self {
        bytes: |_, _| false,
        object: |_| false,
        item: |_| false,
        text: |_| false,
        words: &[],
        names: &[],
        by: "",
    };
}

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Sign-ins that are imported.
    SignIns,
    /// Settings, read for what they say of other files.
    Settings,
    /// A key that an entry of another file points to.
    Certificate,
    /// Credentials of a tool that azvault does not serve: they are named.
    OthersCredentials,
    /// Something that cannot be opened here.
    Sealed,
    /// Nothing that is worth anything.
    Nothing,
}

/// How a format is read.
pub enum Reader {
    /// From its bytes.
    Bytes(fn(Format, &[u8], &Reading<'_>) -> Found),
    /// From its text, line by line.
    Text(fn(&str, &Reading<'_>, &mut Found)),
    /// From its JSON.
    Json(fn(&Node<'_>, &Reading<'_>, &mut Found) -> Result<(), JsonError>),
    /// There is nothing in it to read.
    Nothing,
}

/// What `migrate clean` does with a file of which everything is in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clean {
    /// Removes it.
    Removes,
    /// Leaves it, and why.
    Leaves(&'static str),
}

/// One row for each [`Format`], in its order.
pub static FORMATS: [Row; 62] = [
    azcli::SIGNAL,
    shared::EMPTY,
    shared::DPAPI,
    azps::ADAL_V2,
    azps::ADAL_V3,
    shared::UNREADABLE,
    principals::AZD,
    principals::AZD_CURRENT_USER,
    principals::PAC_SECRETS,
    others::SHELL_HISTORY,
    others::SHELL_VARIABLES,
    others::TERRAFORM_CODE,
    others::AZURE_LOG,
    shared::CERTIFICATE,
    azps::CONTEXT,
    azps::CONTEXT_LEGACY,
    azps::ASM_PROFILE,
    azps::AUTOSAVE_SETTINGS,
    azps::DATA_COLLECTION,
    azps::CONFIG,
    azps::KEYSTORE,
    azcli::PROFILE,
    azcli::ACCESS_TOKENS,
    azcli::SERVICE_PRINCIPALS,
    azcli::CONFIG,
    azcli::CLOUDS,
    shared::MSAL_CACHE,
    others::KUBECONFIG,
    others::CONTAINER_REGISTRIES,
    others::GIT_CREDENTIALS,
    others::GIT_CONFIG,
    others::NETRC,
    others::NUGET_CONFIG,
    others::NPMRC,
    others::PYTHON_INDEXES,
    others::MAVEN_SETTINGS,
    others::ARTIFACTS_TOKENS,
    others::DEVOPS_PATS,
    others::GITHUB_TOKENS,
    others::DATABRICKS_CONFIG,
    others::DATABRICKS_TOKENS,
    others::RCLONE_CONFIG,
    others::BLOBFUSE_CONFIG,
    others::TERRAFORM_STATE,
    others::PULUMI_STACK,
    others::PULUMI_STATE,
    others::DOTNET_SETTINGS,
    others::CLIXML,
    others::SECURE_STRING,
    others::ASM_SUBSCRIPTIONS,
    tokens::M365_CONNECTION,
    tokens::MAVEN_SECRET,
    tokens::DOCKER,
    tokens::GO_AUTOREST,
    tokens::PAC_PROFILES,
    principals::JSON,
    principals::AKS,
    principals::INI,
    principals::PROPERTIES,
    tokens::SFCTL,
    principals::PUBLISH_SETTINGS,
    shared::NOT_A_CONTEXT_FILE,
];

// A variant without a row, a second row or another order does not compile.
const _: () = {
    let mut at = 0;
    while at < FORMATS.len() {
        assert!(FORMATS[at].format as usize == at);
        at += 1;
    }
    assert!(Format::NotAContextFile as usize + 1 == FORMATS.len());
};

/// What is known of a format.
pub fn row(format: Format) -> &'static Row {
    &FORMATS[format as usize]
}

/// The format that a file of this name has, if its content does not say.
pub fn by_name(file_name: &str) -> Option<Format> {
    let named = |same: fn(&str, &str) -> bool| {
        let is = |row: &&Row| row.recognised.names.iter().any(|name| same(name, file_name));
        FORMATS.iter().find(is).map(|row| row.format)
    };
    // Two files differ by case alone: Azure CLI's azureProfile.json and Service Management's.
    named(str::eq).or_else(|| named(str::eq_ignore_ascii_case))
}

/// Whose file of this format it is, by where it lies; `None` if that is nowhere special.
pub fn product_at(format: Format, path: &Path) -> Option<Product> {
    let name = path.file_name()?.to_str()?;
    let folder: Vec<&str> = path.parent()?.iter().filter_map(|part| part.to_str()).collect();
    let fits = |place: &&Place| {
        let mut named = place.files.iter().filter(|pattern| matches(pattern, name)).peekable();
        // The home itself has no name: a file of it is told by its own.
        let of_the_home = place.folders.contains(&Folder::Home(""))
            && named.clone().any(|pattern| !pattern.starts_with('*'));
        let lies = || place.folders.iter().any(|kind| kind.ends(&folder));
        named.peek().is_some() && (of_the_home || lies())
    };
    row(format).lies.iter().find(fits).map(|place| place.product)
}

/// Whose file of this format it is, by its name; several products have the same formats.
pub fn product_by_name(format: Format, file_name: &str) -> Product {
    let row = row(format);
    let mut places = row.lies.iter().chain(FORMATS.iter().flat_map(|row| row.lies));
    // A name that may be anything says nothing.
    let says = |name: &&str| !name.starts_with('*') && matches(name, file_name);
    let place = places.find(|place| place.files.iter().any(&says));
    place.map_or(row.product, |place| place.product)
}

/// Whether a name is one of a pattern with `*` for any characters and `?` for any one, compared without
/// case.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and up to where it reaches.
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&name[from]) => {
                (at, from) = (at + 1, from + 1);
            }
            _ => {
                let Some((stars, reach)) = star else { return false };
                star = Some((stars, reach + 1));
                (at, from) = (stars + 1, reach + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, by_name, matches};
    use crate::Format;

    #[test]
    fn a_pattern_has_stars_for_any_characters() {
        for (pattern, name, wanted) in [
            ("cache*.json", "cache.json", true),
            ("cache*.json", "CACHE1234.JSON", true),
            ("cache*.json", "cache.json.bak", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*b*c", "aXbXbYc", true),
            ("a*b*c", "aXbXbY", false),
            ("", "", true),
            ("", "a", false),
            ("tmp????.pem", "tmpa1b2.pem", true),
            ("tmp????.pem", "tmpa1b2c.pem", false),
            ("msal.cache", "msal_cache", false),
            (".IdentityService", ".identityservice", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn a_name_is_that_of_one_format() {
        let mut seen = std::collections::HashSet::new();
        for name in FORMATS.iter().flat_map(|row| row.recognised.names) {
            assert!(seen.insert(*name), "{name} stands in two rows");
        }
        for (name, wanted) in [
            ("azureProfile.json", Some(Format::AzcliProfile)),
            ("AzureProfile.json", Some(Format::AsmProfile)),
            ("MSAL.CACHE", Some(Format::MsalCache)),
            ("config", Some(Format::AzcliConfig)),
            ("config.json", None),
        ] {
            assert_eq!(by_name(name), wanted, "{name}");
        }
    }
}
