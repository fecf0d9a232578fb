//! How far files may lead. A settings file or an entry of another user's names any path: what it
//! points to is read without asking below what the user named, and beside the file that points.

use std::path::{Path, PathBuf};

/// What the user named, and what `~` means in the files.
pub struct Reach {
    home: PathBuf,
    current: Option<PathBuf>,
    named: Vec<PathBuf>,
}

impl Reach {
    /// `named` are files and folders; what `home` holds is within reach only if it is one of them.
    pub fn new(home: &Path, named: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut reach = Self { home: home.to_owned(), current: None, named: Vec::new() };
        for path in named {
            reach.extend(&path);
        }
        reach
    }

    /// Takes one more path in: the user has agreed to it.
    pub fn extend(&mut self, path: &Path) {
        self.named.push(real(path));
    }

    /// The same, for a command that runs in this folder: relative paths may start there.
    #[must_use]
    pub fn at(mut self, current: &Path) -> Self {
        self.current = Some(current.to_owned());
        self
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn current(&self) -> Option<&Path> {
        self.current.as_deref()
    }

    /// Whether what `from` points to may be read: by the places of the files themselves, so that
    /// neither a link nor `..` leads further than the words do.
    pub(crate) fn has(&self, target: &Path, from: &Path) -> bool {
        let (target, from) = (real(target), real(from));
        target.parent() == from.parent() || self.named.iter().any(|named| target.starts_with(named))
    }
}

/// All below a home folder.
impl From<&Path> for Reach {
    fn from(home: &Path) -> Self {
        Self::new(home, [home.to_owned()])
    }
}

/// All below a home folder.
impl From<&PathBuf> for Reach {
    fn from(home: &PathBuf) -> Self {
        home.as_path().into()
    }
}

/// A file that another one points to, out of reach: it was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The file.
    pub path: PathBuf,
    /// What it is said to be.
    pub what: String,
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::Reach;

    #[test]
    fn a_pointer_leads_no_further_than_what_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["named/.azure", "named/certs", "other/.ssh"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        let from = at("named/.azure/entries.json");
        for file in ["named/.azure/entries.json", "named/certs/a.pem", "other/.ssh/key", "file"] {
            fs::write(at(file), "").unwrap();
        }
        symlink(at("other/.ssh/key"), at("named/link")).unwrap();
        symlink(at("named/certs/a.pem"), at("other/back")).unwrap();
        symlink(at("other"), at("named/folder")).unwrap();
        let reach = Reach::new(&at("other"), [at("named"), at("file")]);
        for (target, within) in [
            ("named/certs/a.pem", true),
            ("named/.azure/../certs/a.pem", true),
            ("named/.azure/beside.pem", true),
            ("named/gone/a.pem", true),
            ("file", true),
            ("other/back", true),
            ("other/.ssh/key", false),
            ("named/link", false),
            ("named/folder/.ssh/key", false),
            ("named/../other/.ssh/key", false),
            ("filed", false),
        ] {
            assert_eq!(reach.has(&at(target), &from), within, "{target}");
        }
        // Of a single file, what lies beside it.
        let reach = Reach::new(&at("named"), [from.clone()]);
        assert!(reach.has(&at("named/.azure/sp.pem"), &from));
        assert!(!reach.has(&at("named/certs/a.pem"), &from));
    }
}
