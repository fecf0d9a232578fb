//! Asking: the agent answers, where it has the keys; else this process unlocks the vault, and answers
//! itself. Both run the same verb.

use azvault_agent::{CallError, Client};
use azvault_vault::Locked;

use crate::app::App;
use crate::console::Answer;
use crate::contexts::Purpose;
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, encode, split};
use crate::opening::{Opener, Unasked};
use crate::request::{Answered, Envelope, Handle, Outcome, Person};
use crate::session::Session;
use crate::verbs::Verb;
use crate::{agent, paths};

/// What a verb gives, whoever answers. A person is asked for what unlocks the vault, if need be.
pub fn ask<V: Verb>(app: &App, mut verb: V) -> Result<V::Reply, Failure> {
    if let Some(reply) = by_agent(app, &mut verb)? {
        return Ok(reply);
    }
    let opener = match V::PURPOSE {
        Purpose::Change => Opener::new(app).for_change(),
        Purpose::Read | Purpose::Revoke => Opener::new(app),
    };
    verb.answer(app, &mut opener.open()?)
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
    let mut envelope = Envelope {
        verb: V::NAME.to_owned(),
        vault: app.vault_path()?,
        context: app.given()?,
        person: match V::ASKS && app.terminal().is_some() {
            true => Person::Present,
            false => Person::Absent,
        },
        agreed: Vec::new(),
        session: paths::session().map(|value| Handle { value }),
    };
    loop {
        let Some(answer) = call(&client, &encode(&mut envelope, verb))? else { return Ok(None) };
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
        Err(CallError::NotRunning | CallError::Locked) => Ok(None),
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
