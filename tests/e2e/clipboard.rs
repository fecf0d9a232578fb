//! `--copy`: the real clipboard of an X server, and those of terminals, which tmux is here. What a terminal does
//! with an escape sequence is its own.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use azvault_test_support::{Home, Ran, contains, eventually, has, ran};

const VALUE: &str = "not-a-real-secret-0001";

fn id(home: &Home) -> String {
    let list = home.json(&["secret", "list"]);
    let secrets = list["secrets"].as_array().unwrap();
    let found = secrets.iter().find(|secret| secret["kind"] == "client_secret").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// A display of its own. It ends with this.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Option<Self> {
        if !has("Xvfb") || !has("xclip") {
            return None;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "64x64x8", "-nolisten", "tcp"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        let mut stdout = std::io::BufReader::new(server.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut stdout, &mut number).unwrap();
        Some(Self { server, name: format!(":{}", number.trim()) })
    }

    fn azvault(&self, home: &Home, args: &[&str]) -> Ran {
        ran(home.command(args).env("DISPLAY", &self.name).output().unwrap())
    }

    /// What is pasted.
    fn pasted(&self) -> String {
        let mut command = Command::new("xclip");
        command.args(["-o", "-selection", "clipboard"]).env("DISPLAY", &self.name);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    fn targets(&self) -> String {
        let mut command = Command::new("xclip");
        command.args(["-o", "-selection", "clipboard", "-t", "TARGETS"]);
        let said = command.env("DISPLAY", &self.name).output().unwrap().stdout;
        String::from_utf8(said).unwrap()
    }

    /// Another program takes the clipboard.
    fn taken(&self, text: &str) {
        let mut command = Command::new("xclip");
        command.args(["-i", "-selection", "clipboard"]).env("DISPLAY", &self.name);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Processes of azvault that hold a clipboard of that display.
fn holders(display: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let holds = |process: &std::path::PathBuf| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        line.ends_with(b"azvault\0clipboard\0") && contains(&environment, display.as_bytes())
    };
    entries.filter(holds).map(|process| process.display().to_string()).collect()
}

#[test]
fn the_clipboard_of_a_desktop_is_emptied_if_it_still_holds_the_secret() {
    let Some(display) = Display::start() else { return };
    let home = Home::with_contexts();
    let id = id(&home);
    let begun = Instant::now();
    let copied =
        display.azvault(&home, &["secret", "show", &id, "--copy", "--copy-for", "3s"]).expect(0);
    assert_eq!(copied.stdout, "");
    copied.says("copied to the clipboard, which is emptied in 3 seconds if it still holds this");
    assert_eq!(display.pasted(), VALUE);
    // Clipboard managers are asked to keep no copy.
    assert!(display.targets().contains("x-kde-passwordManagerHint"), "{}", display.targets());
    // What holds it has neither the secret nor anything of azvault in what others can read of it.
    let holders = holders(&display.name);
    assert_eq!(holders.len(), 1, "{holders:?}");
    let environment = fs::read(format!("{}/environ", holders[0])).unwrap();
    for absent in [VALUE, "AZVAULT_", "PATH="] {
        assert!(!contains(&environment, absent.as_bytes()), "{absent}");
    }
    eventually("empty", || display.pasted().is_empty());
    assert!(begun.elapsed() >= Duration::from_secs(3));
    eventually("ended", || self::holders(&display.name).is_empty());

    // Something else by then: it stays.
    let args = ["secret", "show", &id, "--copy", "--copy-for", "1s", "-o", "json"];
    let told = display.azvault(&home, &args).expect(0).json();
    assert_eq!((&told["copied_to"], &told["seconds"]), (&"desktop".into(), &1.into()));
    display.taken("of another program");
    eventually("ended", || self::holders(&display.name).is_empty());
    assert_eq!(display.pasted(), "of another program");
    // The log says that it was copied, and not that it was shown.
    let log = home.json(&["audit", "log", "--verb", "secret copy"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 2);
    let log = home.json(&["audit", "log"]).to_string();
    assert!(!log.contains("secret reveal") && !log.contains(VALUE));
}

#[test]
fn without_a_clipboard_it_is_refused_before_anything_is_opened() {
    let home = Home::with_contexts();
    let id = id(&home);
    for args in [&["secret", "show", &id, "--copy"][..], &["token", "--copy"]] {
        let refused = home.run(args).expect(13);
        assert_eq!(refused.stdout, "");
        refused.says("there is no clipboard here: neither a desktop nor a terminal");
    }
    // A display that is not there.
    let mut command = home.command(&["secret", "show", &id, "--copy"]);
    let refused = ran(command.env("DISPLAY", ":nowhere").output().unwrap()).expect(13);
    refused.says("the desktop lets no program of a terminal into its clipboard");
    for args in [
        &["token", "--copy", "--reveal"][..],
        &["token", "--copy-for", "9s"],
        &["token", "--copy", "--copy-for", "0s"],
        &["clipboard"],
    ] {
        home.run(args).expect(2);
    }
}

/// tmux as a terminal that takes a clipboard, with azvault in it.
struct Terminal<'a> {
    home: &'a Home,
    folder: tempfile::TempDir,
}

impl<'a> Terminal<'a> {
    fn start(home: &'a Home, around: &str) -> Option<Self> {
        if !has("tmux") {
            return None;
        }
        let terminal = Self { home, folder: tempfile::tempdir().unwrap() };
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "24", around]);
        terminal.tmux(&["set", "-g", "set-clipboard", "on"]);
        Some(terminal)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        let binary = azvault_test_support::azvault().parent().unwrap().display().to_string();
        command.env_clear().env("HOME", self.home.path()).env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8").env("PATH", format!("{binary}:/usr/bin:/bin"));
        command.env("AZVAULT_NO_AGENT", "1").env("PS1", "$ ");
        command.env("AZVAULT_PASSPHRASE_FILE", self.home.join("passphrase"));
        command.arg("-S").arg(self.folder.path().join("socket")).args(args);
        let done = command.current_dir(self.home.path()).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    }

    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        eventually(text, || self.tmux(&["capture-pane", "-p", "-J"]).contains(text));
    }

    fn clipboard(&self) -> String {
        self.tmux(&["show-buffer"])
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn the_clipboard_of_a_terminal_is_emptied_when_the_person_says_so() {
    let home = Home::with_contexts();
    let id = id(&home);
    for around in [
        // The escape sequence, as over SSH.
        "env -u TMUX SSH_CONNECTION=a DISPLAY=:1 bash --norc --noprofile",
        // tmux in it, which is asked to pass it on.
        "tmux -S inner -f /dev/null new-session bash --norc --noprofile",
    ] {
        let Some(terminal) = Terminal::start(&home, around) else { return };
        terminal.types(&format!("azvault secret show {id} --copy"));
        terminal.shows("Paste it, then press Enter within 45 seconds");
        eventually("copied", || terminal.clipboard() == VALUE);
        terminal.types("");
        terminal.shows("the clipboard was emptied");
        assert_eq!(terminal.clipboard(), " ", "{around}");
        // Nobody answers: what it holds by then is not known.
        terminal.types(&format!("azvault secret show {id} --copy --copy-for 1s"));
        terminal.shows("the clipboard was not emptied");
        assert_eq!(terminal.clipboard(), VALUE, "{around}");
        assert!(!terminal.tmux(&["capture-pane", "-p", "-S", "-"]).contains(VALUE));
    }
    // No buffer of the inner tmux has it.
    let mut inner = Command::new("tmux");
    inner.arg("-S").arg(home.join("inner")).arg("kill-server");
    let _ = inner.output().unwrap();
}
