//! Asking: the agent answers, where it has the keys; else this process unlocks the vault, and answers
//! itself. Both run the same verb.

use std::time::{Duration, Instant};

use azvault_agent::{CallError, Client};
use azvault_vault::Locked;

use crate::app::App;
use crate::console::Answer;
use crate::contexts::Purpose;
use crate::endpoint::az_folder;
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, SecretPart, encode, split};
use crate::online::network_of_process;
use crate::opening::{OpenVault, Opener, Unasked};
use crate::request::{Answered, Envelope, Memory, Outcome, Person, TypedPin};
use crate::session::Session;
use crate::unlock_inputs::UnlockInput;
use crate::verbs::{Handle, Opens, Verb};
use crate::{agent, paths};

/// How long an answer may take for which the sign-in service is asked: longer than the renewer gives it, with
/// all credentials that there are.
const ONLINE: Duration = Duration::from_secs(10 * 60);

/// How long others may write the vault, and how long after each other it is looked whether they do.
const TO_WRITE: Duration = Duration::from_secs(10);
const APART: Duration = Duration::from_millis(20);

/// What a verb gives, whoever answers. A person is asked for what unlocks the vault, if need be.
pub fn ask<V: Verb>(app: &App, verb: V) -> Result<V::Reply, Failure> {
    Requests::new(app).ask(verb)
}

/// Several requests of one command: a vault that it had to unlock for one of them stays open for the
/// next.
pub struct Requests<'a> {
    app: &'a App,
    open: Option<OpenVault>,
}

impl<'a> Requests<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, open: None }
    }

    /// Of a vault that was just made, which what it was made for opens.
    pub fn of_new_vault(app: &'a App, given: UnlockInput) -> Result<Self, Failure> {
        let open = Opener::new(app).open_new(given)?.again(app, Purpose::Vault)?;
        Ok(Self { app, open: Some(open) })
    }

    /// As [`ask`].
    pub fn ask<V: Verb>(&mut self, mut verb: V) -> Result<V::Reply, Failure> {
        let mut found = Found(None);
        if self.open.is_none() {
            match said_or_found(self.app, &mut verb)? {
                Said::Reply(reply) => return Ok(reply),
                Said::Nothing(what) => found = what,
            }
        }
        let mut open = self.opened::<V>().map_err(|failure| found.or(failure))?;
        let reply = verb.answer(self.app, &mut open);
        self.open = Some(open);
        reply
    }

    /// Has a vault that is open here let go of what was read of it: there is much to do before the next request,
    /// or that one reads all of it in any case.
    pub(crate) fn forget(&self) {
        if let Some(open) = &self.open {
            open.vault.forget();
        }
    }

    fn opened<V: Verb>(&mut self) -> Result<OpenVault, Failure> {
        let (app, purpose) = (self.app, V::PURPOSE);
        let Some(open) = self.open.take() else { return Opener::new(app).reading(purpose).open() };
        match V::HANDLE {
            Handle::Kept => open.without_contexts().again(app, purpose),
            Handle::Fresh => open.afresh(app)?.again(app, purpose),
        }
    }
}

/// What an agent says.
pub(crate) enum Said<Reply> {
    Reply(Reply),
    /// The vault is to be opened here.
    Nothing(Found),
}

/// What an agent found that does not answer.
pub(crate) struct Found(Option<Failure>);

impl Found {
    /// What there is to say where the vault cannot be opened here: what the agent found, if there is no terminal on
    /// which to ask for what opens it.
    pub(crate) fn or(self, failure: Failure) -> Failure {
        match failure.kind {
            Kind::NeedsTerminal => {
                self.0.filter(|found| found.kind != Kind::Locked).unwrap_or(failure)
            }
            _ => failure,
        }
    }
}

/// The agent's reply, or what it found.
pub(crate) fn said_or_found<V: Verb>(app: &App, verb: &mut V) -> Result<Said<V::Reply>, Failure> {
    match said_by_agent(app, verb) {
        Ok(Some(reply)) => Ok(Said::Reply(reply)),
        Ok(None) => Ok(Said::Nothing(Found(None))),
        Err(failure) if is_for_opener(&failure) => Ok(Said::Nothing(Found(Some(failure)))),
        Err(failure) => Err(failure),
    }
}

/// What can be told without a question.
pub enum UnaskedReply<Reply> {
    /// The vault is locked: what this shell's session says is all there is.
    Locked(Option<Box<Session>>),
    Reply(Reply),
}

/// As [`ask`], without asking anybody for what unlocks the vault.
pub fn ask_unasked<V: Verb>(app: &App, mut verb: V) -> Result<UnaskedReply<V::Reply>, Failure> {
    let found = match said_or_found(app, &mut verb)? {
        Said::Reply(reply) => return Ok(UnaskedReply::Reply(reply)),
        Said::Nothing(Found(found)) => found,
    };
    match (Opener::new(app).reading(V::PURPOSE).open_unasked()?, found.filter(is_wrong)) {
        (Unasked::Open(mut open), _) => Ok(UnaskedReply::Reply(verb.answer(app, &mut open)?)),
        (Unasked::Locked(_), Some(found)) => Err(found),
        (Unasked::Locked(session), None) => Ok(UnaskedReply::Locked(session)),
    }
}

/// Whether the vault is to be opened here, with what unlocks it: the agent has no keys, or does not answer this
/// terminal, or it found something else than the vault that was there.
fn is_for_opener(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Locked | Kind::UnlockedElsewhere) || is_wrong(failure)
}

/// Whether an agent that has the keys could not open the vault with them. With a passphrase it turns out
/// what was changed.
fn is_wrong(failure: &Failure) -> bool {
    failure.kind == Kind::Integrity
}

/// As [`by_agent`], with all that an agent refuses.
pub(crate) fn said_by_agent<V: Verb>(app: &App, verb: &mut V) -> Result<Option<V::Reply>, Failure> {
    if app.options.no_agent || (app.ignores_anchors() && V::OPENS == Opens::Vault) {
        return Ok(None);
    }
    from_agent(app, verb)
}

/// What a verb gives that is about what the agent holds.
pub fn ask_agent<V: Verb>(app: &App, mut verb: V) -> Result<V::Reply, Failure> {
    match said_or_found(app, &mut verb)? {
        Said::Reply(reply) => Ok(reply),
        Said::Nothing(Found(found)) => Err(found.unwrap_or_else(|| {
            let what =
                "the vault is locked, or its agent is not to be asked: what it holds is not known";
            Failure::new(Kind::Locked, what).hint("azvault unlock")
        })),
    }
}

/// The agent's reply, whatever it is. Others who write the vault are waited for, here and not in the agent, who
/// answers everybody. `None` where none answers, or it has not the keys.
pub(crate) fn from_agent<V: Verb>(app: &App, verb: &mut V) -> Result<Option<V::Reply>, Failure> {
    let start = Instant::now();
    loop {
        match asked_once(app, verb) {
            Err(failure)
                if failure.kind == Kind::Busy
                    && failure.retry_after.is_none()
                    && start.elapsed() < TO_WRITE =>
            {
                std::thread::sleep(APART);
            }
            answered => return answered,
        }
    }
}

fn asked_once<V: Verb>(app: &App, verb: &mut V) -> Result<Option<V::Reply>, Failure> {
    let Some(client) = client(app)? else { return Ok(None) };
    let sees_session = V::PURPOSE.sees_session();
    let is_given = matches!(V::PURPOSE, Purpose::Read | Purpose::Change);
    let mut envelope = Envelope {
        verb: V::NAME.to_owned(),
        vault: app.vault_path()?,
        expected: app.options.expect_vault.as_ref().map(ToString::to_string),
        memory: app.memory().map(|anchors| Memory { anchors }),
        reach: if V::PURPOSE == Purpose::Change { az_folder::reach_around() } else { None },
        context: if is_given { app.given()? } else { None },
        person: match (V::ASKS || V::GOES_ONLINE) && app.terminal().is_some() {
            true => Person::Present,
            false => Person::Absent,
        },
        agreed: Vec::new(),
        pins: Vec::new(),
        session: match sees_session {
            true => paths::session().map(SecretPart::new),
            false => None,
        },
        network: V::GOES_ONLINE.then(|| network_of_process(app)),
    };
    let client = if V::GOES_ONLINE { client.within(ONLINE) } else { client };
    loop {
        let work = V::WORK.map(|work| app.console.spinner(work));
        let answer = call(&client, &encode(&mut envelope, verb));
        drop(work);
        let Some(answer) = answer? else { return Ok(None) };
        let parts = split(&answer).map_err(|_| foreign())?;
        let (answered, of_head) = parts.head::<Answered>().map_err(|_| foreign())?;
        let failure = match answered.outcome {
            Outcome::Done => {
                answered.said.iter().for_each(|said| app.console.say(said.line, &said.text));
                let reply = parts.body(of_head).map_err(|_| foreign())?;
                V::answered(app, &reply);
                return Ok(Some(reply));
            }
            Outcome::Asks(question) => {
                let Some(mut terminal) = app.terminal() else { return Err(foreign()) };
                match terminal.ask_yes(&question)? {
                    Answer::Yes => envelope.agreed.push(question),
                    Answer::No => return Err(Failure::new(Kind::Aborted, "nothing was done")),
                }
                continue;
            }
            Outcome::AsksPin(question) => {
                let Some(mut terminal) = app.terminal() else { return Err(foreign()) };
                let pin = SecretPart::new(terminal.ask_pin(&question)?);
                envelope.pins.push(TypedPin { question, pin });
                continue;
            }
            Outcome::Refused(failure) => failure,
        };
        if !is_for_opener(&failure) {
            answered.said.iter().for_each(|said| app.console.say(said.line, &said.text));
        }
        return Err(failure);
    }
}

/// The answer to a message; `None` where nobody answers who could.
fn call(client: &Client, message: &Bytes) -> Result<Option<Bytes>, Failure> {
    match client.ask(message) {
        Ok(answer) => Ok(Some(answer)),
        // What is too large for a message is for who has the keys in its own process.
        Err(CallError::NotRunning | CallError::Locked | CallError::TooLarge) => Ok(None),
        Err(CallError::Refused) => Err(foreign()),
        Err(e) => Err(agent::failed(&e)),
    }
}

/// The agent that would answer. Of a single one it is not asked whose it is: it refuses what is not
/// its vault's.
fn client(app: &App) -> Result<Option<Client>, Failure> {
    if let Some(client) = agent::only_one() {
        return Ok(Some(client));
    }
    // Why a vault cannot be opened, or an agent not be found, is for who opens it to say.
    let locked = Locked::open(&app.vault_path()?).ok();
    Ok(locked.and_then(|locked| agent::client(locked.vault_id()).ok()))
}

/// The agent is of another version.
fn foreign() -> Failure {
    Failure::new(Kind::Other, "the agent is of another version of azvault")
        .hint("azvault lock; azvault unlock")
}
