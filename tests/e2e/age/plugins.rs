//! Plugins of age that do what they should, and some that do not. Each is a program of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use azvault_test_support::{Home, Ran, contains, is_root, not_run, ran};

use super::slots;

/// As `plugin.py` understands them; no key is behind them.
const RECIPIENT: &str = "age1azvaulttest1qyqszqgpqyqsz4glnac";
const IDENTITY: &str = "AGE-PLUGIN-AZVAULTTEST-1QGPQYQSZQGPQY59NWMQ";

const PROGRAM: &str = "age-plugin-azvaulttest";

/// Of another plugin.
const OTHER_RECIPIENT: &str = "age1azvaultother1qszqgpqyqszqgshdv7z";
const OTHER_PROGRAM: &str = "age-plugin-azvaultother";

/// A home with a plugin on its PATH.
struct Plugged {
    home: Home,
    folder: PathBuf,
}

impl Plugged {
    /// `None` where what only root may do cannot be done.
    fn new() -> Option<Self> {
        if !is_root() {
            not_run("a plugin has to be one that root alone can change");
            return None;
        }
        let home = Home::with_vault();
        let folder = home.join("bin");
        fs::create_dir(&folder).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/age/plugin.py");
        let program = folder.join(PROGRAM);
        fs::copy(source, &program).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        home.secret_file("identity", &format!("{IDENTITY}\n"));
        Some(Self { home, folder })
    }

    fn set(&self, mode: &str) -> &Self {
        fs::write(self.folder.join("mode"), mode).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.home.command(args);
        ran(command.env("PATH", &self.folder).env("SECRET_OF_MINE", "1").output().unwrap())
    }

    fn add(&self) -> Ran {
        let identity = self.home.join("identity");
        self.run(&["key", "add", "age", RECIPIENT, "--new-identity", identity.to_str().unwrap()])
    }

    /// Opens the vault by age alone.
    fn by_age(&self, args: &[&str]) -> Ran {
        let mut command = self.home.command(args);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
    }

    fn verify(&self) -> Ran {
        self.by_age(&["verify"])
    }
}

#[test]
fn a_plugin_gets_nothing_of_ours_and_opens_the_vault() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    assert_eq!(slots(&plugged.home), ["1 passphrase", "2 age"]);
    plugged.verify().expect(0);
    let seen = fs::read_to_string(plugged.folder.join("seen")).unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    // Its own language's variable for a locale is none of ours.
    let variables = lines[0].replace(", 'LC_CTYPE'", "").replace("'LC_CTYPE', ", "");
    assert_eq!(variables, "['PATH']");
    let descriptors: Vec<&str> = lines[1].trim_matches(['[', ']']).split(", ").collect();
    for (place, start) in ["'pipe:", "'pipe:", "'/dev/null'"].into_iter().enumerate() {
        assert!(descriptors[place].starts_with(start), "{seen}");
    }
    for rest in &descriptors[3..] {
        assert!(rest.contains("/seen") || rest.contains("/proc/"), "{seen}");
    }
    assert!(!lines[2].contains(plugged.home.path().to_str().unwrap()), "{seen}");
}

#[test]
fn a_plugin_that_gives_a_wrong_key_or_none_opens_nothing() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    for (mode, says) in [
        ("wrong", "the key that came does not fit"),
        ("short", "the key that came does not fit"),
        ("ends", "the plugin ended without an answer"),
        ("refuses", "the plugin refused: \""),
    ] {
        let said = plugged.set(mode).verify().expect(6).says(says).says("azvault key list");
        assert!(!said.stderr.contains('\u{1b}'), "{mode}: {}", said.stderr);
        // What it says cannot pass for a line of ours.
        assert!(!said.stderr.contains("\nerror: the vault is gone"), "{mode}: {}", said.stderr);
    }
    // Nothing is added of which it is known that it does not open.
    plugged.set("wrong").add().expect(6);
    assert_eq!(slots(&plugged.home), ["1 passphrase", "2 age"]);
}

#[test]
fn a_plugin_that_is_silent_or_does_not_stop_is_ended() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    plugged
        .set("talks")
        .verify()
        .expect(6)
        .says("said more than 100 things")
        .says("another way to unlock: azvault key list");
    let said = plugged.set("hangs").verify().expect(6).says("did not answer for 30 seconds");
    said.says("is the hardware plugged in? another way to unlock: azvault key list");
    let running = |pid: &str| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        contains(&line, plugged.folder.to_str().unwrap().as_bytes())
    };
    let left: Vec<String> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|pid| running(pid))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_a_plugin_says_is_shown_as_its_words() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("escapes").add().expect(0);
    let said = plugged.verify().expect(0).says("the plugin says: \"\\u{1b}[2J");
    assert!(!said.stderr.contains('\u{1b}'), "{}", said.stderr);
}

#[test]
fn what_a_plugin_asks_is_asked_on_the_terminal() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    plugged.set("pin").verify().expect(14).says("the plugin asks \"PIN of the key\"");
    let typed = plugged.home.on_terminal(&[("PIN of the key", "4711\n")], &["verify"]).expect(0);
    assert!(!typed.stdout.contains("4711"), "{}", typed.stdout);
    let steps = [("PIN of the key", "0000\n"), ("Passphrase of the vault", "\u{3}")];
    let typed = plugged.home.on_terminal(&steps, &["verify"]);
    assert!(typed.code == 3 && typed.stdout.contains("wrong PIN"), "{}", typed.stdout);
    plugged.set("confirms");
    plugged.home.on_terminal(&[("Plug in the key", "y\n")], &["verify"]).expect(0);
}

#[test]
fn another_program_in_its_place_is_refused() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    let program = plugged.folder.join(PROGRAM);
    // One that others may change.
    fs::set_permissions(&program, fs::Permissions::from_mode(0o757)).unwrap();
    let said = plugged.verify().expect(7).says("could be replaced by others than root");
    said.says("sudo install -m 755").says(", then the command again");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    plugged.verify().expect(0);
    // One that does something else.
    fs::copy("/bin/true", &program).unwrap();
    plugged.verify().expect(6).says("the plugin ended without an answer");
    fs::remove_file(&program).unwrap();
    let said = plugged.verify().expect(13).says("is not there any more");
    said.says("install it there, or use another way to unlock: azvault key list");
    // One of its name in the folder of another plugin, where age would find it first.
    let others = plugged.home.join("others");
    fs::create_dir(&others).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/age/plugin.py");
    for program in [plugged.folder.join(PROGRAM), others.join(PROGRAM), others.join(OTHER_PROGRAM)]
    {
        fs::copy(&source, &program).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = plugged.home.command(&["key", "add", "age", RECIPIENT, OTHER_RECIPIENT]);
    let path = std::env::join_paths([&plugged.folder, &others]).unwrap();
    let said = ran(command.env("PATH", path).output().unwrap()).expect(7);
    said.says("there is a second age-plugin-azvaulttest").says(
        "unlock in another way, then azvault key add age once more, and azvault key remove ID",
    );
    fs::remove_file(&program).unwrap();
    // Whatever the PATH has: the place that was kept is the one that is started.
    let elsewhere = plugged.home.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::copy("/bin/true", elsewhere.join(PROGRAM)).unwrap();
    plugged.run(&["verify"]).expect(0);
    plugged.verify().expect(13);
}

#[test]
fn one_piece_of_hardware_is_not_all_that_is_left() {
    let Some(plugged) = Plugged::new() else { return };
    plugged.set("").add().expect(0);
    let remove = |id: &str| plugged.run(&["key", "remove", id, "--yes"]);
    remove("1").expect(7).says("one piece of hardware alone").says("azvault key list");
    plugged.run(&["key", "add", "recovery", "--recovery-file", "code"]).expect(0);
    remove("1").expect(0);
    let left = plugged.by_age(&["key", "list", "-o", "json"]).expect(0).json();
    let kinds: Vec<_> = left["keys"].as_array().unwrap().iter().map(|key| &key["kind"]).collect();
    assert_eq!(kinds, ["age", "recovery-code"]);
}
