//! On whose behalf a request is answered, where that is not this process itself.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use azvault_agent::{CallerGrants, CallerTerminal, SessionStore};
use azvault_model::Secret;
use azvault_vault::{Actor, Id, Subject};

use crate::app::ContextOverride;
use crate::endpoint::Reported;
use crate::endpoint::reach::Reach;
use crate::network::Network;
use crate::team::synced::SyncedTeams;
use crate::tokens::Renewed;

/// A process that asks the agent. What is not in its request, and what the kernel does not say of it,
/// is not looked up: the agent has no environment.
pub struct Caller {
    /// Who did it, in the audit log.
    pub actor: Actor,
    /// The context that was given for this one request.
    pub context: Option<ContextOverride>,
    /// The handle of the session that its environment names.
    pub session: Option<Secret>,
    /// Where that session would be.
    pub sessions: Arc<dyn SessionStore>,
    pub places: Places,
    /// Whom the endpoint serves that is around it, if there is one.
    pub reach: Option<Reach>,
    /// How it would reach the sign-in service.
    pub(crate) network: Network,
    /// What is known of its terminal.
    pub(crate) terminal: CallerTerminal,
    /// What was given to commands that were started.
    pub(crate) grants: CallerGrants,
    /// Tokens that services refused, as tools say.
    pub(crate) reported: Arc<Reported>,
    /// What the audit log has to have before the answer goes out.
    pub(crate) pending: PendingEntries,
    /// Tokens that were renewed for this request, and one that is to be.
    pub(crate) renewed: Renewed,
    /// The grant that it presented.
    pub(crate) grant: OnceLock<Id>,
    /// How it stands with the teams that the agent syncs.
    pub(crate) synced: Arc<SyncedTeams>,
}

impl Caller {
    /// It has presented that grant, which the audit log has with what it gets.
    pub(crate) fn presented(&self, grant: Id) {
        let _ = self.grant.set(grant);
    }
}

/// Entries of the audit log that are written with those of others who ask at the same time.
#[derive(Default)]
pub(crate) struct PendingEntries(Mutex<Vec<PendingEntry>>);

/// One of them.
pub(crate) struct PendingEntry {
    pub(crate) verb: &'static str,
    pub(crate) subjects: Vec<Subject>,
}

impl PendingEntries {
    pub(crate) fn add(&self, verb: &'static str, subjects: Vec<Subject>) {
        self.all().push(PendingEntry { verb, subjects });
    }

    pub(crate) fn take(&self) -> Vec<PendingEntry> {
        std::mem::take(&mut *self.all())
    }

    fn all(&self) -> MutexGuard<'_, Vec<PendingEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Folders and files of the user whose agent it is.
#[derive(Clone)]
pub struct Places {
    /// Where this machine remembers how far each vault has come.
    pub anchors: PathBuf,
    /// The user's own policy.
    pub user_policy: Option<PathBuf>,
}
