//! An empty world: a home of its own, no environment, no terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::process::have_a_terminal;
use crate::{Ran, Saved, Session, azvault, contains, copy_folder, fixture, peer, ran};

pub const PASSPHRASE: &str = "correct horse battery staple";

/// Arguments of the cheapest key derivation that a vault may have.
pub const CHEAP: [&str; 4] = ["--kdf-memory", "19", "--kdf-passes", "2"];

pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty home, with a passphrase file outside of what azvault looks at.
    pub fn empty() -> Self {
        have_a_terminal();
        let folder = tempfile::Builder::new().prefix("azvault-e2e-").tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.path().join("passphrase"), mode).unwrap();
        Self { folder }
    }

    /// An empty home with a vault.
    pub fn with_vault() -> Self {
        let home = Self::empty();
        home.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat()).expect(0);
        home
    }

    /// A home with a vault, and the files of a fixture folder in it.
    pub fn with_files(fixture_folder: &str) -> Self {
        let home = Self::with_vault();
        copy_folder(&fixture(fixture_folder), home.path());
        home
    }

    /// A home with a vault, and a folder in which its agent can listen. The agent ends with it.
    pub fn with_agent() -> Self {
        let home = Self::empty();
        home.allow_agent();
        home.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat()).expect(0);
        home
    }

    /// As [`Home::with_agent`], with seven contexts: `dev`, `prod` (the default), `shared` and
    /// `tenant` of one user in two tenants, `gov` of another in another cloud, `ci` and `cert` of
    /// two service principals.
    pub fn with_contexts() -> Self {
        let home = Self::with_agent();
        copy_folder(&fixture("azure-powershell/homes/az-modern-linux-plaintext"), home.path());
        let file = home.join(".Azure/AzureRmContext.json");
        let mut text = fs::read_to_string(&file).unwrap();
        for (name, short) in LONG_NAMES {
            assert!(text.contains(&format!("\"{name}\"")), "{name}");
            text = text.replace(&format!("\"{name}\""), &format!("\"{short}\""));
        }
        fs::write(&file, text).unwrap();
        home.run(&["migrate", "run", "--yes"]).expect(0);
        home
    }

    /// Imports contexts from a file that Azure PowerShell could have saved.
    #[track_caller]
    pub fn import(&self, contexts: &[Saved<'_>]) {
        let file = self.write_saved(contexts);
        self.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    }

    /// A file that Azure PowerShell could have saved; its path.
    pub fn write_saved(&self, contexts: &[Saved<'_>]) -> PathBuf {
        let all: serde_json::Map<_, _> =
            contexts.iter().map(|saved| (saved.name.to_owned(), saved.json())).collect();
        let file = self.join("saved.json");
        // A default that is not there is none; without one Azure PowerShell's is `Default`.
        let document = json!({
            "DefaultContextKey": "is not there",
            "EnvironmentTable": {},
            "Contexts": all,
            "ExtendedProperties": {},
        });
        fs::write(&file, serde_json::to_vec_pretty(&document).unwrap()).unwrap();
        file
    }

    /// A file that nobody else can read; its path.
    pub fn secret_file(&self, name: &str, text: &str) -> String {
        let file = self.join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// Makes the folder for sockets.
    fn allow_agent(&self) {
        fs::create_dir(self.runtime()).unwrap();
        fs::set_permissions(self.runtime(), fs::Permissions::from_mode(0o700)).unwrap();
    }

    fn runtime(&self) -> PathBuf {
        self.join("run")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn vault(&self) -> PathBuf {
        self.join(".local/share/azvault/vault.db")
    }

    /// The binary with this home, nothing else in its environment, and nobody to ask.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(azvault());
        self.surround(&mut command);
        command.args(args);
        command
    }

    /// A script for bash, which is one shell, with azvault among its commands.
    pub fn script(&self, text: &str) -> Command {
        let mut command = Command::new("bash");
        self.surround(&mut command);
        let folder = azvault().parent().unwrap().display();
        command.env("PATH", format!("{folder}:/usr/local/bin:/usr/bin:/bin"));
        command.env("LC_ALL", "C.UTF-8").args(["-euc", text]);
        command
    }

    pub fn bash(&self, text: &str) -> Ran {
        ran(self.script(text).output().unwrap())
    }

    fn surround(&self, command: &mut Command) {
        command.env_clear().env("HOME", self.path()).env("TZ", "UTC").current_dir(self.path());
        command.env("AZVAULT_PASSPHRASE_FILE", self.join("passphrase"));
        if self.runtime().exists() {
            command.env("XDG_RUNTIME_DIR", self.runtime());
        } else {
            // One that listened in the folder of the user who runs the tests would outlive them.
            command.env("AZVAULT_NO_AGENT", "1");
        }
        command.stdin(Stdio::null());
    }

    /// A session that ends with this test program: each call is another one.
    pub fn session(&self) -> Session<'_> {
        let started = self.json(&["session", "start"]);
        Session { home: self, handle: started["value"].as_str().unwrap().to_owned() }
    }

    /// The processes that serve this home.
    fn agents(&self) -> Vec<Pid> {
        let socket = format!("--socket\0{}/", self.runtime().display());
        let serves = |pid: &i32| {
            fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| contains(&line, socket.as_bytes()))
        };
        let entries = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        entries.filter(serves).filter_map(Pid::from_raw).collect()
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs and takes the answer as JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["-o", "json"]].concat()).expect(0).json()
    }

    /// Runs without the passphrase on a terminal where somebody types: what is waited for, and
    /// what is typed then. What the terminal showed is in `stdout`.
    pub fn on_terminal(&self, steps: &[(&str, &str)], args: &[&str]) -> Ran {
        self.on_terminal_of(None, steps, args)
    }

    /// As [`Home::on_terminal`], on one of so many columns; without them, of a width that nobody knows.
    pub fn on_terminal_of(
        &self,
        columns: Option<u16>,
        steps: &[(&str, &str)],
        args: &[&str],
    ) -> Ran {
        let columns = columns.map(|columns| columns.to_string());
        let columns = columns.iter().map(|columns| ("TERMINAL_COLUMNS", columns.as_str()));
        self.on_terminal_with(&columns.collect::<Vec<_>>(), steps, args)
    }

    /// As [`Home::on_terminal`], with these variables.
    pub fn on_terminal_with(
        &self,
        variables: &[(&str, &str)],
        steps: &[(&str, &str)],
        args: &[&str],
    ) -> Ran {
        let prepared = self.command(args);
        let mut command = Command::new("python3");
        command.arg(peer("terminal.py")).arg(serde_json::to_string(steps).unwrap());
        command.arg(prepared.get_program()).args(prepared.get_args());
        command.env_clear().current_dir(self.path());
        command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env_remove("AZVAULT_PASSPHRASE_FILE").env("TERM", "xterm");
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(variables.iter().copied());
        ran(command.output().unwrap())
    }
}

impl Drop for Home {
    /// No agent outlives the test that had it started.
    fn drop(&mut self) {
        let begun = Instant::now();
        // One that has ended has no command line any more, even while nobody has waited for it.
        while self.runtime().exists() && !self.agents().is_empty() {
            let late = begun.elapsed() > Duration::from_secs(5);
            for agent in self.agents() {
                let _ = kill_process(agent, if late { Signal::KILL } else { Signal::TERM });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The names that Azure PowerShell gave, and what the tests say.
const LONG_NAMES: [(&str, &str); 5] = [
    (
        "Contoso Dev (5b000000-0000-4000-8000-000000000001) - 72f00000-0000-4000-8000-000000000001 \
         - megan@contoso.example",
        "dev",
    ),
    (
        "Contoso Prod (5b000000-0000-4000-8000-000000000002) - 72f00000-0000-4000-8000-000000000001 \
         - megan@contoso.example",
        "prod",
    ),
    (
        "Fabrikam Shared (5b000000-0000-4000-8000-000000000003) - \
         72f00000-0000-4000-8000-000000000002 - megan@contoso.example",
        "shared",
    ),
    ("72f00000-0000-4000-8000-000000000002 - megan@contoso.example", "tenant"),
    (
        "Contoso Prod (5b000000-0000-4000-8000-000000000002) - 72f00000-0000-4000-8000-000000000001 \
         - a9900000-0000-4000-8000-000000000003",
        "cert",
    ),
];
