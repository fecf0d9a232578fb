//! The same bytes as files of a git repository, with a bare one in the place of the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct Git {
    folder: TempDir,
}

impl Git {
    /// A bare repository, one who writes and one who reads.
    pub(crate) fn begun() -> Self {
        let git = Self { folder: tempfile::tempdir().unwrap() };
        git.run(git.folder.path(), &["init", "-q", "--bare", "-b", "main", "bare"]);
        git.run(git.folder.path(), &["clone", "-q", "bare", "writer"]);
        git.append(usize::MAX, b"first");
        git.run(git.folder.path(), &["clone", "-q", "bare", "reader"]);
        git
    }

    pub(crate) fn append(&self, number: usize, bytes: &[u8]) {
        fs::write(self.at("writer").join(number.to_string()), bytes).unwrap();
        self.push();
    }

    pub(crate) fn append_all(&self, all: &[Vec<u8>]) {
        for (number, bytes) in all.iter().enumerate() {
            fs::write(self.at("writer").join(number.to_string()), bytes).unwrap();
        }
        self.push();
    }

    fn push(&self) {
        let writer = self.at("writer");
        self.run(&writer, &["add", "-A"]);
        self.run(&writer, &["commit", "-q", "-m", "change"]);
        self.run(&writer, &["push", "-q", "origin", "HEAD:main"]);
    }

    pub(crate) fn pull(&self) {
        self.run(&self.at("reader"), &["pull", "-q"]);
    }

    /// By the protocol, and not by links to the files.
    pub(crate) fn clone_whole(&self) {
        let bare = format!("file://{}", self.at("bare").to_str().unwrap());
        self.run(self.folder.path(), &["clone", "-q", &bare, "another"]);
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, at: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(at).args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"]);
        command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    }
}
