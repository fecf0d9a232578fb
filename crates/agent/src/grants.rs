//! Grants: what a command that was started may ask for, each bound to the process that it was given to.
//!
//! Who presents a grant has its handle, of which the agent has the hash alone, and descends from that
//! process. What a grant is for is sealed under the vault's keys: a locked agent has no name of anybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azvault_os::process::{self, ProcessHandle};

use crate::protocol::{Body, Message, Outcome};

/// More grants than this nobody has.
const MAX_GRANTS: usize = 1024;

/// Longest box of one grant.
const MAX_SEALED: usize = 4 * 1024;

/// What a grant takes in a message besides its box.
const HEAD: usize = 32 + 8 + 4 + 8 + 1 + 4;

/// The hash of a handle.
pub type HandleHash = [u8; 32];

/// A grant, as it is given to the agent.
pub struct NewGrant {
    /// Of its handle.
    pub hash: HandleHash,
    /// The id by which a person ends it.
    pub id: i64,
    /// Whether the vault counts as used as long as its process runs.
    pub keeps: KeepsUnlocked,
    /// What it is for, sealed.
    pub sealed: Vec<u8>,
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
    /// What it is for, sealed.
    pub sealed: Vec<u8>,
}

/// All that this agent gave.
#[derive(Default)]
pub(crate) struct Grants(HashMap<HandleHash, Grant>);

struct Grant {
    id: i64,
    keeps: KeepsUnlocked,
    sealed: Vec<u8>,
    started: u64,
    process: ProcessHandle,
}

impl Grants {
    /// Binds a new grant to a process.
    pub(crate) fn give(&mut self, new: NewGrant, to: u32) -> Result<(), Outcome> {
        self.sweep();
        let NewGrant { hash, id, keeps, sealed } = new;
        let is_known = self.0.contains_key(&hash) || self.0.values().any(|one| one.id == id);
        if is_known || self.0.len() >= MAX_GRANTS || sealed.len() > MAX_SEALED || to == 0 {
            return Err(Outcome::Refused);
        }
        let started = process::facts(to).ok_or(Outcome::Refused)?.started;
        let process = ProcessHandle::open_started(to, started).ok_or(Outcome::Refused)?;
        self.0.insert(hash, Grant { id, keeps, sealed, started, process });
        Ok(())
    }

    /// The grant of a handle, for a process that descends from the one that it is bound to.
    fn of(&mut self, hash: &HandleHash, caller: u32) -> Option<GivenGrant> {
        self.sweep();
        let grant = self.0.get(hash)?;
        let belongs = process::descends(caller, grant.process.pid()) && !grant.process.has_ended();
        belongs.then(|| grant.given())
    }

    fn all(&mut self) -> Vec<GivenGrant> {
        self.sweep();
        self.0.values().map(Grant::given).collect()
    }

    fn end(&mut self, id: i64) {
        self.0.retain(|_, grant| grant.id != id);
    }

    /// Whether a command runs as whose use the vault counts.
    pub(crate) fn keeps_unlocked(&mut self) -> bool {
        self.sweep();
        self.0.values().any(|grant| grant.keeps == KeepsUnlocked::WhileItRuns)
    }

    /// Those of processes that have ended go.
    fn sweep(&mut self) {
        self.0.retain(|_, grant| !grant.process.has_ended());
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
            message
                .raw(hash)
                .i64(grant.id)
                .u32(grant.process.pid())
                .u64(grant.started)
                .u8(grant.keeps.number())
                .bytes(&grant.sealed)
        })
    }

    /// Takes over what another agent handed over; `None` for what is no such message.
    pub(crate) fn taken_over(body: &mut Body<'_>) -> Option<Self> {
        let mut taken = HashMap::new();
        for _ in 0..body.u32()? {
            let (hash, id, pid) = (body.hash()?, body.i64()?, body.u32()?);
            let (started, keeps, sealed) = (body.u64()?, body.u8()?, body.bytes()?);
            if taken.len() >= MAX_GRANTS || sealed.len() > MAX_SEALED {
                return None;
            }
            let Some(process) = ProcessHandle::open_started(pid, started) else { continue };
            let (keeps, sealed) = (KeepsUnlocked::of(keeps), sealed.to_vec());
            taken.insert(hash, Grant { id, keeps, sealed, started, process });
        }
        Some(Self(taken))
    }
}

impl Grant {
    fn given(&self) -> GivenGrant {
        GivenGrant { id: self.id, process: self.process.pid(), sealed: self.sealed.clone() }
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

    /// Gives the caller one; `false` where there are too many.
    pub fn give(&self, new: NewGrant) -> bool {
        lock(&self.grants).give(new, self.caller).is_ok()
    }

    /// The grant of a handle, if the caller descends from the process that it is bound to.
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
mod tests {
    use std::process::{Command, Stdio};

    use super::{Grants, KeepsUnlocked, NewGrant};
    use crate::protocol::{Body, Message};

    fn new(number: u8) -> NewGrant {
        let (hash, id) = ([number; 32], i64::from(number));
        NewGrant { hash, id, keeps: KeepsUnlocked::WhenAsked, sealed: b"sealed".to_vec() }
    }

    #[test]
    fn a_grant_is_for_its_process_and_what_descends_from_it() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let own = std::process::id();
        let mut grants = Grants::default();
        grants.give(new(1), own).unwrap();
        grants.give(new(2), child.id()).unwrap();
        assert!(grants.give(new(2), own).is_err(), "a handle is of one grant");
        assert!(grants.give(new(3), u32::MAX).is_err(), "nobody");
        for (hash, caller, id) in [
            ([1; 32], own, Some(1)),
            ([1; 32], child.id(), Some(1)),
            ([2; 32], child.id(), Some(2)),
            // Its parent started it, and does not descend from it.
            ([2; 32], own, None),
            ([3; 32], own, None),
            ([1; 32], 1, None),
        ] {
            assert_eq!(grants.of(&hash, caller).map(|grant| grant.id), id);
        }
        let frame = grants.handed_over(Message::new(0, grants.room())).finish().unwrap();
        let mut taken = Grants::taken_over(&mut Body(&frame[5..])).unwrap();
        assert_eq!(
            taken.of(&[2; 32], child.id()).map(|grant| grant.sealed),
            Some(b"sealed".to_vec())
        );
        grants.end(1);
        assert!(grants.of(&[1; 32], own).is_none());
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(grants.is_empty() && taken.all().len() == 1, "it ends with its process");
    }

    #[test]
    fn nonsense_is_no_grant() {
        for bytes in [&[][..], &[0, 0], &[0, 0, 0, 1], &[0, 0, 0, 1, 9, 9, 9]] {
            assert!(Grants::taken_over(&mut Body(bytes)).is_none(), "{bytes:?}");
        }
    }
}
