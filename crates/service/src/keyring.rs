//! The keyring of the desktop (the Secret Service of freedesktop.org), by its own program; on Windows the
//! credentials that the system keeps.
//!
//! What it keeps for a slot is a raw key under three attributes: the service azvault, the vault's
//! id, and the slot's salt, which no other wrapping has. The key goes through pipes, never through
//! an argument.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use azvault_os::keyring;
use azvault_vault::{Locked, RawKey, SlotKind, Try, VaultId};
use data_encoding::HEXLOWER;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::shown;
use crate::{descriptor, paths, system_program};

/// The program of libsecret.
const PROGRAM: &str = "secret-tool";

/// Where the program is. It gets a key that opens the vault alone, so it is never one that a folder
/// of the PATH happens to have.
pub fn program() -> Option<PathBuf> {
    system_program::find(PROGRAM)
}

/// An entry of the keyring, by what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    vault: String,
    slot: String,
}

impl Entry {
    /// For a slot of a vault, by the slot's salt.
    pub fn new(vault: VaultId, salt: [u8; 16]) -> Self {
        Self { vault: vault.to_string(), slot: HEXLOWER.encode(&salt) }
    }

    /// Puts a key in.
    pub fn store(&self, key: &RawKey) -> Result<(), Failure> {
        if keyring::IS_THERE {
            let text = key.to_text();
            return keyring::store(&self.name(), text.as_bytes()).map_err(|e| system_refused(&e));
        }
        let mut command = self.command("store", &["--label=azvault: key of a vault"])?;
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|e| not_run(&e))?;
        let text = key.to_text();
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(text.as_bytes()));
        let output = child.wait_with_output().map_err(|e| not_run(&e))?;
        match written {
            Ok(()) if output.status.success() => Ok(()),
            _ => Err(refused(&output)),
        }
    }

    /// The key; `None` if the keyring has none.
    pub fn look_up(&self) -> Result<Option<RawKey>, Failure> {
        if keyring::IS_THERE {
            let bytes = keyring::look_up(&self.name()).map_err(|e| system_refused(&e))?;
            return Ok(bytes.and_then(|bytes| RawKey::parse(&bytes).ok()));
        }
        let mut command = self.command("lookup", &[])?;
        let mut child = command.spawn().map_err(|e| not_run(&e))?;
        let bytes = child.stdout.take().map(descriptor::read_all).transpose();
        let output = child.wait_with_output().map_err(|e| not_run(&e))?;
        if !output.status.success() {
            return if output.stderr.is_empty() { Ok(None) } else { Err(refused(&output)) };
        }
        let bytes = bytes.map_err(|e| not_run(&e))?.unwrap_or_default();
        Ok(RawKey::parse(&bytes).ok())
    }

    /// Takes it out, if it is there.
    pub fn clear(&self) -> Result<(), Failure> {
        if keyring::IS_THERE {
            return keyring::clear(&self.name()).map_err(|e| system_refused(&e));
        }
        let output = self.command("clear", &[])?.output().map_err(|e| not_run(&e))?;
        if output.stderr.is_empty() { Ok(()) } else { Err(refused(&output)) }
    }

    /// As the system's own keyring has it.
    fn name(&self) -> String {
        format!("azvault:vault={};slot={}", self.vault, self.slot)
    }

    fn command(&self, verb: &str, options: &[&str]) -> Result<Command, Failure> {
        let mut command = Command::new(program().ok_or_else(not_installed)?);
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command.envs(paths::for_keyring());
        command.arg(verb).args(options);
        command.args(["service", "azvault", "vault", &self.vault, "slot", &self.slot]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }
}

/// The first key that the keyring has for a slot of this vault. One that does not answer is no
/// reason to give up: the person is asked then.
pub(crate) fn any_of(app: &App, locked: &Locked, which: Try) -> Option<RawKey> {
    let slots = locked.slots().iter().filter(|slot| slot.kind == SlotKind::Keyring);
    let mut slots = slots.filter(|slot| which == Try::All || which == Try::Slot(slot.id));
    slots.find_map(|slot| match Entry::new(locked.vault_id(), slot.salt).look_up() {
        Ok(key) => key,
        Err(failure) => {
            app.console.detail(failure.what);
            None
        }
    })
}

fn system_refused(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Unsupported, format!("the keyring of this system does not answer: {error}"))
        .hint("azvault key add raw FILE")
}

fn not_installed() -> Failure {
    let what = "the keyring is reached by the system's program secret-tool, which is not installed";
    Failure::new(Kind::Unsupported, what)
        .hint("sudo apt install libsecret-tools (Fedora, Arch: libsecret)")
}

fn not_run(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Other, format!("{PROGRAM}: {error}"))
}

/// What the program says is about the service, never a key.
fn refused(output: &Output) -> Failure {
    let said = std::str::from_utf8(&output.stderr).ok().and_then(|text| text.lines().next());
    let said = shown(said.unwrap_or("it does not say why"));
    Failure::new(Kind::Unsupported, format!("the keyring does not answer: {said}"))
        .hint("unlock the keyring of your desktop; over SSH and in CI there is none: azvault key add raw FILE")
}
