//! When a machine or an account may be in other hands: everything is locked, then what there is to
//! revoke is listed.
//!
//! Locking comes first and needs nothing but the kernel. The list is read with the keys of an agent
//! that is about to end, if it has them; that gets a few seconds and can hold up nothing else.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use azvault_agent::holder::{self, Whose};
use azvault_agent::presence;
use azvault_vault::Try;

use crate::app::App;
use crate::ask::said_by_agent;
use crate::endpoint::az_folder;
use crate::failure::{Failure, Kind};
use crate::opening::{Hold, Opener};
use crate::shell_word::shell_path;
use crate::text::shown_path;
use crate::verbs::{ListToRevoke, ListedSecret, LogPanic, Verb};
use crate::{holders, runtime};

/// How long agents are left their keys, so that the list can be read with them.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the processes that hold keys.
#[derive(Default)]
pub struct Ended {
    pub agents: usize,
    pub endpoints: usize,
    pub renewals: usize,
    /// Processes that could not be ended.
    pub left: Vec<Left>,
    /// Why not all could be looked for.
    pub unseen: Option<String>,
}

/// A process that may still hold keys.
pub struct Left {
    /// `None` where it is not known which.
    pub pid: Option<u32>,
    /// What to type to end it.
    pub next: String,
}

impl Ended {
    /// How many have ended.
    pub fn number(&self) -> usize {
        self.agents + self.endpoints + self.renewals
    }

    /// Whether none is left, as far as the kernel says.
    pub fn is_all(&self) -> bool {
        self.left.is_empty() && self.unseen.is_none()
    }

    fn count(&mut self, kind: holder::Kind) {
        match kind {
            holder::Kind::Agent => self.agents += 1,
            holder::Kind::Endpoint => self.endpoints += 1,
            holder::Kind::Renewal => self.renewals += 1,
        }
    }
}

/// Whether the vault's log tells of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Logged {
    Yes,
    No,
}

/// Ends everything, and reads the list if an agent had the keys for it.
pub fn lock_all(app: &App) -> (Ended, Option<(Vec<ListedSecret>, Logged)>) {
    let mut ended = Ended::default();
    // No token is needed for the list: what hands some out goes at once.
    end(&mut ended, |kind| kind != holder::Kind::Agent);
    let read = thread::scope(|scope| {
        let (send, receive) = channel();
        scope.spawn(move || {
            if let Err(failure) = read(app, &send) {
                app.console.warning(format!("not read with the agent's keys: {}", failure.what));
            }
        });
        let read = receive_in_time(&receive);
        end(&mut ended, |_| true);
        end_in_folder(app, &mut ended);
        read
    });
    (ended, read)
}

/// The list, with whatever opens the vault now that everything is locked.
pub fn read_afterwards(app: &App) -> Result<(Vec<ListedSecret>, Logged), Failure> {
    let opened = Opener::new(app).open_slot(Try::All, Hold::Nowhere);
    let opened = opened.map_err(|failure| match failure.kind {
        Kind::NeedsTerminal => Failure::new(
            Kind::NeedsTerminal,
            "what there is to revoke is sealed, and there is no terminal to prompt on",
        )
        .hint("azvault panic in a terminal, or azvault panic --passphrase-file FILE"),
        _ => failure,
    })?;
    let mut open = opened.into_open().to_revoke(app)?;
    let secrets = ListToRevoke {}.answer(app, &mut open)?.secrets;
    let logged = match (LogPanic {}).answer(app, &mut open) {
        Ok(_) => Logged::Yes,
        Err(_) => Logged::No,
    };
    Ok((secrets, logged))
}

/// What the reading says on its way.
enum Step {
    Read(Vec<ListedSecret>),
    Logged,
}

/// Reads with the keys of the agent; silent where it has none.
fn read(app: &App, send: &Sender<Step>) -> Result<(), Failure> {
    let read = match said_by_agent(app, &mut ListToRevoke {}) {
        Err(failure) if failure.kind == Kind::Locked => return Ok(()),
        read => read?,
    };
    let Some(read) = read else { return Ok(()) };
    // Nobody receives it where that took too long.
    let _ = send.send(Step::Read(read.secrets));
    if said_by_agent(app, &mut LogPanic {})?.is_some() {
        let _ = send.send(Step::Logged);
    }
    Ok(())
}

fn receive_in_time(receive: &Receiver<Step>) -> Option<(Vec<ListedSecret>, Logged)> {
    let start = Instant::now();
    let next = || receive.recv_timeout(PATIENCE.saturating_sub(start.elapsed())).ok();
    let Some(Step::Read(secrets)) = next() else { return None };
    let logged = if next().is_some() { Logged::Yes } else { Logged::No };
    Some((secrets, logged))
}

/// Ends those of these kinds, of all vaults.
fn end(ended: &mut Ended, is_meant: impl Fn(holder::Kind) -> bool) {
    let mut found = match holder::look(Whose::Anyone) {
        Ok(found) => found,
        Err(e) => {
            ended.unseen = Some(holders::unseen(&e));
            return;
        }
    };
    found.retain(|holder| is_meant(holder.kind));
    let all: Vec<_> = found.iter().map(|one| (one.kind, one.pid())).collect();
    let left = holder::end(found);
    for (kind, pid) in all {
        if left.iter().any(|one| one.pid() == pid) {
            let next = match pid {
                Some(pid) => format!("kill -9 {pid}"),
                None => "azvault panic, in the container or pid namespace of it".to_owned(),
            };
            ended.left.retain(|known| known.pid != pid || pid.is_none());
            ended.left.push(Left { pid, next });
            continue;
        }
        ended.count(kind);
    }
    // Of the endpoints that have ended.
    runtime::folders().iter().for_each(|folder| az_folder::sweep(folder));
}

/// Ends agents of these folders that the kernel's list does not show: those of another network namespace.
fn end_in_folder(app: &App, ended: &mut Ended) {
    let present = |folder: std::path::PathBuf| {
        presence::present(&folder).unwrap_or_else(|e| {
            app.console.warning(format!("{}: {e}", shown_path(&folder)));
            Vec::new()
        })
    };
    let found: Vec<_> = runtime::folders().into_iter().flat_map(present).collect();
    let number = found.len();
    let left = presence::end(found);
    ended.agents += number - left.len();
    for one in left {
        let pid = one.process.as_ref().map(|process| process.pid());
        if pid.is_none_or(|pid| ended.left.iter().all(|known| known.pid != Some(pid))) {
            ended.left.push(Left { pid, next: format!("fuser --kill {}", shell_path(&one.file)) });
        }
    }
}
