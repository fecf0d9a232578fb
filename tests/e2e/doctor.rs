//! `doctor` finds each thing that is wrong, says what to type, and is content before.

mod surroundings;
mod vault;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use azvault_model::Secret;
use azvault_vault::{Locked, Opener, Vault};

use crate::world::cut_off;
use azvault_test_support::{CHEAP, Home, PASSPHRASE, ran};

/// A home with nothing to change about it, but what the machine is to blame for.
struct Well {
    home: Home,
    runtime: tempfile::TempDir,
}

/// What is for the machine that runs the tests to say, and what its time is too short for.
const OF_THE_MACHINE: [&str; 5] = [
    "core-dumps",
    "swap",
    "runtime-in-memory",
    "key-derivation",
    // In a container without the package of authorities.
    "certificate-authorities",
];

type Found = BTreeMap<String, (String, Option<String>)>;

impl Well {
    fn new() -> Self {
        let well = Self::empty();
        let file = well.home.join("recovery");
        let init = ["init", "--recovery-file", file.to_str().unwrap()];
        well.run(&[&init[..], &CHEAP].concat());
        well.run(&["unlock"]);
        well
    }

    fn empty() -> Self {
        let shm = Path::new("/dev/shm");
        let folder = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
        let runtime = tempfile::Builder::new().prefix("azvault-run-").tempdir_in(folder).unwrap();
        mode(runtime.path(), 0o700);
        Self { home: Home::empty(), runtime }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("XDG_RUNTIME_DIR", self.runtime.path()).env_remove("AZVAULT_NO_AGENT");
        command
    }

    fn run(&self, args: &[&str]) {
        ran(self.command(args).output().unwrap()).expect(0);
    }

    /// The binary without the passphrase: what it does not know from the agent it cannot know.
    fn doctor(&self) -> Command {
        let mut command = self.command(&["doctor"]);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        command
    }

    /// What is found, each by name: its state, and what to type.
    fn look(&self) -> Found {
        look(&mut self.doctor())
    }

    /// The same with the passphrase.
    fn look_given(&self) -> Found {
        look(&mut self.command(&["doctor"]))
    }

    /// The same without any key.
    fn look_locked(&self) -> Found {
        look(self.doctor().arg("--no-agent"))
    }

    fn vault(&self) -> PathBuf {
        self.home.vault()
    }

    fn socket(&self) -> PathBuf {
        let vault = Locked::open(&self.vault()).unwrap().vault_id();
        self.runtime.path().join("azvault").join(format!("{vault}.sock"))
    }

    fn anchor(&self) -> PathBuf {
        let mut anchors = fs::read_dir(self.home.join(".local/state/azvault/anchors")).unwrap();
        anchors.next().unwrap().unwrap().path()
    }

    /// Makes the user's own policy.
    fn policy(&self, text: &str) -> PathBuf {
        let folder = self.home.join(".config/azvault");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("policy.toml");
        fs::write(&file, text).unwrap();
        file
    }

    fn opened(&self) -> Vault {
        let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
        let locked = Locked::open(&self.vault()).unwrap();
        let anchors = self.home.join(".local/state/azvault/anchors");
        locked.unlock(&Opener::Passphrase(&passphrase), &anchors).unwrap()
    }
}

impl Drop for Well {
    fn drop(&mut self) {
        // Whatever was done to it, no agent is left.
        mode(self.runtime.path(), 0o700);
        let _ = cut_off(&self.command(&["panic", "--no-input"])).output();
    }
}

fn look(command: &mut Command) -> Found {
    let ran = ran(command.args(["-o", "json"]).output().unwrap());
    let document = ran.json();
    assert_eq!(document["schema"], 1);
    let checks = document["checks"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let found: Found = checks
        .iter()
        .map(|check| {
            let facts = (text(&check["state"]).unwrap(), text(&check["advice"]));
            assert!(!check["what"].as_str().unwrap().is_empty());
            assert_eq!(facts.1.is_some(), facts.0 == "finding", "{check}");
            facts.1.iter().for_each(|advice| can_be_typed(advice));
            (text(&check["name"]).unwrap(), facts)
        })
        .collect();
    assert_eq!(found.len(), checks.len(), "two checks have one name: {document}");
    let is_finding = found.values().any(|(state, _)| state == "finding");
    let ran = ran.expect(if is_finding { 10 } else { 0 });
    assert_eq!(ran.stderr.contains("found: "), is_finding, "{}", ran.stderr);
    found
}

/// Each command of azvault is there with its options, and the rest is what a shell can read.
#[track_caller]
fn can_be_typed(advice: &str) {
    let commands: Vec<_> = advice.split("azvault ").skip(1).collect();
    for command in &commands {
        let words = command.split([',', ';']).next().unwrap().split_whitespace();
        let help = Command::new(env!("CARGO_BIN_EXE_azvault")).args(words).arg("--help").output();
        let help = help.unwrap();
        assert!(help.status.success(), "{advice}: {}", help.stderr.escape_ascii());
    }
    if commands.is_empty() {
        let shell = Command::new("/bin/sh").args(["-n", "-c", advice]).status().unwrap();
        assert!(shell.success(), "{advice}");
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn found(all: &Found, name: &str, advice: &str) {
    assert_eq!(all[name], ("finding".to_owned(), Some(advice.to_owned())), "{name}: {all:?}");
}

#[track_caller]
fn state(all: &Found, name: &str, state: &str) {
    assert_eq!(all[name].0, state, "{name}: {all:?}");
}

/// Nothing is to be changed.
#[track_caller]
fn is_well(all: &Found) {
    let bad = |(name, (state, _)): &(&String, &(String, Option<String>))| {
        state != "ok" && !OF_THE_MACHINE.contains(&name.as_str())
    };
    assert_eq!(all.iter().filter(bad).collect::<Vec<_>>(), []);
}
