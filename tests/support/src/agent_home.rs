//! A home whose keys an agent may hold, in a runtime folder of its own. No agent is left behind.

use std::io::{Read, Write};
use std::ops::Deref;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azvault_agent::hold::{Limits, Terms};
use azvault_agent::{CallError, Client, KeysToHold, hand};
use azvault_model::Secret;
use azvault_os::pipe::Stream;
use azvault_vault::{Keys, Locked, Opener};
use rustix::process::Signal;

use crate::process::PATIENCE;
use crate::{Home, PASSPHRASE, Ran, azvault, eventually, is_running, make_folder, ran, signal};

/// The context that is the default of a migrated home.
pub const MEGAN: &str =
    "Contoso Dev (5b000000-0000-4000-8000-000000000001) - megan@contoso.example";
/// Another context of it, of the same account.
pub const FABRIKAM: &str =
    "Fabrikam Shared (5b000000-0000-4000-8000-000000000003) - megan@contoso.example";
/// A service principal's context of it.
pub const PRINCIPAL: &str =
    "Contoso Dev (5b000000-0000-4000-8000-000000000001) - a9900000-0000-4000-8000-000000000001";

pub struct AgentHome {
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
    pub fn with_vault() -> Self {
        Self::of(Home::with_vault())
    }

    /// With three contexts and twelve secrets; [`MEGAN`] is the default.
    pub fn migrated() -> Self {
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

    pub fn runtime(&self) -> PathBuf {
        self.join("run")
    }

    /// The binary without the passphrase: what it does not know from the agent it cannot know.
    pub fn without(&self, args: &[&str]) -> Command {
        let mut command = self.given(args);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        command
    }

    /// The binary with the passphrase file.
    pub fn given(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("XDG_RUNTIME_DIR", self.runtime());
        command
    }

    /// Runs without the passphrase.
    pub fn alone(&self, args: &[&str]) -> Ran {
        ran(self.without(args).output().unwrap())
    }

    /// Has the agent hold the keys.
    pub fn unlock(&self) {
        ran(self.given(&["unlock"]).output().unwrap()).expect(0);
    }

    /// Starts an agent as a command does. It waits for what it is handed at the other end.
    pub fn start(&self) -> Stream {
        let (own, its) = Stream::pair().unwrap();
        let mut command = Command::new(azvault());
        command.args(["agent", "start", "--socket"]).arg(self.socket());
        command.arg("--vault-id").arg(self.socket().file_stem().unwrap()).env_clear();
        command.arg("--anchors").arg(self.join(".local/state/azvault/anchors"));
        command.stdin(its.into_input()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success());
        own
    }

    /// Has an agent hold any keys, as a command would.
    pub fn hold(&self, epoch: u32, keys: &[u8]) -> Result<(), CallError> {
        let terms = Terms { limits: Limits::default(), reach: None };
        let keys = KeysToHold { epoch, bytes: keys, terms };
        hand(self.start(), Some(&keys))
    }

    /// A shell with `azvault` on its path and without the passphrase.
    pub fn shell(&self, shell: &str, script: &str) -> Command {
        let path = format!("{}:/usr/bin:/bin", azvault().parent().unwrap().display());
        let mut command = Command::new(shell);
        command.env_clear().env("HOME", self.path()).env("TZ", "UTC").current_dir(self.path());
        command.env("XDG_RUNTIME_DIR", self.runtime()).env("PATH", path);
        command.arg("-c").arg(script).stdin(Stdio::null());
        command
    }

    /// Runs a script of bash, whose every line must work.
    #[track_caller]
    pub fn bash(&self, script: &str) -> Ran {
        ran(self.shell("bash", &format!("set -eu\n{script}")).output().unwrap())
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn client(&self) -> Client {
        Client::new(self.socket.clone())
    }

    /// The agent's process; `None` if none runs.
    pub fn agent(&self) -> Option<u32> {
        self.client().status().ok().map(|status| status.pid)
    }

    pub fn holds_keys(&self) -> bool {
        self.client().status().is_ok_and(|status| status.unlocked.is_some())
    }

    /// Sessions that the agent holds; none where none runs.
    pub fn sessions(&self) -> u32 {
        self.client().status().map_or(0, |status| status.sessions)
    }

    /// The keys of the vault, each by itself.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        keys(self)
    }

    /// Sends one body as a frame and gives the body of the reply; nothing if it was closed.
    pub fn ask(&self, body: &[u8]) -> Vec<u8> {
        self.send(&frame(body))
    }

    /// Sends bytes as they are.
    pub fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may be closed before all is written.
        let _ = stream.write_all(bytes);
        read_reply(&mut stream)
    }

    /// Whether the vault is whole.
    #[track_caller]
    pub fn verify(&self) {
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
pub fn keys(home: &Home) -> Vec<Vec<u8>> {
    keys_of(&home.vault())
}

/// The keys of a vault that the passphrase of these tests opens.
pub fn keys_of(vault: &Path) -> Vec<Vec<u8>> {
    let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
    let locked = Locked::open(vault).unwrap();
    let keys = locked.keys(&Opener::Passphrase(&passphrase)).unwrap().to_bytes();
    assert_eq!(keys.len(), Keys::SIZE);
    keys.chunks(32).map(<[u8]>::to_vec).collect()
}

pub fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes(), body].concat()
}

/// Nothing if it was closed without a reply.
pub fn read_reply(stream: &mut UnixStream) -> Vec<u8> {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() {
        return Vec::new();
    }
    let mut reply = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut reply).unwrap();
    reply
}
