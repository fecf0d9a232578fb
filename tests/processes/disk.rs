//! A disk that loses its power: what was synchronised is there, of the rest anything may be.
//!
//! Data of a file that was not synchronised is there, missing, or there in some of its sectors, in
//! any order. Names of a folder that was not synchronised are there up to some moment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use azvault_test_support::Dice;
use azvault_test_support::trace::unescaped;

const SECTOR: usize = 512;

/// What a command did to the disk.
pub(crate) enum Step {
    Create(PathBuf),
    /// A descriptor, and what stands for the name of its file, which has none.
    Nameless(String, PathBuf),
    /// A name for the file of a descriptor.
    Link(String, PathBuf),
    MakeFolder(PathBuf),
    /// Without a place it goes on where the last one ended.
    Write(PathBuf, Option<usize>, Vec<u8>),
    /// So many bytes more of one file into another, from their beginnings on.
    Copy(PathBuf, PathBuf, usize),
    Resize(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    Sync(PathBuf),
}

impl Step {
    /// A line of strace, as `-f -y` prints it; `None` for what changes nothing below that folder.
    pub(crate) fn parse(line: &str, root: &Path) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        if result.starts_with(['-', '?']) {
            return None;
        }
        let all = split(arguments.trim_end().strip_suffix(')')?);
        let number = |at: usize| all[at].parse().unwrap();
        let path = |argument: &str| path(argument).filter(|path| path.starts_with(root));
        let at = |folder: &str, name: &str| {
            let name = PathBuf::from(String::from_utf8(bytes(name)).unwrap());
            let whole = if name.is_absolute() { name } else { self::path(folder)?.join(name) };
            Some(whole).filter(|whole| whole.starts_with(root))
        };
        Some(match name {
            "openat" if all[2].contains("O_CREAT") => Self::Create(at(all[0], all[1])?),
            "openat" if all[2].contains("O_TMPFILE") => {
                let descriptor = result.trim().split('<').next()?.to_owned();
                Self::Nameless(descriptor, path(result.trim())?)
            }
            "linkat" => {
                let from = String::from_utf8(bytes(all[1])).unwrap();
                let descriptor = from.strip_prefix("/proc/self/fd/")?.to_owned();
                Self::Link(descriptor, at(all[2], all[3])?)
            }
            "mkdir" => Self::MakeFolder(path(all[0])?),
            "write" => Self::Write(path(all[0])?, None, bytes(all[1])),
            "pwrite64" => Self::Write(path(all[0])?, Some(number(3)), bytes(all[1])),
            "copy_file_range" => {
                Self::Copy(path(all[0])?, path(all[2])?, result.trim().parse().unwrap())
            }
            "ftruncate" => Self::Resize(path(all[0])?, number(1)),
            "fsync" | "fdatasync" => Self::Sync(path(all[0])?),
            "rename" => Self::Rename(path(all[0])?, path(all[1])?),
            "renameat" | "renameat2" => Self::Rename(at(all[0], all[1])?, at(all[2], all[3])?),
            "unlink" => Self::Remove(path(all[0])?),
            "unlinkat" => {
                let name = String::from_utf8(bytes(all[1])).unwrap();
                Self::Remove(path(all[0])?.join(name))
            }
            _ => return None,
        })
    }
}

/// Arguments of a call: commas within quotes are none.
fn split(text: &str) -> Vec<&str> {
    let (mut all, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                all.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(text[start..].trim());
    all
}

/// What stands in quotes.
fn bytes(argument: &str) -> Vec<u8> {
    unescaped(&argument[1..argument.len() - 1])
}

/// A path in quotes, or that of a descriptor.
fn path(argument: &str) -> Option<PathBuf> {
    // What has no name any more, or none yet, is marked behind it.
    let of_descriptor = || {
        let named = argument.strip_suffix("(deleted)").unwrap_or(argument);
        named.split_once('<')?.1.strip_suffix('>')
    };
    let bytes =
        if argument.starts_with('"') { bytes(argument) } else { unescaped(of_descriptor()?) };
    Some(PathBuf::from(String::from_utf8(bytes).unwrap()))
}

/// Whether a synchronisation is one: without it, the disk lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    Obeyed,
    Ignored,
}

#[derive(Clone)]
enum Change {
    Bytes(usize, Vec<u8>),
    Size(usize),
}

#[derive(Clone)]
enum NameChange {
    Is(PathBuf, Node),
    Gone(PathBuf),
    Moved(PathBuf, PathBuf, Node),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    /// Number of a file.
    File(usize),
}

/// Bytes that are on the disk, and changes that need not be.
#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<Change>,
    end: usize,
}

#[derive(Clone)]
pub(crate) struct Disk {
    root: PathBuf,
    files: Vec<Content>,
    /// Names as processes see them.
    seen: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    pending: Vec<(PathBuf, NameChange)>,
    /// Files without a name, by descriptor.
    nameless: BTreeMap<String, Node>,
}

impl Disk {
    /// A folder as it is, all of it on the disk.
    pub(crate) fn of(root: &Path) -> Self {
        let (mut files, mut seen) = (Vec::new(), BTreeMap::new());
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    seen.insert(path.clone(), Node::Folder);
                    folders.push(path);
                } else {
                    let durable = fs::read(&path).unwrap();
                    seen.insert(path, Node::File(files.len()));
                    files.push(Content { durable, ..Content::default() });
                }
            }
        }
        let durable = seen.clone();
        let (pending, nameless) = (Vec::new(), BTreeMap::new());
        Self { root: root.to_owned(), files, seen, durable, pending, nameless }
    }

    /// Does what a process did.
    pub(crate) fn step(&mut self, step: &Step, sync: Sync) {
        match step {
            Step::Create(path) => {
                if !self.seen.contains_key(path) {
                    let node = Node::File(self.files.len());
                    self.files.push(Content::default());
                    self.rename(path, NameChange::Is(path.clone(), node));
                }
            }
            Step::Nameless(descriptor, path) => {
                let node = Node::File(self.files.len());
                self.files.push(Content::default());
                // Seen by the process alone: no folder has it.
                self.seen.insert(path.clone(), node);
                self.nameless.insert(descriptor.clone(), node);
            }
            Step::Link(descriptor, path) => {
                let node = self.nameless[descriptor];
                self.rename(path, NameChange::Is(path.clone(), node));
            }
            Step::MakeFolder(path) => {
                self.rename(path, NameChange::Is(path.clone(), Node::Folder));
            }
            Step::Rename(from, to) => {
                // The new name is there once its own folder was synchronised.
                let node = self.seen[from];
                self.rename(to, NameChange::Moved(from.clone(), to.clone(), node));
            }
            Step::Remove(path) => self.rename(path, NameChange::Gone(path.clone())),
            Step::Write(path, at, bytes) => {
                let file = self.file(path);
                let at = at.unwrap_or(file.end);
                file.end = at + bytes.len();
                file.pending.push(Change::Bytes(at, bytes.clone()));
            }
            Step::Copy(from, to, size) => {
                let from = self.file(from);
                let mut bytes = from.durable.clone();
                from.pending.iter().for_each(|change| change.apply(&mut bytes));
                let to = self.file(to);
                let at = to.end;
                to.end = at + size;
                to.pending.push(Change::Bytes(at, bytes[at..at + size].to_vec()));
            }
            Step::Resize(path, size) => self.file(path).pending.push(Change::Size(*size)),
            Step::Sync(_) if sync == Sync::Ignored => {}
            Step::Sync(path)
                if self.seen.get(path) == Some(&Node::Folder) || *path == self.root =>
            {
                let pending = std::mem::take(&mut self.pending);
                for (folder, change) in pending {
                    if folder == *path {
                        change.apply(&mut self.durable);
                    } else {
                        self.pending.push((folder, change));
                    }
                }
            }
            Step::Sync(path) => {
                let file = self.file(path);
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.durable);
                }
            }
        }
    }

    /// What may be found when the power is back: bytes of files, nothing for folders.
    pub(crate) fn image(&self, dice: &mut Dice) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut names = self.durable.clone();
        let mut kept = BTreeMap::new();
        for (folder, change) in &self.pending {
            // Up to some moment: once a change of a folder is missing, so is each later one.
            let kept = kept.entry(folder).or_insert(true);
            *kept = *kept && dice.below(4) > 0;
            if *kept {
                change.apply(&mut names);
            }
        }
        let is_there = |path: &Path| path == self.root || names.get(path) == Some(&Node::Folder);
        let mut image = BTreeMap::new();
        for (path, node) in &names {
            if !path.ancestors().skip(1).take_while(|p| p.starts_with(&self.root)).all(is_there) {
                continue;
            }
            let bytes = match node {
                Node::Folder => None,
                Node::File(number) => Some(self.files[*number].after_the_cut(dice)),
            };
            image.insert(path.clone(), bytes);
        }
        image
    }

    fn rename(&mut self, path: &Path, change: NameChange) {
        change.apply(&mut self.seen);
        self.pending.push((path.parent().unwrap().to_owned(), change));
    }

    fn file(&mut self, path: &Path) -> &mut Content {
        let Some(Node::File(number)) = self.seen.get(path) else { panic!("{}", path.display()) };
        &mut self.files[*number]
    }
}

impl Content {
    fn after_the_cut(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match (dice.below(20), change) {
                (0..9, _) => change.apply(&mut bytes),
                (9..12, Change::Bytes(at, new)) => {
                    for (number, sector) in new.chunks(SECTOR).enumerate() {
                        if dice.below(2) == 0 {
                            Change::Bytes(at + number * SECTOR, sector.to_vec()).apply(&mut bytes);
                        }
                    }
                }
                _ => {}
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Size(size) => bytes.resize(*size, 0),
            Self::Bytes(at, new) => {
                bytes.resize(bytes.len().max(at + new.len()), 0);
                bytes[*at..at + new.len()].copy_from_slice(new);
            }
        }
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Is(path, node) => drop(names.insert(path.clone(), *node)),
            Self::Gone(path) => drop(names.remove(path)),
            Self::Moved(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }
}

/// Puts an image in the place of a folder's content.
pub(crate) fn mount(root: &Path, image: &BTreeMap<PathBuf, Option<Vec<u8>>>) {
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
    for (path, bytes) in image {
        match bytes {
            None => fs::create_dir(path).unwrap(),
            Some(bytes) => fs::write(path, bytes).unwrap(),
        }
        let mode = if bytes.is_none() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}
