//! The processes that can still hand something out of a vault: where they are looked for, what each
//! says of itself, and how they are locked.

use std::fmt;
use std::time::{Duration, Instant};

use azvault_agent::holder::{self, HeldKeys, Holder, Kind, Report, Whose};
use azvault_vault::VaultId;
use serde::Serialize;

use crate::text::shown_path;
use crate::{agent, runtime};

/// How long processes that were asked to wipe their keys have to say that they did.
const TO_WIPE: Duration = Duration::from_secs(5);

/// How long a renewal is waited for, so that what the service gave it is there. It holds no key.
const TO_STORE: Duration = Duration::from_secs(5);

/// How long after each other they are asked.
const APART: Duration = Duration::from_millis(20);

/// What was found, and where.
pub struct Looked {
    pub found: Vec<Found>,
    /// In words, for who has to know what was not looked at.
    pub places: Vec<String>,
    /// Why not all of them could be looked at.
    pub unseen: Option<String>,
}

/// A process, and what it said.
pub struct Found {
    pub kind: Kind,
    pub pid: Option<u32>,
    /// `None` where it did not answer.
    pub report: Option<Report>,
}

/// The same for programs.
#[derive(Clone, Serialize)]
pub struct HolderView {
    kind: &'static str,
    /// `null` for a process of another pid namespace.
    pid: Option<u32>,
    /// The process that it serves, where that is another one.
    leader: Option<u32>,
    /// `null` where it did not answer.
    holds_keys: Option<bool>,
    idle_limit_s: Option<u64>,
    idle_s: Option<u64>,
    expires_s: Option<u64>,
}

impl Looked {
    /// Whether one of them holds keys for sure.
    pub fn holding(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|one| one.keys().is_some())
    }

    /// Those of which nobody knows.
    pub fn silent(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|one| one.report.is_none())
    }

    /// Where was looked, as one text.
    pub fn places(&self) -> String {
        self.places.join(", ")
    }

    pub fn views(&self) -> Vec<HolderView> {
        self.found.iter().map(HolderView::from).collect()
    }
}

impl Found {
    fn of(holder: &Holder) -> Self {
        // A renewal has no time to say so: it never has a key.
        let report = match holder.kind {
            Kind::Renewal => Some(Report { keys: None, leader: None }),
            Kind::Agent | Kind::Endpoint => holder.report(),
        };
        Self { kind: holder.kind, pid: holder.pid(), report }
    }

    pub fn keys(&self) -> Option<HeldKeys> {
        self.report.and_then(|report| report.keys)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if let Some(leader) = self.report.and_then(|report| report.leader) {
            write!(f, " of process {leader}")?;
        }
        match self.pid {
            Some(pid) => write!(f, " (process {pid})"),
            None => f.write_str(" (in another pid namespace, or too busy to tell)"),
        }
    }
}

impl From<&Found> for HolderView {
    fn from(found: &Found) -> Self {
        let keys = found.keys();
        Self {
            kind: found.kind.as_str(),
            pid: found.pid,
            leader: found.report.and_then(|report| report.leader),
            holds_keys: found.report.map(|report| report.keys.is_some()),
            idle_limit_s: keys.map(|keys| keys.idle_limit),
            idle_s: keys.map(|keys| keys.idle),
            expires_s: keys.map(|keys| keys.expires),
        }
    }
}

/// Where processes are looked for: through the kernel, wherever they were started from, and in the
/// folders of this user's agents, which another network namespace may share.
pub fn places() -> Vec<String> {
    let kernel = format!("{}, the sockets of this network namespace", holder::SOCKETS);
    let folders = runtime::folders().into_iter().map(|folder| shown_path(&folder));
    std::iter::once(kernel).chain(folders).collect()
}

/// Why the kernel's list could not be read.
pub fn unseen(error: &std::io::Error) -> String {
    format!("{}: {error}", holder::SOCKETS)
}

/// The processes of a vault, each asked how it is.
pub fn look(vault: VaultId) -> Looked {
    let (holders, unseen) = found(vault);
    let mut found: Vec<Found> = holders.iter().map(Found::of).collect();
    found.extend(beyond(vault, &holders));
    Looked { found, places: places(), unseen }
}

fn found(vault: VaultId) -> (Vec<Holder>, Option<String>) {
    match holder::look(Whose::Vault(&vault.to_string())) {
        Ok(holders) => (holders, None),
        Err(e) => (Vec::new(), Some(unseen(&e))),
    }
}

/// The agent at this run's socket, where the kernel's list does not show it.
fn beyond(vault: VaultId, known: &[Holder]) -> Option<Found> {
    let status = agent::at_socket(vault)?;
    if known.iter().any(|holder| holder.kind == Kind::Agent && holder.pid() == Some(status.pid)) {
        return None;
    }
    let keys = status.unlocked.map(|held| HeldKeys {
        idle_limit: held.idle_limit_s.unwrap_or_default(),
        idle: held.idle_s,
        expires: held.expires_s,
    });
    let report = Some(Report { keys, leader: None });
    Some(Found { kind: Kind::Agent, pid: Some(status.pid), report })
}

/// What became of the processes of a vault.
pub struct Locked {
    /// Those that hold no key any more, as they were before.
    pub looked: Looked,
    /// Those of which that is not certain.
    pub left: Vec<Found>,
}

/// Has every process of a vault wipe its keys, and waits until each says so. A renewal is left to end: it
/// has no key and hands out nothing, and what a service gives once would be lost.
pub fn lock(vault: VaultId) -> Locked {
    let (holders, unseen) = found(vault);
    let mut before: Vec<Found> = holders.iter().map(Found::of).collect();
    let (renewals, holders): (Vec<_>, Vec<_>) =
        holders.into_iter().partition(|holder| holder.kind == Kind::Renewal);
    for holder in &holders {
        // One that has ended needs no signal, and one that stays is found below.
        let _ = holder.hang_up();
    }
    let beyond = beyond(vault, &holders);
    let mut left: Vec<Found> = Vec::new();
    if let Some(beyond) = beyond {
        let locked = agent::lock(vault).is_ok();
        if locked { before.push(beyond) } else { left.push(beyond) }
    }
    left.extend(within(TO_WIPE, holders, has_wiped).iter().map(Found::of));
    within(TO_STORE, renewals, Holder::has_ended);
    before.retain(|one| !left.iter().any(|left| left.pid == one.pid && left.kind == one.kind));
    Locked { looked: Looked { found: before, places: places(), unseen }, left }
}

fn has_wiped(holder: &Holder) -> bool {
    holder.has_ended() || holder.report().is_some_and(|report| report.keys.is_none())
}

/// Those that are not done by then.
fn within(
    patience: Duration,
    mut holders: Vec<Holder>,
    is_done: impl Fn(&Holder) -> bool,
) -> Vec<Holder> {
    let start = Instant::now();
    loop {
        holders.retain(|holder| !is_done(holder));
        if holders.is_empty() || start.elapsed() >= patience {
            return holders;
        }
        std::thread::sleep(APART);
    }
}
