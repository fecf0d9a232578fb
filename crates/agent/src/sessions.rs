//! The state of sessions: sealed boxes in memory, each bound to a shell.

use std::collections::HashMap;

use azvault_os::process::{self, ProcessFacts, ProcessHandle};

use crate::grants;
use crate::protocol::{Body, Leader, MAX_FRAME, Message, Outcome};

/// More sessions than this nobody has.
const MAX_SESSIONS: usize = 256;

/// Longest box of one session.
const MAX_SEALED: usize = 4 * 1024 * 1024;

/// What a session takes in a message besides its box.
const HEAD: usize = 8 + 4 + 8 + 4 + 8 + 4;

/// All boxes together: they are handed over in one message.
const MAX_TOTAL: usize = MAX_FRAME - 5 - MAX_SESSIONS * HEAD - grants::MAX_TOTAL;

#[derive(Default)]
pub(crate) struct Sessions(HashMap<i64, Session>);

pub(crate) struct Session {
    pub(crate) leader: u32,
    process: ProcessFacts,
    /// Readable when the leader has ended.
    pub(crate) ended: ProcessHandle,
    pub(crate) revision: i64,
    pub(crate) sealed: Vec<u8>,
}

impl Sessions {
    /// Binds a new session to its leader, who must be the caller or an ancestor of it.
    pub(crate) fn start(
        &mut self,
        id: i64,
        leader: Leader,
        sealed: &[u8],
        caller: u32,
    ) -> Result<(), Outcome> {
        let has_room = self.0.len() < MAX_SESSIONS && self.has_room_for(sealed, 0);
        if !has_room || self.0.contains_key(&id) {
            return Err(Outcome::Refused);
        }
        let pid = match leader {
            Leader::Caller => caller,
            Leader::Parent => process::facts(caller).ok_or(Outcome::Refused)?.parent,
            Leader::Ancestor(pid) => pid,
        };
        // A process whose parent ended was given to init, which is nobody's shell. In a container the
        // shell can be process 1, and then its children are of its terminal session.
        let sid = |pid| process::facts(pid).map(|process| process.terminal);
        let is_init = pid <= 1 && leader == Leader::Parent && sid(pid) != sid(caller);
        if is_init || pid == 0 || !process::descends(caller, pid) {
            return Err(Outcome::Refused);
        }
        let before = process::facts(pid).ok_or(Outcome::Refused)?;
        let ended = ProcessHandle::open(pid).map_err(|_| Outcome::Refused)?;
        // The handle is of the process that was looked at, and of none that came after it.
        if process::facts(pid).map(|process| process.started) != Some(before.started) {
            return Err(Outcome::Refused);
        }
        let session =
            Session { leader: pid, process: before, ended, revision: 1, sealed: sealed.to_vec() };
        self.0.insert(id, session);
        Ok(())
    }

    /// A session, for a process that belongs to it: a descendant of its leader, or one of the same
    /// terminal session, which a job keeps whose parent has ended.
    pub(crate) fn of(&mut self, id: i64, caller: u32) -> Result<&mut Session, Outcome> {
        let session = self.0.get_mut(&id).ok_or(Outcome::NoSession)?;
        // A leader that ended a moment ago may not have been noticed yet, and another process may
        // have its number by now.
        let leader = process::facts(session.leader).map(|process| process.started);
        if leader != Some(session.process.started) {
            return Err(Outcome::NoSession);
        }
        let belongs = process::descends(caller, session.leader)
            || process::facts(caller)
                .is_some_and(|process| process.terminal == session.process.terminal);
        if belongs { Ok(session) } else { Err(Outcome::NoSession) }
    }

    /// Puts a new state in the place of the one that was read.
    pub(crate) fn write(
        &mut self,
        id: i64,
        revision: i64,
        sealed: &[u8],
        caller: u32,
    ) -> Result<(), Outcome> {
        let session = self.of(id, caller)?;
        if session.revision != revision {
            return Err(Outcome::Conflict);
        }
        let before = session.sealed.len();
        if !self.has_room_for(sealed, before) {
            return Err(Outcome::Refused);
        }
        let session = self.of(id, caller)?;
        session.revision += 1;
        session.sealed = sealed.to_vec();
        Ok(())
    }

    /// Whether a box fits, where one of so many bytes goes for it.
    fn has_room_for(&self, sealed: &[u8], before: usize) -> bool {
        let all: usize = self.0.values().map(|session| session.sealed.len()).sum();
        sealed.len() <= MAX_SEALED && all - before + sealed.len() <= MAX_TOTAL
    }

    /// All of them, for the agent that takes over: boxes that only their shells can open.
    pub(crate) fn handed_over(&self, message: Message) -> Message {
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.iter().fold(message.u32(number), |message, (id, session)| {
            message
                .i64(*id)
                .u32(session.leader)
                .u64(session.process.started)
                .u32(session.process.terminal)
                .i64(session.revision)
                .bytes(&session.sealed)
        })
    }

    /// How much all of them take in a message.
    pub(crate) fn room(&self) -> usize {
        4 + self.0.values().map(|session| HEAD + session.sealed.len()).sum::<usize>()
    }

    /// Takes over what another agent handed over; those whose leader has ended are left out. `None` for
    /// what is no such message.
    pub(crate) fn taken_over(body: &mut Body<'_>) -> Option<Self> {
        let mut taken = HashMap::new();
        for _ in 0..body.u32()? {
            let (id, leader, started) = (body.i64()?, body.u32()?, body.u64()?);
            let (terminal, revision, sealed) = (body.u32()?, body.i64()?, body.bytes()?);
            if taken.len() >= MAX_SESSIONS || sealed.len() > MAX_SEALED {
                return None;
            }
            let Some(ended) = ProcessHandle::open_started(leader, started) else { continue };
            let Some(process) = process::facts(leader) else { continue };
            let process = ProcessFacts { terminal, started, ..process };
            let sealed = sealed.to_vec();
            taken.insert(id, Session { leader, process, ended, revision, sealed });
        }
        Some(Self(taken))
    }

    pub(crate) fn end(&mut self, id: i64, caller: u32) -> Result<(), Outcome> {
        self.of(id, caller)?;
        self.0.remove(&id);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: i64) {
        self.0.remove(&id);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &Session)> {
        self.0.iter().map(|(id, session)| (*id, session))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
