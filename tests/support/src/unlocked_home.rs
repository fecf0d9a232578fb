//! A vault to measure with, and how a whole process is measured.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::azvault;

/// Runs of each command.
const RUNS: usize = 41;

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Medians of two commands that are run in turn, so that what else the machine does counts for both.
pub fn beside(one: impl Fn() -> Command, other: impl Fn() -> Command) -> (Duration, Duration) {
    let (mut ones, mut others): (Vec<_>, Vec<_>) =
        (0..RUNS).map(|_| (took(one()), took(other()))).unzip();
    ones.sort();
    others.sort();
    (ones[RUNS / 2], others[RUNS / 2])
}

fn took(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().unwrap();
    let took = start.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

pub struct UnlockedHome {
    folder: tempfile::TempDir,
    session: String,
    secret: String,
}

impl UnlockedHome {
    /// A vault with the contexts of a file, unlocked, and a session.
    pub fn with(contexts: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
        let passphrase = folder.path().join("passphrase");
        fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
        let file = folder.path().join("contexts.json");
        fs::write(&file, contexts).unwrap();
        let mut home = Self { folder, session: String::new(), secret: String::new() };
        let given = ["--passphrase-file", passphrase.to_str().unwrap()];
        let from = file.to_str().unwrap();
        for words in [
            &["init", "--no-recovery", "--kdf-memory", "19", "--kdf-passes", "2"][..],
            &["migrate", "run", "--yes", "--from", from],
            &["unlock", "--for", "1h"],
        ] {
            let done = home.command(&[words, &given].concat()).output().unwrap();
            assert!(done.status.success(), "{}", done.stderr.escape_ascii());
        }
        let leader = std::process::id().to_string();
        let start = home.command(&["session", "start", "--leader", &leader, "-o", "json"]);
        let answer = answer_of(start);
        home.session = answer["value"].as_str().unwrap().to_owned();
        let list = answer_of(home.command(&["secret", "list", "-o", "json"]));
        home.secret = list["secrets"][0]["id"].as_str().unwrap().to_owned();
        home
    }

    /// The id of a secret.
    pub fn first_secret(&self) -> &str {
        &self.secret
    }

    pub fn end(&self) {
        self.command(&["session", "end"]).output().unwrap();
        self.command(&["lock"]).output().unwrap();
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let home: &Path = self.folder.path();
        let mut command = Command::new(azvault());
        command.env_clear().env("HOME", home).env("XDG_RUNTIME_DIR", home.join("run"));
        command.env("PATH", "/usr/bin:/bin");
        if !self.session.is_empty() {
            command.env("AZVAULT_SESSION", &self.session);
        }
        command.args(words);
        command
    }
}

fn answer_of(mut command: Command) -> serde_json::Value {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", done.stderr.escape_ascii());
    serde_json::from_slice(&done.stdout).unwrap()
}
