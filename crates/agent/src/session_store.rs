//! Where the sealed states of sessions are: with an agent, or in this process, which is one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azvault_vault::Id;

use crate::client::{CallError, Client, StoredSession};
use crate::protocol::{Leader, Outcome};
use crate::sessions::Sessions;

/// Reads and writes the sealed states of sessions, for one process that may belong to them.
pub trait SessionStore: Send + Sync {
    /// Starts one that ends with its leader.
    fn start(&self, id: Id, leader: Leader, sealed: &[u8]) -> Result<(), CallError>;

    /// A session to which the process belongs.
    fn read(&self, id: Id) -> Result<StoredSession, CallError>;

    /// Puts a state in the place of the one that was read, with the next revision.
    fn write(&self, id: Id, read: i64, sealed: &[u8]) -> Result<(), CallError>;

    /// Ends it.
    fn end(&self, id: Id) -> Result<(), CallError>;
}

impl SessionStore for Client {
    fn start(&self, id: Id, leader: Leader, sealed: &[u8]) -> Result<(), CallError> {
        self.start_session(id, leader, sealed)
    }

    fn read(&self, id: Id) -> Result<StoredSession, CallError> {
        self.read_session(id)
    }

    fn write(&self, id: Id, read: i64, sealed: &[u8]) -> Result<(), CallError> {
        self.write_session(id, read, sealed)
    }

    fn end(&self, id: Id) -> Result<(), CallError> {
        self.end_session(id)
    }
}

/// The sessions that this process holds, as one of its callers may see them.
pub struct CallerSessions {
    sessions: Arc<Mutex<Sessions>>,
    caller: u32,
}

impl CallerSessions {
    pub(crate) fn new(sessions: Arc<Mutex<Sessions>>, caller: u32) -> Self {
        Self { sessions, caller }
    }

    /// The same as the leader of a session sees them: for what is done for a member of it that may be gone
    /// before it is done.
    pub fn of_leader(&self, leader: u32) -> Self {
        Self::new(Arc::clone(&self.sessions), leader)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        lock(&self.sessions)
    }
}

/// A request that panicked left whole sessions behind: each is changed in one step.
pub(crate) fn lock(sessions: &Mutex<Sessions>) -> MutexGuard<'_, Sessions> {
    sessions.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SessionStore for CallerSessions {
    fn start(&self, id: Id, leader: Leader, sealed: &[u8]) -> Result<(), CallError> {
        self.sessions().start(id.number(), leader, sealed, self.caller).map_err(refused)
    }

    fn read(&self, id: Id) -> Result<StoredSession, CallError> {
        let mut sessions = self.sessions();
        let session = sessions.of(id.number(), self.caller).map_err(refused)?;
        let (revision, leader) = (session.revision, session.leader);
        Ok(StoredSession { revision, leader, sealed: session.sealed.clone() })
    }

    fn write(&self, id: Id, read: i64, sealed: &[u8]) -> Result<(), CallError> {
        self.sessions().write(id.number(), read, sealed, self.caller).map_err(refused)
    }

    fn end(&self, id: Id) -> Result<(), CallError> {
        self.sessions().end(id.number(), self.caller).map_err(refused)
    }
}

fn refused(outcome: Outcome) -> CallError {
    match outcome {
        Outcome::NoSession => CallError::NoSession,
        Outcome::Conflict => CallError::Conflict,
        _ => CallError::Refused,
    }
}
