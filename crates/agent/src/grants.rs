//! Grants: what a command that was started may ask for, each bound to the process that it was given to.
//!
//! Who presents a grant has its handle, of which the agent has the hash alone, and descends from that
//! process. A grant that a process has claimed is that process's alone: an endpoint of a process that goes
//! on is nobody's child once the command that started it has ended. What a grant is for is sealed under the
//! vault's keys: a locked agent has no name of anybody.

mod bound_process;
mod expiry;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azvault_os::process;

use self::bound_process::{HandedProcess, Process};
use self::expiry::Expiry;
use crate::clock;
use crate::protocol::{Body, Leader, Message, Outcome};

/// More grants than this nobody has.
const MAX_GRANTS: usize = 1024;

/// Longest box of one grant: some three thousand accounts by name.
const MAX_SEALED: usize = 1024 * 1024;

/// What a grant takes in a message besides its box.
const HEAD: usize = 32 + 8 + 2 * PROCESS + 1 + 1 + 8 + 8 + 4;

/// What a process takes: its number and its start.
const PROCESS: usize = 4 + 8;

/// All grants together: they are handed over in one message, with the sessions.
pub(crate) const MAX_TOTAL: usize = 8 * 1024 * 1024;

/// The hash of a handle.
pub type HandleHash = [u8; 32];

/// A grant, as it is given to the agent.
pub struct NewGrant {
    /// Of its handle.
    pub hash: HandleHash,
    /// The id by which a person ends it.
    pub id: i64,
    /// The process that it is bound to: the one that asks for it, or an ancestor of that.
    pub process: Leader,
    /// Whether the vault counts as used as long as its process runs.
    pub keeps: KeepsUnlocked,
    /// When it ends, whatever runs, in Unix seconds.
    pub expires: Option<i64>,
    /// What it is for, sealed.
    pub sealed: Vec<u8>,
}

impl NewGrant {
    /// What it takes in a message.
    pub(crate) fn room(&self) -> usize {
        self.hash.len() + 8 + 4 + 1 + 1 + 8 + 4 + self.sealed.len()
    }

    pub(crate) fn written(&self, message: Message) -> Message {
        message
            .raw(&self.hash)
            .i64(self.id)
            .u32(self.process.number())
            .u8(self.keeps.number())
            .u8(u8::from(self.expires.is_some()))
            .i64(self.expires.unwrap_or_default())
            .bytes(&self.sealed)
    }

    pub(crate) fn of(body: &mut Body<'_>) -> Option<Self> {
        let (hash, id, process) = (body.hash()?, body.i64()?, Leader::of(body.u32()?));
        let (keeps, is_expiring, expires) =
            (KeepsUnlocked::of(body.u8()?), body.u8()?, body.i64()?);
        let expires = (is_expiring == 1).then_some(expires);
        Some(Self { hash, id, process, keeps, expires, sealed: body.bytes()?.to_vec() })
    }
}

/// Whether the vault counts as used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepsUnlocked {
    /// While the process of the grant runs.
    WhileItRuns,
    /// When something is asked for.
    WhenAsked,
}

/// A grant that somebody has.
pub struct GivenGrant {
    /// Its id.
    pub id: i64,
    /// The process that it is bound to.
    pub process: u32,
    /// When it ends, in Unix seconds.
    pub expires: Option<i64>,
    /// What it is for, sealed.
    pub sealed: Vec<u8>,
}

/// All that this agent gave.
#[derive(Default)]
pub(crate) struct Grants(HashMap<HandleHash, Grant>);

struct Grant {
    id: i64,
    keeps: KeepsUnlocked,
    expires: Option<Expiry>,
    sealed: Vec<u8>,
    process: Process,
    /// The one process that may present it, once that has claimed it.
    presenter: Option<Process>,
}

impl Grants {
    /// Binds a new grant to the process that asks, or to an ancestor of it.
    pub(crate) fn give(&mut self, new: NewGrant, caller: u32) -> Result<(), Outcome> {
        self.sweep();
        let NewGrant { hash, id, process, keeps, expires, sealed } = new;
        let is_known = self.0.contains_key(&hash) || self.0.values().any(|one| one.id == id);
        let has_room = self.0.len() < MAX_GRANTS
            && sealed.len() <= MAX_SEALED
            && self.room() + HEAD + sealed.len() <= MAX_TOTAL;
        let pid = match process {
            Leader::Caller => caller,
            Leader::Parent => process::facts(caller).ok_or(Outcome::Refused)?.parent,
            Leader::Ancestor(pid) => pid,
        };
        if is_known || !has_room || pid == 0 {
            return Err(Outcome::Refused);
        }
        let process = Process::of(pid).ok_or(Outcome::Refused)?;
        if !process.is_ancestor_of(caller) {
            return Err(Outcome::Refused);
        }
        let expires = expires.map(|wall| Expiry::of(wall, clock::now()));
        self.0.insert(hash, Grant { id, keeps, expires, sealed, process, presenter: None });
        Ok(())
    }

    /// Makes a grant the caller's alone, which descends from the process that it is bound to. Done twice, it
    /// is as before; by another process it is refused.
    pub(crate) fn claim(&mut self, hash: &HandleHash, caller: u32) -> Result<(), Outcome> {
        self.sweep();
        let grant = self.0.get_mut(hash).ok_or(Outcome::Refused)?;
        if grant.presenter.is_none() && grant.process.is_ancestor_of(caller) {
            grant.presenter = Process::of(caller);
        }
        let is_callers = grant.presenter.as_ref().is_some_and(|presenter| presenter.is(caller));
        is_callers.then_some(()).ok_or(Outcome::Refused)
    }

    /// The grant of a handle, for a process that may present it.
    fn of(&mut self, hash: &HandleHash, caller: u32) -> Option<GivenGrant> {
        self.sweep();
        let grant = self.0.get(hash)?;
        let may = match &grant.presenter {
            Some(presenter) => presenter.is(caller) && !grant.process.handle.has_ended(),
            None => grant.process.is_ancestor_of(caller),
        };
        may.then(|| grant.given())
    }

    fn all(&mut self) -> Vec<GivenGrant> {
        self.sweep();
        self.0.values().map(Grant::given).collect()
    }

    /// Ends one. The process that has claimed it has nothing to do any more, and hears of it.
    fn end(&mut self, id: i64) {
        let ended = self.0.extract_if(|_, grant| grant.id == id);
        for presenter in ended.filter_map(|(_, grant)| grant.presenter) {
            let _ = presenter.handle.hang_up();
        }
    }

    /// Whether a command runs as whose use the vault counts.
    pub(crate) fn keeps_unlocked(&mut self) -> bool {
        self.sweep();
        self.0.values().any(|grant| grant.keeps == KeepsUnlocked::WhileItRuns)
    }

    /// Those of processes that have ended go, and those whose time is over.
    fn sweep(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let now = clock::now();
        self.0.retain(|_, grant| {
            let processes = std::iter::once(&grant.process).chain(&grant.presenter);
            !processes.into_iter().any(|process| process.handle.has_ended())
                && !grant.expires.is_some_and(|expires| expires.is_past(now))
        });
    }

    pub(crate) fn is_empty(&mut self) -> bool {
        self.sweep();
        self.0.is_empty()
    }

    /// How much all of them take in a message.
    pub(crate) fn room(&self) -> usize {
        4 + self.0.values().map(|grant| HEAD + grant.sealed.len()).sum::<usize>()
    }

    /// All of them, for the agent that takes over.
    pub(crate) fn handed_over(&self, message: Message) -> Message {
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.iter().fold(message.u32(number), |message, (hash, grant)| {
            let message = grant.process.handed_over(message.raw(hash).i64(grant.id));
            let message = match &grant.presenter {
                Some(presenter) => presenter.handed_over(message),
                None => message.u32(0).u64(0),
            };
            let (wall, boot) = grant.expires.map_or((0, 0), |Expiry { wall, boot }| (wall, boot));
            message
                .u8(grant.keeps.number())
                .u8(u8::from(grant.expires.is_some()))
                .i64(wall)
                .u64(boot)
                .bytes(&grant.sealed)
        })
    }

    /// Takes over what another agent handed over; `None` for what is no such message.
    pub(crate) fn taken_over(body: &mut Body<'_>) -> Option<Self> {
        let mut taken = HashMap::new();
        for _ in 0..body.u32()? {
            let (hash, id) = (body.hash()?, body.i64()?);
            let (process, presenter) = (HandedProcess::of(body)?, HandedProcess::of(body)?);
            let (keeps, is_expiring) = (body.u8()?, body.u8()?);
            let (wall, boot, sealed) = (body.i64()?, body.u64()?, body.bytes()?);
            if taken.len() >= MAX_GRANTS || sealed.len() > MAX_SEALED {
                return None;
            }
            let Some(process) = process.found() else { continue };
            let presenter = match presenter.pid {
                0 => None,
                _ => match presenter.found() {
                    Some(presenter) => Some(presenter),
                    // It would be anybody's.
                    None => continue,
                },
            };
            let expires = (is_expiring == 1).then_some(Expiry { wall, boot });
            let (keeps, sealed) = (KeepsUnlocked::of(keeps), sealed.to_vec());
            taken.insert(hash, Grant { id, keeps, expires, sealed, process, presenter });
        }
        Some(Self(taken))
    }
}

impl Grant {
    fn given(&self) -> GivenGrant {
        GivenGrant {
            id: self.id,
            process: self.process.pid(),
            expires: self.expires.map(|expires| expires.wall),
            sealed: self.sealed.clone(),
        }
    }
}

impl KeepsUnlocked {
    pub(crate) fn number(self) -> u8 {
        u8::from(self == Self::WhileItRuns)
    }

    pub(crate) fn of(number: u8) -> Self {
        if number == 1 { Self::WhileItRuns } else { Self::WhenAsked }
    }
}

/// The grants of this process, as one of its callers may see them.
#[derive(Clone)]
pub struct CallerGrants {
    grants: Arc<Mutex<Grants>>,
    caller: u32,
}

impl CallerGrants {
    pub(crate) fn new(grants: Arc<Mutex<Grants>>, caller: u32) -> Self {
        Self { grants, caller }
    }

    /// Gives one, to the caller or an ancestor of it; `false` where there are too many, or it is none.
    pub fn give(&self, new: NewGrant) -> bool {
        lock(&self.grants).give(new, self.caller).is_ok()
    }

    /// The grant of a handle, if the caller may present it.
    pub fn of(&self, hash: &HandleHash) -> Option<GivenGrant> {
        lock(&self.grants).of(hash, self.caller)
    }

    /// All of them, whose ever they are.
    pub fn all(&self) -> Vec<GivenGrant> {
        lock(&self.grants).all()
    }

    /// Ends the one of an id.
    pub fn end(&self, id: i64) {
        lock(&self.grants).end(id);
    }
}

/// A request that panicked left whole grants behind: each is changed in one step.
pub(crate) fn lock(grants: &Mutex<Grants>) -> MutexGuard<'_, Grants> {
    grants.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
