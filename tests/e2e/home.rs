//! An empty world: a home of its own, no environment, no terminal.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// Arguments of the cheapest key derivation that a vault may have.
pub(crate) const CHEAP: [&str; 4] = ["--kdf-memory", "19", "--kdf-passes", "2"];

/// The folder of a fixture, relative to `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}

/// What a run of the binary left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The answer as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// Fails unless the exit code is that.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        let (out, err) = (&self.stdout, &self.stderr);
        assert_eq!(self.code, code, "stdout: {out}\nstderr: {err}");
        self
    }

    /// Fails unless stderr says that.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in stderr: {}", self.stderr);
        self
    }
}

pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty home, with a passphrase file outside of what azvault looks at.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("azvault-e2e-").tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.path().join("passphrase"), mode).unwrap();
        Self { folder }
    }

    /// An empty home with a vault.
    pub(crate) fn with_vault() -> Self {
        let home = Self::empty();
        home.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat()).expect(0);
        home
    }

    /// A home with a vault, and the files of a fixture folder in it.
    pub(crate) fn with_files(fixture_folder: &str) -> Self {
        let home = Self::with_vault();
        copy_folder(&fixture(fixture_folder), home.path());
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.join(".local/share/azvault/vault.db")
    }

    /// The binary with this home, nothing else in its environment, and nobody to ask.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_azvault"));
        command.env_clear().env("HOME", self.path()).env("TZ", "UTC").current_dir(self.path());
        command.env("AZVAULT_PASSPHRASE_FILE", self.join("passphrase"));
        command.args(args).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs and takes the answer as JSON.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["-o", "json"]].concat()).expect(0).json()
    }
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Copies a folder with its modes; what git does not keep is set afterwards.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// What a file is: bytes, mode, modification time.
pub(crate) type Fact = (Vec<u8>, u32, i64, i64);

/// All files below a folder, but azvault's own.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Fact> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("azvault") || path.ends_with("passphrase") {
                continue;
            }
            let facts = fs::symlink_metadata(&path).unwrap();
            if facts.is_dir() {
                folders.push(path);
            } else if facts.is_file() {
                let fact = (
                    fs::read(&path).unwrap(),
                    facts.mode() & 0o7777,
                    facts.mtime(),
                    facts.mtime_nsec(),
                );
                found.insert(path, fact);
            }
        }
    }
    found
}

/// Every file below a folder, azvault's own included, as bytes.
pub(crate) fn all_bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    found
}

pub(crate) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && bytes.windows(needle.len()).any(|window| window == needle)
}
