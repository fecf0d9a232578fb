//! The service: an open vault that answers the requests of other processes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azvault_agent::{Answers, Asked, NoAnswer};
use azvault_vault::{Keys, Locked, Sealer, Vault};

use crate::app::{App, Options};
use crate::audit::actor_of;
use crate::caller::{Caller, Places};
use crate::contexts::{Contexts, Purpose, VaultView};
use crate::expected_vault;
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, encode, split};
use crate::opening::{OpenVault, Reopener};
use crate::recorder::Recorder;
use crate::request::{Answered, Envelope, Memory, Nothing, Outcome};
use crate::session::Session;
use crate::verbs::{Encode, Handle, Opens, Row, Unanswered, VERBS};

/// Answers requests with a vault that stays open between them.
pub struct Service {
    vault: String,
    places: Places,
    app: App,
    held: Option<Held>,
}

/// The vault as it was left behind by the last request.
struct Held {
    path: PathBuf,
    vault: Vault,
    view: Option<Arc<VaultView>>,
}

/// What a request is answered with, or why it is not.
type Replied = Result<Encode, Unanswered>;

impl Service {
    /// Of the vault with that id, for processes of the user to whom these places belong.
    pub fn new(app: &App, vault: String, places: Places) -> Self {
        Self { vault, places, app: app.afresh(), held: None }
    }

    fn reply(&mut self, keys: &Arc<Keys>, asked: Asked<'_>) -> Result<Bytes, NoAnswer> {
        let parts = split(asked.message).map_err(|_| NoAnswer::Foreign)?;
        let (envelope, of_head) = parts.head::<Envelope>().map_err(|_| NoAnswer::Foreign)?;
        let row = VERBS.iter().find(|row| row.name == envelope.verb).ok_or(NoAnswer::Foreign)?;
        let is_copy = envelope.memory.is_some();
        if is_copy && row.opens == Opens::Vault {
            return Err(NoAnswer::Foreign);
        }
        let recorder = Arc::new(Recorder::new(envelope.person, envelope.agreed));
        let expect_vault = envelope.expected.map(|pin| pin.parse()).transpose();
        let expect_vault = expect_vault.map_err(|_| NoAnswer::Foreign)?;
        let vault = Some(envelope.vault);
        let options = Options { vault, expect_vault, no_agent: true, ..Options::default() };
        let console: Arc<Recorder> = Arc::clone(&recorder);
        let caller = Caller {
            actor: actor_of(asked.caller),
            context: envelope.context,
            session: envelope.session.map(|handle| handle.value),
            sessions: Arc::new(asked.sessions),
            places: match envelope.memory {
                Some(Memory { anchors }) => Places { anchors, ..self.places.clone() },
                None => self.places.clone(),
            },
            reach: envelope.reach,
        };
        let app = self.app.for_caller(options, console, caller);
        let replied = self.open(&app, keys, row).map_err(Unanswered::Failed);
        let replied = replied.and_then(|mut open| {
            let replied = (row.answer)(&parts, of_head, &app, &mut open);
            self.keep(&app, open, replied)
        });
        if is_copy {
            // Nothing else is asked of it: what this machine has seen says nothing of it.
            self.held = None;
        }
        let said = recorder.said();
        let answered = |outcome| Answered { said, outcome };
        match (replied, recorder.asked()) {
            (Ok(reply), _) => Ok(reply(&mut answered(Outcome::Done))),
            (Err(Unanswered::Foreign), _) => Err(NoAnswer::Foreign),
            (Err(Unanswered::Failed(_)), Some(question)) => {
                Ok(encode(&mut answered(Outcome::Asks(question)), &mut Nothing {}))
            }
            (Err(Unanswered::Failed(failure)), None) => {
                Ok(encode(&mut answered(Outcome::Refused(failure)), &mut Nothing {}))
            }
        }
    }

    /// The vault of a request, with what is in it now: the one that is open already, if it is that.
    fn open(&mut self, app: &App, keys: &Arc<Keys>, row: &Row) -> Result<OpenVault, Failure> {
        let path = app.vault_path()?;
        if row.handle == Handle::Fresh {
            self.held = None;
        }
        let (vault, before) = match self.held.take().filter(|held| held.path == path) {
            Some(held) => (held.vault, held.view),
            None => {
                // Others who write the vault have this process seal what they write: to wait for them
                // would be to wait for ever.
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
        expected_vault::check_keys(app, &**keys)?;
        let read = contexts(app, &vault, before.clone(), row);
        match read.and_then(|read| expected_vault::check_generation(app, &vault).map(|()| read)) {
            Ok(contexts) => {
                Ok(OpenVault { vault, reopener: Reopener::Agent, slot: None, contexts })
            }
            Err(failure) => {
                if !is_wrong(&failure) {
                    self.held = Some(Held { path, vault, view: before });
                }
                Err(failure)
            }
        }
    }

    /// Keeps a vault open for the next request, unless something is wrong with it.
    fn keep(&mut self, app: &App, open: OpenVault, replied: Replied) -> Replied {
        let failed = |unanswered: &Unanswered| match unanswered {
            Unanswered::Failed(failure) => is_wrong(failure),
            Unanswered::Foreign => false,
        };
        if !replied.as_ref().err().is_some_and(failed) {
            let OpenVault { vault, contexts, .. } = open;
            let path = app.options.vault.clone().unwrap_or_default();
            self.held = Some(Held { path, vault, view: Some(contexts.vault) });
        }
        replied
    }
}

/// What a request works on: what is in the vault now, and in its session.
fn contexts(
    app: &App,
    vault: &Vault,
    before: Option<Arc<VaultView>>,
    row: &Row,
) -> Result<Contexts, Failure> {
    if row.purpose == Purpose::Vault {
        let view = before.unwrap_or_else(VaultView::unread);
        return Contexts::read(app, view, None, row.purpose);
    }
    let view = VaultView::again(vault, before)?;
    let session = match row.purpose {
        // What is gone keeps nobody from revoking the rest.
        Purpose::Revoke => Session::current(app, vault.id()).ok().flatten(),
        Purpose::Vault | Purpose::Read | Purpose::Change => Session::current(app, vault.id())?,
    };
    Contexts::read(app, view, session, row.purpose)
}

/// Whether an open vault is to be opened anew before anything else is asked of it.
fn is_wrong(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Integrity | Kind::Locked | Kind::Other)
}

impl Answers for Service {
    fn answer(&mut self, keys: &Arc<Keys>, asked: Asked<'_>) -> Result<Bytes, NoAnswer> {
        self.reply(keys, asked)
    }

    fn forget(&mut self) {
        self.held = None;
    }
}
