//! What the agent goes by where no process asks: it acts for the user whose keys it holds.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use azvault_agent::{CallerGrants, CallerSessions, CallerTerminal};

use crate::app::{App, Options};
use crate::audit::actor_of;
use crate::caller::{Caller, PendingEntries, Places};
use crate::endpoint::Reported;
use crate::network::Network;
use crate::recorder::Recorder;
use crate::request::Person;
use crate::team::synced::SyncedTeams;
use crate::tokens::Renewed;

/// What the last process that asked said and had.
pub(super) struct Unasked {
    /// Where the vault is.
    pub(super) path: PathBuf,
    pub(super) sessions: CallerSessions,
    pub(super) grants: CallerGrants,
    pub(super) terminal: CallerTerminal,
    /// How the last one that said so would reach the sign-in service.
    pub(super) network: Network,
}

impl Unasked {
    /// The agent itself, which is in no session: the audit log has it as who did it.
    pub(super) fn caller(
        &self,
        places: &Places,
        reported: &Arc<Reported>,
        synced: Arc<SyncedTeams>,
    ) -> Caller {
        Caller {
            actor: actor_of(std::process::id()),
            context: None,
            session: None,
            sessions: Arc::new(self.sessions.of_leader(0)),
            places: places.clone(),
            reach: None,
            network: self.network.copied(),
            terminal: self.terminal,
            grants: self.grants.clone(),
            reported: Arc::clone(reported),
            pending: PendingEntries::default(),
            renewed: Renewed::default(),
            grant: OnceLock::new(),
            synced,
        }
    }

    pub(super) fn app(&self, of_service: &App, caller: Caller) -> App {
        let vault = Some(self.path.clone());
        let options = Options { vault, no_agent: true, ..Options::default() };
        let console = Arc::new(Recorder::new(Person::Absent, Vec::new()));
        of_service.for_caller(options, console, caller)
    }
}
