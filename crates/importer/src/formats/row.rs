//! What a row of the table of formats says.

use crate::format::{Format, Product};
use crate::found::Found;
use crate::json::{JsonError, Node};
use crate::pattern::matches;
use crate::reading::Reading;
use crate::shape::Shape;

/// Everything that is known of one format.
pub struct Row {
    /// The format that this row describes.
    pub format: Format,
    /// Its name in JSON and in tables.
    pub name: &'static str,
    /// Whose it is, if its place does not say.
    pub product: Product,
    /// Which versions wrote it.
    pub versions: &'static str,
    /// Where it lies. It is recognised anywhere else as well.
    pub lies: &'static [ProductFiles],
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
pub struct ProductFiles {
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
    pub(super) fn ends(self, path: &[&str]) -> bool {
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
    pub(super) const NOT: Self = Self {
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
    /// Line by line: the credentials in it are named.
    ReportLines(fn(&str, &mut Found)),
    /// As one document: the credentials in it are named.
    Report(fn(&str, &mut Found) -> Result<(), JsonError>),
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
