//! The session of this shell: where changes of process scope live.
//!
//! `AZVAULT_SESSION=<id>.<key>` names it. The state is in the agent's memory, sealed under the key.
//! A session that is named but gone is an error and never a silent way back to the default
//! context: the wrong subscription is the accident to prevent.

pub mod handle;

use std::sync::Arc;

use azvault_agent::{CallError, Leader, SessionStore};
use azvault_model::{ProcessScope, Secret};
use azvault_vault::{Id, SessionKey, VaultId};

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::{agent, paths, runtime};

/// More writers than this at one moment nobody has.
const TRIES: usize = 1000;

/// A session, and its state as it was read.
pub struct Session {
    store: Arc<dyn SessionStore>,
    vault: VaultId,
    id: Id,
    key: SessionKey,
    revision: i64,
    pub leader: u32,
    pub state: ProcessScope,
}

impl Session {
    /// The session that is named, by the environment or by the caller; `None` if none is.
    pub fn current(app: &App, vault: VaultId) -> Result<Option<Self>, Failure> {
        match app.caller() {
            Some(caller) => match &caller.session {
                Some(named) => {
                    Self::named(named, vault, [Arc::clone(&caller.sessions)].into_iter()).map(Some)
                }
                None => Ok(None),
            },
            None => {
                let Some(named) = paths::session() else { return Ok(None) };
                // Where no agent can be, as in another user's environment, there is no session either.
                runtime::folder().map_err(|e| unreachable(&e))?;
                // Two agents of a vault are rare and possible: of two environments at the same moment.
                let agents = agent::clients(vault).into_iter();
                let stores = agents.map(|agent| Arc::new(agent) as Arc<dyn SessionStore>);
                Self::named(&named, vault, stores).map(Some)
            }
        }
    }

    /// The session of a handle, from the first of these that has it.
    fn named(
        handle: &Secret,
        vault: VaultId,
        stores: impl Iterator<Item = Arc<dyn SessionStore>>,
    ) -> Result<Self, Failure> {
        let mut last = gone();
        for store in stores {
            // EXPOSE: taken apart into id and key, which stay in wiped memory.
            let (id, key) = handle::parse(handle.expose()).ok_or_else(gone)?;
            let state = ProcessScope::default();
            let mut session = Self { store, vault, id, key, revision: 0, leader: 0, state };
            match session.read() {
                Ok(()) => return Ok(session),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    /// Starts a session with a state, and gives what the environment has to say of it.
    pub fn start(
        vault: VaultId,
        leader: Leader,
        state: &ProcessScope,
    ) -> Result<(Self, Secret), Failure> {
        let client = agent::started(vault)?;
        let handle = Self::begin(&client, vault, leader, state)?;
        let stores = std::iter::once(Arc::new(client) as Arc<dyn SessionStore>);
        let session = Self::named(&handle, vault, stores)?;
        Ok((session, handle))
    }

    /// Starts a session, and gives its handle.
    pub(crate) fn begin(
        store: &dyn SessionStore,
        vault: VaultId,
        leader: Leader,
        state: &ProcessScope,
    ) -> Result<Secret, Failure> {
        let (id, key) = (Id::random(), SessionKey::generate());
        let sealed = key.seal(vault, id, 1, state);
        store.start(id, leader, &sealed).map_err(|e| match e {
            CallError::Refused => Failure::new(
                Kind::Refused,
                "the agent refused the session: its leader is no ancestor of this command, or \
                 there are too many sessions",
            )
            .hint(START),
            other => agent::failed(&other),
        })?;
        Ok(handle::of(id, &key))
    }

    pub fn id(&self) -> Id {
        self.id
    }

    /// Changes the state. `change` sees it as it is, and again if another process was faster: what
    /// two processes do at once is done one after the other.
    pub fn update<T>(
        &mut self,
        mut change: impl FnMut(&mut ProcessScope) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        for _ in 0..TRIES {
            let result = change(&mut self.state)?;
            let sealed = self.key.seal(self.vault, self.id, self.revision + 1, &self.state);
            match self.store.write(self.id, self.revision, &sealed) {
                Ok(()) => {
                    self.revision += 1;
                    return Ok(result);
                }
                Err(CallError::Conflict) => self.read()?,
                Err(CallError::NoSession | CallError::NotRunning) => return Err(gone()),
                Err(e) => return Err(agent::failed(&e)),
            }
        }
        Err(Failure::new(Kind::Busy, "too many processes change this session"))
    }

    /// Ends it.
    pub fn end(self) -> Result<(), Failure> {
        match self.store.end(self.id) {
            Ok(()) => Ok(()),
            Err(CallError::NoSession | CallError::NotRunning) => Err(gone()),
            Err(e) => Err(agent::failed(&e)),
        }
    }

    fn read(&mut self) -> Result<(), Failure> {
        let stored = self.store.read(self.id).map_err(|e| match e {
            CallError::NoSession | CallError::NotRunning | CallError::Refused => gone(),
            other => agent::failed(&other),
        })?;
        let opened = self.key.open(self.vault, self.id, stored.revision, &stored.sealed);
        self.state = opened.map_err(|_| gone())?;
        (self.revision, self.leader) = (stored.revision, stored.leader);
        Ok(())
    }
}

/// What `AZVAULT_SESSION` names is not there.
pub fn gone() -> Failure {
    Failure::new(
        Kind::SignInNeeded,
        "session is gone: its shell or the agent has ended, or it belongs to another shell",
    )
    .hint(START)
}

/// What `AZVAULT_SESSION` names cannot be looked for.
pub fn unreachable(because: &Failure) -> Failure {
    let gone = gone();
    Failure { what: format!("{} ({})", gone.what, because.what), ..gone }
}

/// There is no session, and the command needs one. Where there can be none, that is the reason.
pub fn none(why: &str) -> Failure {
    match runtime::folder() {
        Ok(_) => {
            let what = format!("{why}, and this shell has no session to keep it in");
            Failure::new(Kind::Refused, what).hint(START)
        }
        Err(Failure { what, hint, .. }) => {
            let what = format!("{why}, and this shell can have no session: {what}");
            Failure { hint, ..Failure::new(Kind::Refused, what) }
        }
    }
}

/// What starts a session in a POSIX shell. A command says it in the language of the shell in which it
/// was typed.
pub const START: &str = "eval \"$(azvault session start)\"";
