//! Who may hold the keys: the agent, and the keyring of the desktop.

use std::path::Path;
use std::time::Duration;

use azvault_agent::holder::Kind;
use azvault_agent::{CallError, Client};
use azvault_os::file::Facts;
use azvault_vault::{Locked, SlotKind};

use super::check::Check;
use crate::app::App;
use crate::shell_word::shell_path;
use crate::text::shown_path;
use crate::{agent, holders, keyring, paths};

const NAME: &str = "agent";

/// An agent that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the agent can be asked for anything: one that does not run says so at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    Yes,
    No,
}

pub(super) fn checks(app: &App, locked: &Locked) -> (Answers, Vec<Check>) {
    let (answers, mut checks) = of_this_run(app, locked);
    checks.push(all(locked));
    (answers, checks)
}

/// Every process that can hand something out of the vault, wherever it was started.
fn all(locked: &Locked) -> Check {
    let name = "holders";
    let looked = holders::look(locked.vault_id());
    let places = looked.places();
    if let Some(why) = looked.unseen {
        return Check::finding(
            name,
            format!("cannot be looked for: {why}"),
            "mount -t proc proc /proc",
        );
    }
    let own = agent::at_socket(locked.vault_id()).map(|status| status.pid);
    let is_strange =
        |one: &&holders::Found| one.kind == Kind::Agent && one.report.is_some() && one.pid != own;
    if let Some(strange) = looked.found.iter().find(is_strange) {
        let what =
            format!("no command of this shell reaches the {strange}: its socket is elsewhere");
        return Check::finding(name, what, "azvault lock");
    }
    let holding: Vec<String> = looked.holding().map(ToString::to_string).collect();
    let who = match (&holding[..], looked.found.len()) {
        ([], 0) => "no agent or endpoint is running".to_owned(),
        ([], number) => format!("{}, without keys", crate::text::count(number, "process")),
        (holding, _) => format!("keys are held by: {}", holding.join(", ")),
    };
    Check::ok(name, format!("{who} (looked at: {places})"))
}

/// The agent that commands like this one use.
fn of_this_run(app: &App, locked: &Locked) -> (Answers, Vec<Check>) {
    if app.options.no_agent {
        let what = "not looked at, because of --no-agent";
        return (Answers::Yes, vec![Check::unknown(NAME, what)]);
    }
    let Ok(client) = agent::client(locked.vault_id()) else {
        return (Answers::Yes, vec![Check::unknown(NAME, "none can run here")]);
    };
    let client = client.within(PATIENCE);
    let status = client.status();
    let sleep = match &status {
        Ok(status) if status.locks_before_sleep => "locks before the machine sleeps",
        _ => "locks after the machine woke: no login manager answers at the system bus",
    };
    let state = match status {
        Ok(status) if status.unlocked.is_some() => "runs, and holds the keys",
        Ok(_) => "runs, and holds no keys",
        Err(CallError::NotRunning) => return (Answers::Yes, vec![Check::ok(NAME, "none runs")]),
        Err(e) => {
            let what = format!("does not answer: {e}");
            let hangs =
                Check::finding(NAME, what, agent::to_end(locked.vault_id(), &client, "kill -9"));
            return (Answers::No, vec![hangs]);
        }
    };
    let sleep = Check::ok("agent-sleep", sleep);
    let agent = Check::ok(NAME, state);
    (Answers::Yes, vec![agent, sleep, socket(client.socket()), version(locked, &client)])
}

fn socket(path: &Path) -> Check {
    let name = "agent-socket";
    match Facts::of_name(path) {
        Ok(facts) if !facts.is_private() => {
            let what = format!("{} has mode {}", shown_path(path), facts.permissions());
            Check::finding(name, what, format!("chmod 600 {}", shell_path(path)))
        }
        _ => Check::ok(name, "yours alone"),
    }
}

fn version(locked: &Locked, client: &Client) -> Check {
    let name = "agent-version";
    let own = env!("CARGO_PKG_VERSION");
    match client.version() {
        Ok(version) if version == own => Check::ok(name, own),
        Ok(version) => {
            let other = if version.is_empty() { "an older one" } else { &version };
            let what = format!("the agent is of {other}, this azvault is {own}");
            Check::finding(name, what, agent::to_end(locked.vault_id(), client, "kill"))
        }
        Err(e) => Check::unknown(name, e.to_string()),
    }
}

/// A vault that opens by the keyring should find it.
pub(super) fn keyring(locked: &Locked) -> Check {
    let name = "keyring";
    if !locked.slots().iter().any(|slot| slot.kind == SlotKind::Keyring) {
        return Check::ok(name, "not used by this vault");
    }
    let lost = |what: String| Check::finding(name, what, "azvault key add raw FILE");
    if keyring::program().is_none() {
        return lost("out of reach: secret-tool of the system is not installed".to_owned());
    }
    let Some(address) = paths::session_bus() else {
        return lost("out of reach: DBUS_SESSION_BUS_ADDRESS is not set".to_owned());
    };
    let socket = address.strip_prefix("unix:path=").map(|rest| rest.split(',').next());
    match socket.flatten() {
        None => Check::unknown(name, "the session bus is not a socket with a name"),
        Some(path) => match azvault_os::pipe::answers(Path::new(path)) {
            Ok(()) => Check::ok(name, "the session bus answers"),
            Err(e) => lost(format!("out of reach: the session bus does not answer: {e}")),
        },
    }
}
