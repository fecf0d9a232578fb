//! Syncing in the background: the agent, while it has the keys, keeps a carrier for each team, and does its part of
//! what `team sync` does when nobody waits for an answer.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use azvault_model::{ContextList, ContextName, Environment, Secret};
use azvault_os::pipe::{Interest, Stream};
use azvault_vault::{Id, StoredSecret};

use super::carried::{FromCarrier, ToCarrier};
use super::carrier_process::CarrierProcess;
use super::kept;
use super::synced::SyncedTeams;
use crate::app::App;
use crate::audit;
use crate::contexts::VaultView;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::verbs::{DatabaseToken, StepTeam, TeamDeed, Verb};

/// How long it is waited after a failure, the first time and at most.
const MIN_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// All teams of the vault, as the agent syncs them.
#[derive(Default)]
pub(crate) struct BackgroundSync {
    teams: BTreeMap<String, TeamSync>,
    seen: Option<Seen>,
    /// When something is to be done that no carrier says.
    again: Option<Instant>,
    synced: Arc<SyncedTeams>,
}

/// What of the vault a sync may have to write.
struct Seen {
    generation: u64,
    contexts: Arc<ContextList>,
    environments: Arc<Vec<Environment>>,
    secrets: Arc<Vec<StoredSecret>>,
    /// Credentials that may be shared, and what is kept of teams.
    relevant: Vec<Id>,
}

/// One team.
struct TeamSync {
    carrier: Option<CarrierProcess>,
    /// What the carrier said and nobody has looked at.
    heard: Option<Result<FromCarrier, Failure>>,
    /// The carrier is to be told that the vault changed.
    look: bool,
    failures: u32,
    /// Without a carrier: when one is started.
    next: Instant,
}

impl BackgroundSync {
    /// What is said of it.
    pub(crate) fn synced(&self) -> Arc<SyncedTeams> {
        Arc::clone(&self.synced)
    }

    /// The connections to carriers.
    pub(crate) fn processes(&self) -> impl Iterator<Item = (&Stream, Interest)> {
        let all = self.teams.values().filter(|team| team.heard.is_none());
        all.filter_map(|team| team.carrier.as_ref())
            .map(|carrier| (carrier.stream(), carrier.waits_for()))
    }

    /// Reads what carriers say, and does nothing about it yet.
    pub(crate) fn hear(&mut self) {
        for team in self.teams.values_mut().filter(|team| team.heard.is_none()) {
            team.heard = team.carrier.as_mut().and_then(|carrier| carrier.hear().transpose());
        }
    }

    /// Whether there is something to do with a vault of this generation; without one, whether it is to be opened.
    pub(crate) fn has_work(&self, generation: Option<u64>) -> bool {
        let now = Instant::now();
        let is_due = self.again.is_none_or(|again| again <= now);
        let Some(seen) = &self.seen else { return is_due };
        generation.is_some_and(|generation| generation != seen.generation)
            || (self.again.is_some() && is_due)
            || self.teams.values().any(|team| team.heard.is_some() || team.is_due(now))
    }

    /// Lets go of all carriers: the keys go.
    pub(crate) fn forget(&mut self) {
        let (teams, seen) = Default::default();
        (self.teams, self.seen, self.again) = (teams, seen, None);
        self.synced.forget();
    }

    /// The vault could not be opened.
    pub(crate) fn put_off(&mut self) {
        self.again = Some(Instant::now() + MIN_PAUSE);
    }

    /// Takes what carriers said, tells them what changed here, and starts those that are due.
    pub(crate) fn work(&mut self, app: &App, open: &mut OpenVault) {
        self.again = None;
        self.look_at(open);
        for (name, team) in &mut self.teams {
            let worked = team.worked(app, open, name, &self.synced);
            match worked {
                Ok(()) => {}
                // Another process writes the vault.
                Err(failure) if failure.kind == Kind::Busy => {
                    self.again = Some(Instant::now() + MIN_PAUSE);
                }
                Err(failure) => team.fail(name, failure, &self.synced),
            }
        }
        // What a step has changed here is no reason for another one.
        if let Some(seen) = Seen::of(open, self.seen.take()) {
            self.seen = Some(seen);
        }
    }

    /// Finds out which teams there are, and whether what they may share has changed.
    fn look_at(&mut self, open: &mut OpenVault) {
        let before = self.seen.take();
        let Some(now) = Seen::of(open, None) else { return };
        if before.is_none_or(|before| before.differs_from(&now)) {
            let names: Vec<&str> = kept::all(&now.secrets).map(|(_, name)| name).collect();
            self.teams.retain(|name, _| names.contains(&name.as_str()));
            self.synced.retain(&names);
            for name in names {
                let team = self.teams.entry(name.to_owned()).or_insert_with(TeamSync::new);
                team.look = true;
                // What changed may be what it failed for.
                team.next = Instant::now();
            }
        }
        self.seen = Some(now);
    }
}

impl Seen {
    fn differs_from(&self, now: &Self) -> bool {
        !Arc::ptr_eq(&self.contexts, &now.contexts)
            || !Arc::ptr_eq(&self.environments, &now.environments)
            || self.relevant != now.relevant
    }

    fn of(open: &mut OpenVault, before: Option<Self>) -> Option<Self> {
        let view = VaultView::again(&open.vault, Some(Arc::clone(&open.contexts.vault)));
        let Ok(view) = view else { return before };
        open.contexts.vault = Arc::clone(&view);
        let shared = view.secrets.iter().filter(|one| super::items::is_shared(&one.description));
        let teams = kept::all(&view.secrets).map(|(id, _)| id);
        Some(Self {
            generation: open.vault.generation(),
            contexts: Arc::clone(&view.contexts),
            environments: Arc::clone(&view.environments),
            relevant: shared.map(|one| one.id).chain(teams).collect(),
            secrets: Arc::clone(&view.secrets),
        })
    }
}

impl TeamSync {
    fn new() -> Self {
        let next = Instant::now();
        Self { carrier: None, heard: None, look: false, failures: 0, next }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.carrier.is_none() && self.next <= now
    }

    fn worked(
        &mut self,
        app: &App,
        open: &mut OpenVault,
        name: &str,
        synced: &SyncedTeams,
    ) -> Result<(), Failure> {
        match self.heard.take() {
            Some(Ok(FromCarrier::Shown(shown))) => {
                let step = StepTeam {
                    team: Some(name.to_owned()),
                    deed: TeamDeed::Sync,
                    shown: Some(shown),
                };
                let mut stepped = step.answer(app, open)?;
                synced.took(name, stepped.report.warnings());
                if let Some(fault) = stepped.fault.take() {
                    return Err(fault);
                }
                self.look = false;
                match &mut self.carrier {
                    Some(carrier) if carrier.is_at(&stepped) => {
                        carrier.say(ToCarrier::Next(Box::new(stepped.without_connection())));
                    }
                    // The database is another one by now, or what one signs in with there.
                    _ => self.carrier = None,
                }
            }
            Some(Ok(FromCarrier::Quiet)) => {
                self.failures = 0;
                synced.quiet(name, app.now());
            }
            Some(Ok(FromCarrier::Failed(failure)) | Err(failure)) => return Err(failure),
            None => {}
        }
        if self.is_due(Instant::now()) {
            let step = StepTeam { team: Some(name.to_owned()), deed: TeamDeed::Sync, shown: None };
            let mut first = step.answer(app, open)?;
            if let Some(context) = first.connection.login().identity().cloned() {
                let token = database_token(app, open, context)?;
                let connection = first.take_connection().with_token(token);
                first.connection = connection;
            }
            self.carrier = Some(CarrierProcess::start(first).map_err(not_started)?);
            self.look = false;
        }
        if let Some(carrier) = self.carrier.as_mut().filter(|_| self.look) {
            carrier.say(ToCarrier::Look);
            self.look = false;
        }
        Ok(())
    }

    /// Tries again later: at once for a process that was killed, and ever less often.
    fn fail(&mut self, name: &str, failure: Failure, synced: &SyncedTeams) {
        self.carrier = None;
        let is_passing = matches!(failure.kind, Kind::Network | Kind::Other);
        let pause = MIN_PAUSE.saturating_mul(1 << self.failures.min(16)).min(MAX_PAUSE);
        self.failures += 1;
        self.next = Instant::now() + if is_passing { pause } else { MAX_PAUSE };
        synced.failed(name, failure);
    }
}

/// A token in the place of a password. Where it has to be renewed first, that is noted with the request, and it is
/// asked for again.
fn database_token(
    app: &App,
    open: &mut OpenVault,
    context: ContextName,
) -> Result<Secret, Failure> {
    let token = DatabaseToken { context }.answer(app, open)?.into_token();
    let pending = app.caller().map(|caller| caller.pending.take()).unwrap_or_default();
    open.vault.write(|writing| {
        let mut all = pending.iter();
        all.try_for_each(|one| audit::log(app, writing, one.verb, one.subjects.clone()))
    })?;
    Ok(token)
}

fn not_started(error: io::Error) -> Failure {
    Failure::new(Kind::Other, format!("syncing with the team's database: {error}"))
        .hint("azvault team sync")
}
