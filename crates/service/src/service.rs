//! The service: an open vault that answers the requests of other processes.

mod unasked;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use azvault_agent::{Answers, Asked, CallerSessions, NoAnswer, Reply, SessionStore, Settled};
use azvault_model::Secret;
use azvault_os::pipe::{Interest, Stream};
use azvault_vault::{Change, Keys, Locked, Problem, Sealer, Vault};

use self::unasked::Unasked;
use crate::app::{App, Options};
use crate::audit;
use crate::audit::actor_of;
use crate::caller::{Caller, PendingEntries, PendingEntry, Places};
use crate::console::Said;
use crate::contexts::{Contexts, Purpose, VaultView};
use crate::endpoint::Reported;
use crate::expected_vault;
use crate::failure::{Failure, Kind};
use crate::message::{SecretPart, encode, split};
use crate::network::Network;
use crate::opening::{KeysAt, OpenVault};
use crate::presence;
use crate::recorder::Recorder;
use crate::request::{Answered, Envelope, Memory, Nothing, Outcome, Person};
use crate::session::Session;
use crate::team::background::BackgroundSync;
use crate::tokens::{Kept, Renewals, Renewed, Ticket, Waiting};
use crate::verbs::{Handle, Opens, Unanswered, VERBS};

/// Answers requests with a vault that stays open between them.
pub struct Service {
    vault: String,
    places: Places,
    app: App,
    held: Option<Held>,
    renewals: Renewals,
    /// By tools, of all endpoints.
    reported: Arc<Reported>,
    /// Answers that go out when the audit log has them.
    unsettled: Vec<Unsettled>,
    background: BackgroundSync,
    /// Where the vault is, as the last one who asked said, for what nobody asks for.
    unasked: Option<Unasked>,
}

/// The ticket of what no process waits for.
const UNASKED: Ticket = Ticket::MAX;

/// What an answer waits for.
struct Unsettled {
    ticket: Ticket,
    app: App,
    pending: Vec<PendingEntry>,
}

/// The vault as it was left behind by the last request.
struct Held {
    path: PathBuf,
    vault: Vault,
    view: Option<Arc<VaultView>>,
}

impl Service {
    /// Of the vault with that id, for processes of the user to whom these places belong.
    pub fn new(app: &App, vault: String, places: Places) -> Self {
        let (renewals, reported) = (Renewals::default(), Arc::default());
        let (unsettled, background) = (Vec::new(), BackgroundSync::default());
        let (app, held, unasked) = (app.afresh(), None, None);
        Self { vault, places, app, held, renewals, reported, unsettled, background, unasked }
    }

    fn reply(&mut self, keys: &Arc<Keys>, asked: Asked<'_>) -> Result<Reply, NoAnswer> {
        let parts = split(asked.message).map_err(|_| NoAnswer::Foreign)?;
        let (envelope, of_head) = parts.head::<Envelope>().map_err(|_| NoAnswer::Foreign)?;
        let row = VERBS.iter().find(|row| row.name == envelope.verb).ok_or(NoAnswer::Foreign)?;
        let is_copy = envelope.memory.is_some();
        if is_copy && row.opens == Opens::Vault {
            return Err(NoAnswer::Foreign);
        }
        let recorder =
            Arc::new(Recorder::new(envelope.person, envelope.agreed).with_pins(envelope.pins));
        let expect_vault = envelope.expected.map(|pin| pin.parse()).transpose();
        let expect_vault = expect_vault.map_err(|_| NoAnswer::Foreign)?;
        let vault = Some(envelope.vault);
        let options = Options { vault, expect_vault, no_agent: true, ..Options::default() };
        let console: Arc<Recorder> = Arc::clone(&recorder);
        let ended = self.renewals.ended(asked.ticket);
        let mut said: Vec<Said> = ended.iter().flat_map(|ended| ended.said.clone()).collect();
        let sessions = Arc::new(asked.sessions);
        if !is_copy {
            let path = options.vault.clone().unwrap_or_default();
            let (grants, terminal) = (asked.grants.clone(), asked.terminal);
            let sessions = sessions.of_leader(0);
            let network = envelope.network.as_ref().map(Network::copied);
            let before = self.unasked.take().map(|before| before.network);
            let network = network.or(before).unwrap_or_default();
            self.unasked = Some(Unasked { path, sessions, grants, terminal, network });
        }
        let caller = Caller {
            actor: actor_of(asked.caller),
            context: envelope.context,
            session: envelope.session.map(SecretPart::into_value),
            sessions: Arc::clone(&sessions) as Arc<dyn SessionStore>,
            places: match envelope.memory {
                Some(Memory { anchors }) => Places { anchors, ..self.places.clone() },
                None => self.places.clone(),
            },
            reach: envelope.reach,
            network: envelope.network.unwrap_or_default(),
            terminal: asked.terminal,
            grants: asked.grants.clone(),
            reported: Arc::clone(&self.reported),
            pending: PendingEntries::default(),
            renewed: Renewed::new(ended),
            grant: OnceLock::new(),
            synced: self.background.synced(),
        };
        let app = self.app.for_caller(options, console, caller);
        if row.handle == Handle::Fresh {
            self.held = None;
        }
        let answered = presence::is_answered(row.asker, asked.terminal);
        let replied = match answered.and_then(|()| self.open(&app, keys, row.purpose)) {
            Err(failure) => Err(Unanswered::Failed(failure)),
            Ok(mut open) => {
                let mut replied = (row.answer)(&parts, of_head, &app, &mut open);
                let wanted = app.caller().and_then(|caller| caller.renewed.take_wanted());
                let waiting = self.waiting(&app, &open, &sessions, asked.ticket);
                if let (Some(wanted), Some(waiting), true) = (wanted, waiting, replied.is_err()) {
                    match self.renewals.wait(waiting, &mut open, &wanted) {
                        Ok(()) => {
                            self.keep(app.vault_path().unwrap_or_default(), open);
                            return Ok(Reply::Later);
                        }
                        Err(failure) => replied = Err(Unanswered::Failed(failure)),
                    }
                }
                if !replied.as_ref().err().is_some_and(Unanswered::is_wrong) {
                    self.keep(app.vault_path().unwrap_or_default(), open);
                }
                replied
            }
        };
        if is_copy {
            // Nothing else is asked of it: what this machine has seen says nothing of it.
            self.held = None;
        }
        said.extend(recorder.said());
        let answered = |outcome| Answered { said, outcome };
        match (replied, recorder.asks()) {
            (Ok(reply), _) => {
                let bytes = reply(&mut answered(Outcome::Done));
                let pending = app.caller().map(|caller| caller.pending.take()).unwrap_or_default();
                if pending.is_empty() {
                    return Ok(Reply::Now(bytes));
                }
                self.unsettled.push(Unsettled { ticket: asked.ticket, app, pending });
                Ok(Reply::Unsettled(bytes))
            }
            (Err(Unanswered::Foreign), _) => Err(NoAnswer::Foreign),
            (Err(Unanswered::Failed(failure)), asks) => {
                let mut answered = answered(asks.unwrap_or(Outcome::Refused(failure)));
                Ok(Reply::Now(encode(&mut answered, &mut Nothing {})))
            }
        }
    }

    /// One who waits for a token, for as long as that takes: what comes is stored for its session although it
    /// may be gone by then.
    fn waiting(
        &self,
        app: &App,
        open: &OpenVault,
        sessions: &CallerSessions,
        ticket: Ticket,
    ) -> Option<Waiting> {
        let recorder = Arc::new(Recorder::new(Person::Absent, Vec::new()));
        let leader = open.contexts.session.as_ref().map_or(0, |session| session.leader);
        let caller = app.caller()?;
        let caller = Caller {
            actor: caller.actor.clone(),
            context: None,
            session: caller.session.as_ref().map(|handle| {
                // EXPOSE: the session in which what comes is stored.
                Secret::copied_from(handle.expose())
            }),
            sessions: Arc::new(sessions.of_leader(leader)),
            places: self.places.clone(),
            reach: None,
            network: caller.network.copied(),
            terminal: caller.terminal,
            grants: caller.grants.clone(),
            reported: Arc::clone(&self.reported),
            pending: PendingEntries::default(),
            renewed: Renewed::default(),
            grant: caller.grant.clone(),
            synced: self.background.synced(),
        };
        let console: Arc<Recorder> = Arc::clone(&recorder);
        let app = self.app.for_caller(app.options.clone(), console, caller);
        Some(Waiting { app, recorder, ticket })
    }

    /// For what no process asks for.
    fn unasked_app(&self, unasked: &Unasked, renewed: Renewed) -> App {
        let caller = unasked.caller(&self.places, &self.reported, self.background.synced());
        unasked.app(&self.app, Caller { renewed, ..caller })
    }

    /// The vault of a request, with what is in it now: the one that is open already, if it is that.
    fn open(
        &mut self,
        app: &App,
        keys: &Arc<Keys>,
        purpose: Purpose,
    ) -> Result<OpenVault, Failure> {
        let path = app.vault_path()?;
        let (vault, before) = match self.held.take().filter(|held| held.path == path) {
            Some(held) => (held.vault, held.view),
            None => {
                // Nobody is kept waiting while one waits for who writes the vault: the command asks again.
                let locked = Locked::open_within(&path, Duration::ZERO)?;
                expected_vault::check_id(app, locked.vault_id())?;
                let is_its = locked.vault_id().to_string() == self.vault
                    && locked.epoch() == keys.epoch()
                    && !locked.is_anothers(keys, &self.places.anchors)?;
                if !is_its {
                    return Err(Failure::new(Kind::Locked, "this agent is of another vault"));
                }
                let keys = Box::new(Arc::clone(keys));
                let mut vault = locked.unlock_with(keys, &app.anchors()?)?;
                vault.remember_later();
                (vault, None)
            }
        };
        // Each request has an expectation of its own: one that is open was opened for another.
        expected_vault::check_id(app, vault.id())?;
        expected_vault::check_keys(app, &**keys)?;
        let read = contexts(app, &vault, before.clone(), purpose);
        match read.and_then(|read| expected_vault::check_generation(app, &vault).map(|()| read)) {
            Ok(contexts) => Ok(OpenVault { vault, keys: KeysAt::Agent, slot: None, contexts }),
            Err(failure) => {
                if !is_wrong(&failure) {
                    self.held = Some(Held { path, vault, view: before });
                }
                Err(failure)
            }
        }
    }

    /// Keeps a vault open for the next request.
    fn keep(&mut self, path: PathBuf, open: OpenVault) {
        let OpenVault { vault, contexts, .. } = open;
        self.held = Some(Held { path, vault, view: Some(contexts.vault) });
    }
}

/// What a request works on: what is in the vault now, and in its session.
fn contexts(
    app: &App,
    vault: &Vault,
    before: Option<Arc<VaultView>>,
    purpose: Purpose,
) -> Result<Contexts, Failure> {
    if purpose == Purpose::Vault {
        let view = before.unwrap_or_else(VaultView::unread);
        return Contexts::read(app, view, None, purpose);
    }
    let view = VaultView::again(vault, before)?;
    let session = match purpose {
        // What is gone keeps nobody from revoking the rest.
        Purpose::Revoke => Session::current(app, vault.id()).ok().flatten(),
        Purpose::Vault | Purpose::User => None,
        Purpose::Read | Purpose::Change => Session::current(app, vault.id())?,
    };
    Contexts::read(app, view, session, purpose)
}

/// Whether an open vault is to be opened anew before anything else is asked of it.
fn is_wrong(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Integrity | Kind::Locked | Kind::Other)
}

impl Unsettled {
    /// Its entries of the audit log.
    fn change(&self) -> Change<'_, (), Problem> {
        Box::new(|writing| {
            let mut all = self.pending.iter();
            all.try_for_each(|one| audit::log(&self.app, writing, one.verb, one.subjects.clone()))
        })
    }
}

impl Unanswered {
    fn is_wrong(&self) -> bool {
        match self {
            Self::Failed(failure) => is_wrong(failure),
            Self::Foreign => false,
        }
    }
}

impl Answers for Service {
    fn answer(&mut self, keys: &Arc<Keys>, asked: Asked<'_>) -> Result<Reply, NoAnswer> {
        self.reply(keys, asked)
    }

    fn forget(&mut self) {
        self.held = None;
        self.app.pins.forget_all();
        self.unsettled.clear();
        self.renewals.forget();
        self.background.forget();
    }

    fn settle(&mut self, keys: &Arc<Keys>) -> Vec<Settled> {
        let unsettled = std::mem::take(&mut self.unsettled);
        let Some(first) = unsettled.first() else { return Vec::new() };
        let told = match self.open(&first.app, keys, Purpose::Vault) {
            Err(failure) => unsettled.iter().map(|_| Err(failure.clone())).collect(),
            Ok(mut open) => {
                let told = open.vault.write_together(unsettled.iter().map(Unsettled::change));
                self.keep(first.app.vault_path().unwrap_or_default(), open);
                told.into_iter().map(|told| told.map_err(Failure::from)).collect::<Vec<_>>()
            }
        };
        let instead = |failure| {
            let outcome = Outcome::Refused(failure);
            encode(&mut Answered { said: Vec::new(), outcome }, &mut Nothing {})
        };
        let settled = |(one, told): (&Unsettled, Result<(), Failure>)| Settled {
            ticket: one.ticket,
            outcome: told.map_err(instead),
        };
        unsettled.iter().zip(told).map(settled).collect()
    }

    fn is_at_work_for(&self, ticket: Ticket) -> bool {
        self.renewals.is_at_work_for(ticket)
    }

    fn forget_ticket(&mut self, ticket: Ticket) {
        self.renewals.forget_ticket(ticket);
    }

    fn processes(&self) -> Vec<(&Stream, Interest)> {
        let processes = self.renewals.processes();
        let renewers = processes.map(|process| (process.stream(), process.waits_for()));
        renewers.chain(self.background.processes()).collect()
    }

    fn work_unasked(&mut self, keys: &Arc<Keys>) {
        let Some(unasked) = &self.unasked else { return };
        let generation = self.held.as_ref().map(|held| held.vault.generation());
        if !self.background.has_work(generation) {
            return;
        }
        let ended = self.renewals.ended(UNASKED);
        let has_ended = !ended.is_empty();
        let app = self.unasked_app(unasked, Renewed::new(ended));
        match self.open(&app, keys, Purpose::User) {
            Ok(mut open) => {
                self.background.work(&app, &mut open);
                if has_ended {
                    self.renewals.forget_ticket(UNASKED);
                }
                let wanted = app.caller().and_then(|caller| caller.renewed.take_wanted());
                if let (Some(wanted), Some(unasked)) = (wanted, &self.unasked) {
                    let recorder = Arc::new(Recorder::new(Person::Absent, Vec::new()));
                    let app = self.unasked_app(unasked, Renewed::default());
                    let waiting = Waiting { app, recorder, ticket: UNASKED };
                    // Why none comes is said when it is asked for again.
                    let _ = self.renewals.wait(waiting, &mut open, &wanted);
                }
                self.keep(app.vault_path().unwrap_or_default(), open);
            }
            Err(_) => self.background.put_off(),
        }
    }

    fn go_on(&mut self, keys: &Arc<Keys>) {
        self.background.hear();
        for answered in self.renewals.answered() {
            let mut renewals = std::mem::take(&mut self.renewals);
            let kept = renewals.take(answered, |app| self.open(app, keys, Purpose::Read));
            self.renewals = renewals;
            if let Some(Kept { path, open }) = kept {
                self.keep(path, open);
            }
        }
    }
}
