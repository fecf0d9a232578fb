//! A home whose keys an agent may hold, in a runtime folder of its own. No agent is left behind.

use std::fs;
use std::io::{Read, Write};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azvault_agent::Client;
use azvault_model::Secret;
use azvault_vault::{Keys, Locked, Opener};
use rustix::process::{Pid, Signal, kill_process};

use crate::home::{Home, PASSPHRASE, Ran, ran};

/// The context that is the default of a migrated home.
pub(crate) const MEGAN: &str =
    "Contoso Dev (5b000000-0000-4000-8000-000000000001) - megan@contoso.example";
/// Another context of it, of the same account.
pub(crate) const FABRIKAM: &str =
    "Fabrikam Shared (5b000000-0000-4000-8000-000000000003) - megan@contoso.example";
/// A service principal's context of it.
pub(crate) const PRINCIPAL: &str =
    "Contoso Dev (5b000000-0000-4000-8000-000000000001) - a9900000-0000-4000-8000-000000000001";

/// How long what should be so within a second is waited for, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody else than whoever runs the tests.
pub(crate) const NOBODY: u32 = 65534;

pub(crate) struct AgentHome {
    home: Home,
    socket: PathBuf,
}

impl Deref for AgentHome {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
}

impl AgentHome {
    pub(crate) fn with_vault() -> Self {
        Self::of(Home::with_vault())
    }

    /// With three contexts and twelve secrets; [`MEGAN`] is the default.
    pub(crate) fn migrated() -> Self {
        let home = Home::with_files("azure-powershell/homes/az4-linux");
        home.run(&["migrate", "run", "--yes"]).expect(0);
        Self::of(home)
    }

    fn of(home: Home) -> Self {
        make_folder(&home.join("run"), 0o700);
        let vault = Locked::open(&home.vault()).unwrap().vault_id();
        let socket = home.join("run/azvault").join(format!("{vault}.sock"));
        Self { home, socket }
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.join("run")
    }

    /// The binary without the passphrase: what it does not know from the agent it cannot know.
    pub(crate) fn without(&self, args: &[&str]) -> Command {
        let mut command = self.given(args);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        command
    }

    /// The binary with the passphrase file.
    pub(crate) fn given(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("XDG_RUNTIME_DIR", self.runtime());
        command
    }

    /// Runs without the passphrase.
    pub(crate) fn alone(&self, args: &[&str]) -> Ran {
        ran(self.without(args).output().unwrap())
    }

    /// Has the agent hold the keys.
    pub(crate) fn unlock(&self) {
        ran(self.given(&["unlock"]).output().unwrap()).expect(0);
    }

    /// A shell with `azvault` on its path and without the passphrase.
    pub(crate) fn shell(&self, shell: &str, script: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_azvault"));
        let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
        let mut command = Command::new(shell);
        command.env_clear().env("HOME", self.path()).env("TZ", "UTC").current_dir(self.path());
        command.env("XDG_RUNTIME_DIR", self.runtime()).env("PATH", path);
        command.arg("-c").arg(script).stdin(Stdio::null());
        command
    }

    /// Runs a script of bash, whose every line must work.
    #[track_caller]
    pub(crate) fn bash(&self, script: &str) -> Ran {
        ran(self.shell("bash", &format!("set -eu\n{script}")).output().unwrap())
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.socket.clone())
    }

    /// The agent's process; `None` if none runs.
    pub(crate) fn agent(&self) -> Option<u32> {
        self.client().status().ok().map(|status| status.pid)
    }

    pub(crate) fn holds_keys(&self) -> bool {
        self.client().status().is_ok_and(|status| status.unlocked.is_some())
    }

    /// Sessions that the agent holds; none where none runs.
    pub(crate) fn sessions(&self) -> u32 {
        self.client().status().map_or(0, |status| status.sessions)
    }

    /// The keys of the vault, each by itself.
    pub(crate) fn keys(&self) -> Vec<Vec<u8>> {
        keys(self)
    }

    /// Sends one body as a frame and gives the body of the reply; nothing if it was closed.
    pub(crate) fn ask(&self, body: &[u8]) -> Vec<u8> {
        self.send(&frame(body))
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may be closed before all is written.
        let _ = stream.write_all(bytes);
        read_reply(&mut stream)
    }

    /// Whether the vault is whole.
    #[track_caller]
    pub(crate) fn verify(&self) {
        self.run(&["verify"]).expect(0);
        self.run(&["audit", "verify"]).expect(0);
    }
}

impl Drop for AgentHome {
    fn drop(&mut self) {
        while let Some(agent) = self.agent() {
            signal(agent, Signal::KILL);
            eventually("the agent ends", || !is_running(agent));
        }
    }
}

/// The keys of the vault of a home, each by itself.
pub(crate) fn keys(home: &Home) -> Vec<Vec<u8>> {
    keys_of(&home.vault())
}

/// The keys of a vault that the passphrase of these tests opens.
pub(crate) fn keys_of(vault: &Path) -> Vec<Vec<u8>> {
    let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
    let locked = Locked::open(vault).unwrap();
    let keys = locked.keys(&Opener::Passphrase(&passphrase)).unwrap().to_bytes();
    assert_eq!(keys.len(), Keys::SIZE);
    keys.chunks(32).map(<[u8]>::to_vec).collect()
}

pub(crate) fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes(), body].concat()
}

/// Nothing if it was closed without a reply.
pub(crate) fn read_reply(stream: &mut UnixStream) -> Vec<u8> {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() {
        return Vec::new();
    }
    let mut reply = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut reply).unwrap();
    reply
}

pub(crate) fn make_folder(path: &Path, mode: u32) {
    fs::create_dir_all(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    // One that is gone already needs no signal.
    let _ = kill_process(process, signal);
}

/// Whether a process runs; one that has ended and was not waited for does not.
pub(crate) fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Waits until something is so, and fails if it never is.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.roll().to_be_bytes()[0]).collect()
    }
}
