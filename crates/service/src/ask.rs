//! Asking: the agent answers, where it has the keys; else this process unlocks the vault, and answers
//! itself. Both run the same verb.

use azvault_agent::{CallError, Client};
use azvault_vault::Locked;

use crate::app::App;
use crate::console::Answer;
use crate::contexts::Purpose;
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, encode, split};
use crate::opening::{OpenVault, Opener, Unasked};
use crate::request::{Answered, Envelope, Outcome, Person, SessionHandle};
use crate::session::Session;
use crate::unlock_inputs::UnlockInput;
use crate::verbs::{Handle, Verb};
use crate::{agent, paths};

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
        let open = Opener::new(app).open_with(given)?.again(app, Purpose::Vault)?;
        Ok(Self { app, open: Some(open) })
    }

    /// As [`ask`].
    pub fn ask<V: Verb>(&mut self, mut verb: V) -> Result<V::Reply, Failure> {
        if self.open.is_none()
            && let Some(reply) = by_agent(self.app, &mut verb)?
        {
            return Ok(reply);
        }
        let mut open = self.opened::<V>()?;
        let reply = verb.answer(self.app, &mut open);
        self.open = Some(open);
        reply
    }

    fn opened<V: Verb>(&mut self) -> Result<OpenVault, Failure> {
        let (app, purpose) = (self.app, V::PURPOSE);
        let Some(open) = self.open.take() else { return Opener::new(app).reading(purpose).open() };
        match V::HANDLE {
            Handle::Kept => open.without_contexts().again(app, purpose),
            Handle::Fresh => {
                let OpenVault { reopener, vault, contexts, .. } = open;
                drop((vault, contexts));
                reopener.open_vault(app)?.again(app, purpose)
            }
        }
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
    if let Some(reply) = by_agent(app, &mut verb)? {
        return Ok(UnaskedReply::Reply(reply));
    }
    Ok(match Opener::new(app).open_unasked()? {
        Unasked::Locked(session) => UnaskedReply::Locked(session),
        Unasked::Open(mut open) => UnaskedReply::Reply(verb.answer(app, &mut open)?),
    })
}

/// The agent's reply; `None` where none is to be asked, none answers, or it has not the keys: what that
/// means, and what to do, whoever opens the vault finds out.
pub fn by_agent<V: Verb>(app: &App, verb: &mut V) -> Result<Option<V::Reply>, Failure> {
    // An agent knows the vaults of this machine as it has seen them, and nothing else of them.
    if app.options.no_agent || app.options.expect_vault.is_some() || app.ignores_anchors() {
        return Ok(None);
    }
    let Some(client) = client(app)? else { return Ok(None) };
    let of_vault_alone = V::PURPOSE == Purpose::Vault;
    let mut envelope = Envelope {
        verb: V::NAME.to_owned(),
        vault: app.vault_path()?,
        context: if of_vault_alone { None } else { app.given()? },
        person: match V::ASKS && app.terminal().is_some() {
            true => Person::Present,
            false => Person::Absent,
        },
        agreed: Vec::new(),
        session: match of_vault_alone {
            true => None,
            false => paths::session().map(|value| SessionHandle { value }),
        },
    };
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
            Outcome::Refused(failure) => failure,
        };
        // It was locked in this moment, others write the vault, or it is not what it was: who opens it
        // here waits, or learns more.
        if matches!(failure.kind, Kind::Locked | Kind::Busy | Kind::Integrity) {
            return Ok(None);
        }
        answered.said.iter().for_each(|said| app.console.say(said.line, &said.text));
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
        .hint("azvault lock, then azvault unlock: the agent of this version is started")
}
