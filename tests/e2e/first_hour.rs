//! The first hour of a new user in a real terminal, 80 and 120 columns wide, as the screen shows it: the
//! README's demo, scan, migrate, clean, az by the wrapper, use, exec, lock, rollback. `AZVAULT_UPDATE_DOCS=1`
//! writes what is compared.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use azvault_test_support::{
    Home, azvault, copy_folder, files_below, fixture, has, make_folder, root,
};

/// What is waited for before each answer is typed.
type Question = (&'static str, &'static str);

const PASSPHRASE: &str = "correct horse battery field";

const MIGRATION: [Question; 4] =
    [("[y/N]", "y"), ("[y/N]", "y"), ("generate one):", PASSPHRASE), ("Once more:", PASSPHRASE)];

/// How the prompt of the shell ends.
const PROMPT: &str = "] $";

/// What is typed, and what is asked then.
const HOUR: [(&str, &[Question]); 19] = [
    ("azvault scan azvault-demo", &[]),
    ("azvault --vault azvault-demo/vault.db migrate --from azvault-demo", &MIGRATION),
    ("azvault scan", &[]),
    ("azvault migrate", &MIGRATION),
    ("azvault migrate clean", &[("[y/N]", "y"), ("[y/N]", "y")]),
    ("azvault scan", &[]),
    ("azvault az-shim install --dir bin", &[]),
    ("az account show --query user.name", &[]),
    ("az group list", &[]),
    ("eval \"$(azvault shell-init bash)\"", &[]),
    ("azvault context list", &[]),
    ("azvault use fabrikam", &[]),
    ("azvault prompt", &[]),
    ("azvault exec contoso-dev-sp -- az account show --query user.name", &[]),
    ("azvault context mark contoso-dev --production", &[]),
    ("azvault context remove contoso-dev", &[("[y/N]", "n")]),
    ("azvault lock", &[]),
    ("azvault context list", &[("Passphrase of the vault:", PASSPHRASE)]),
    ("azvault migrate rollback", &[("[y/N]", "y")]),
];

/// A terminal that a person could sit at. It ends with this.
struct Screen<'a> {
    home: &'a Home,
    /// Its socket, which is in no folder that azvault looks at.
    folder: tempfile::TempDir,
}

impl<'a> Screen<'a> {
    fn begin(home: &'a Home, columns: u16) -> Self {
        let screen = Self { home, folder: tempfile::tempdir().unwrap() };
        let rc = screen.folder.path().join("rc");
        fs::write(&rc, "PS1='[$?] $ '\n").unwrap();
        let shell = format!("bash --noprofile --rcfile {}", rc.display());
        let size = ["-x", &columns.to_string(), "-y", "100"].map(str::to_owned);
        let start =
            ["-f", "/dev/null", "new-session", "-d", &size[0], &size[1], &size[2], &size[3]];
        screen.tmux(&[&start[..], &[&shell]].concat());
        screen.tmux(&["set", "-g", "status", "off"]);
        screen.waits_until(|text| text.ends_with(PROMPT));
        screen
    }

    fn tmux(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        let binary = azvault().parent().unwrap().display().to_string();
        let home = self.home.path().display().to_string();
        command.env_clear().env("HOME", &home).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        command.env("XDG_RUNTIME_DIR", self.home.join("run")).env("TERM", "xterm-256color");
        command.env("PATH", format!("{home}/bin:{binary}:{home}/tools:/usr/bin:/bin"));
        command.arg("-S").arg(self.folder.path().join("socket")).args(args);
        let done = command.current_dir(self.home.path()).output().unwrap();
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// What stands there, once it is as that says: all of it, on a screen that is higher than any answer is.
    #[track_caller]
    fn waits_until(&self, is_so: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let text = self.tmux(&["capture-pane", "-p"]);
            if is_so(&text) {
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "this does not go on:\n{text}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// Types a command on an empty screen, answers its questions, and gives what stands there then.
    #[track_caller]
    fn runs(&self, command: &str, questions: &[Question]) -> String {
        self.tmux(&["send-keys", "C-l"]);
        self.waits_until(|text| text.ends_with(PROMPT) && text.lines().count() == 1);
        self.types(command);
        for (at, (question, answer)) in questions.iter().enumerate() {
            // One like it may stand there already, and its answer not yet.
            let number = questions[..=at].iter().filter(|(own, _)| own == question).count();
            self.waits_until(|text| {
                text.ends_with(question) && text.matches(question).count() == number
            });
            // The question stands before the terminal is set up for its answer.
            std::thread::sleep(Duration::from_millis(300));
            self.types(answer);
        }
        self.waits_until(|text| text.ends_with(PROMPT) && text.lines().count() > 1)
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// What is another one in each run, in as many letters: ids, codes, process ids, the home.
fn masked(screen: &str, home: &Home) -> String {
    let name = home.path().file_name().unwrap().to_str().unwrap();
    let screen = screen.replace(name, &"~".repeat(name.len()));
    let mut lines = Vec::new();
    for line in screen.lines() {
        let is_code = line.trim().len() == 69 && line.matches('-').count() == 13;
        let mut plain = String::new();
        for piece in line.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
            let word = piece.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let is_id = word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_process = plain.ends_with("process ");
            let length = if is_process { 1 } else { word.len() };
            match is_id || is_code || is_process {
                true => plain.push_str(&piece.replace(word, &"0".repeat(length))),
                false => plain.push_str(piece),
            }
        }
        lines.push(plain);
    }
    lines.join("\n")
}

fn home() -> Home {
    let home = Home::empty();
    let fixture = fixture("azure-powershell/homes/az4-linux");
    copy_folder(&fixture, home.path());
    copy_folder(&fixture, &home.join("azvault-demo"));
    for file in files_below(&home.join(".Azure")) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    make_folder(&home.join("run"), 0o700);
    // An az that says what it would do.
    make_folder(&home.join("tools"), 0o755);
    let text = "#!/bin/sh\necho \"az $*, signed in by ${IDENTITY_ENDPOINT:+the vault}\"\n";
    fs::write(home.join("tools/az"), text).unwrap();
    fs::set_permissions(home.join("tools/az"), fs::Permissions::from_mode(0o755)).unwrap();
    home
}

#[track_caller]
fn is_as_recorded(columns: u16) {
    if !has("tmux") {
        return;
    }
    let home = home();
    let screen = Screen::begin(&home, columns);
    let mut shown = String::new();
    for (command, questions) in HOUR {
        let text = masked(&screen.runs(command, questions), &home);
        shown.push_str(&format!("{text}\n{}\n", "-".repeat(columns.into())));
    }
    let record: PathBuf = root().join(format!("tests/e2e/first_hour/{columns}.txt"));
    if std::env::var_os("AZVAULT_UPDATE_DOCS").is_some() {
        fs::write(&record, &shown).unwrap();
    }
    let recorded = fs::read_to_string(&record).unwrap();
    for (now, then) in shown.lines().zip(recorded.lines()) {
        assert_eq!(now, then, "{}:\n{shown}", record.display());
    }
    assert_eq!(shown.lines().count(), recorded.lines().count(), "{shown}");
}

#[test]
fn in_80_columns_it_is_as_recorded() {
    is_as_recorded(80);
}

#[test]
fn in_120_columns_it_is_as_recorded() {
    is_as_recorded(120);
}
