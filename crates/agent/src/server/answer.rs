//! What the agent holds, and its answer to each verb.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use azvault_os::pipe::{Interest, Stream};
use azvault_vault::{Keys, Sealer, fingerprint, is_of_former};
use zeroize::Zeroizing;

use crate::answers::{Answers, Asked, NoAnswer, Reply, Settled};
use crate::clock::now;
use crate::grants::{self, CallerGrants, Grants, NewGrant};
use crate::hold::{Hold, Limits, Moment, Reach, Terms};
use crate::holder::Report;
use crate::protocol::{Body, Leader, MAX_ASK, Message, Outcome, Verb};
use crate::session_store::{CallerSessions, lock};
use crate::sessions::Sessions;
use crate::terminals::{CallerTerminal, Tag, Terminal, Terminals};

use super::heritage::Heritage;

/// All crates of azvault have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Keys while they are held, and sessions.
pub(super) struct AgentState<'s> {
    keys: Option<Unlocked>,
    sessions: Arc<Mutex<Sessions>>,
    grants: Arc<Mutex<Grants>>,
    /// Where the vault was unlocked.
    terminals: Terminals,
    /// What the agent before has handed over of its own, until there are keys to tell whether it is true.
    before: Option<(Vec<u8>, Tag)>,
    service: &'s mut dyn Answers,
    pub(super) sleep: Sleep,
}

/// When the keys go, where the machine sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sleep {
    /// When the clocks say that it slept.
    #[default]
    Noticed,
    /// Before: the login manager waits for it.
    HeldBack,
}

struct Unlocked {
    keys: Arc<Keys>,
    hold: Hold,
    reach: Reach,
}

impl<'s> AgentState<'s> {
    /// Without keys and sessions, and with a service that has opened nothing.
    pub(super) fn new(service: &'s mut dyn Answers) -> Self {
        let (sessions, grants) = (Arc::default(), Arc::default());
        let (terminals, before) = (Terminals::default(), None);
        let sleep = Sleep::default();
        Self { keys: None, sessions, grants, terminals, before, service, sleep }
    }

    /// What the agent that served before had.
    pub(super) fn take_over(&mut self, heritage: Heritage) {
        let Heritage { sessions, grants, terminals } = heritage;
        *self.sessions() = sessions;
        *grants::lock(&self.grants) = grants;
        self.before = Some(terminals);
    }

    /// Counts the vault as used, where a command that was started runs.
    pub(super) fn count_commands(&mut self, now: Moment) {
        if let Some(unlocked) = &mut self.keys
            && grants::lock(&self.grants).keeps_unlocked()
        {
            unlocked.hold.touch(now);
        }
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        lock(&self.sessions)
    }

    /// Wipes the keys if they are due.
    pub(super) fn look(&mut self, now: Moment) {
        if self.keys.as_ref().is_some_and(|unlocked| unlocked.hold.due(now).is_some()) {
            self.lock();
        }
    }

    /// Holds keys from now on, which somebody has unlocked in that terminal.
    pub(super) fn hold(&mut self, keys: Keys, terms: Terms, terminal: Option<Terminal>) {
        let now = now();
        self.service.forget();
        let (keys, hold) = (Arc::new(keys), Hold::new(terms.limits, now));
        let before = self.before.take();
        let before = before.and_then(|(list, tag)| Terminals::taken_over(&list, &tag, &keys));
        let (terminals, reach_before) = before.unwrap_or_default();
        self.terminals = terminals;
        let reach = terms.reach.unwrap_or(reach_before);
        self.keys = Some(Unlocked { keys, hold, reach });
        if let Some(terminal) = terminal {
            self.terminals.add(terminal, now);
        }
    }

    /// Cuts down how long they are held, and for whom, where less is allowed by now.
    pub(super) fn tighten(&mut self, limits: Limits, reach: Reach, now: Moment) {
        if let Some(unlocked) = &mut self.keys {
            unlocked.hold.tighten(limits);
            unlocked.reach = unlocked.reach.max(reach);
        }
        self.look(now);
    }

    pub(super) fn holds_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// How this agent is, for who looks for those that hold keys.
    pub(super) fn report(&self, now: Moment) -> Report {
        let keys = self.keys.as_ref().map(|unlocked| unlocked.hold.report(now));
        Report { keys, leader: None }
    }

    /// Wipes the keys. Sessions stay: they are sealed.
    pub(super) fn lock(&mut self) {
        self.service.forget();
        self.keys = None;
        self.terminals.clear();
    }

    /// The processes that work for who waits.
    pub(super) fn processes(&self) -> Vec<(&Stream, Interest)> {
        self.service.processes()
    }

    /// Goes on with what came from them.
    pub(super) fn go_on(&mut self) {
        let Some(unlocked) = &self.keys else { return };
        let (service, keys) = (&mut *self.service, &unlocked.keys);
        if catch_unwind(AssertUnwindSafe(|| service.go_on(keys))).is_err() {
            service.forget();
        }
    }

    /// Has done what nobody waits for. It is no use of the vault: the keys go as they would without it.
    pub(super) fn work_unasked(&mut self) {
        let Some(unlocked) = &self.keys else { return };
        let (service, keys) = (&mut *self.service, &unlocked.keys);
        if catch_unwind(AssertUnwindSafe(|| service.work_unasked(keys))).is_err() {
            service.forget();
        }
    }

    /// Settles the answers of this turn.
    pub(super) fn settle(&mut self) -> Vec<Settled> {
        let Some(unlocked) = &self.keys else { return Vec::new() };
        let (service, keys) = (&mut *self.service, &unlocked.keys);
        catch_unwind(AssertUnwindSafe(|| service.settle(keys))).unwrap_or_else(|_| {
            service.forget();
            Vec::new()
        })
    }

    /// Whether a process is at work for who waits with that ticket.
    pub(super) fn is_at_work_for(&self, ticket: u64) -> bool {
        self.service.is_at_work_for(ticket)
    }

    /// Nobody waits with that ticket any more.
    pub(super) fn forget_ticket(&mut self, ticket: u64) {
        self.service.forget_ticket(ticket);
    }

    pub(super) fn holds_something(&self) -> bool {
        let is_empty = self.sessions().is_empty() && grants::lock(&self.grants).is_empty();
        self.keys.is_some() || !is_empty
    }

    /// How long nothing is due.
    pub(super) fn wait(&self, now: Moment) -> Duration {
        self.keys.as_ref().map_or(Duration::MAX, |unlocked| unlocked.hold.wait(now))
    }
}

type Frame = Zeroizing<Vec<u8>>;

/// Who asks.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    pub(super) process: u32,
    pub(super) ticket: u64,
}

/// What comes of a request.
pub(super) enum Answer {
    Frame(Frame),
    /// It goes out when it is settled.
    Unsettled(Frame),
    /// The same request is to be answered again: see [`Reply`].
    Later,
    /// The connection is to be closed.
    Close,
}

/// The reply to one request. A fault of ours is one of this request: what others have stays, and what was open
/// for it is opened again.
pub(super) fn answer(body: &[u8], held: &mut AgentState<'_>, asker: Asker, now: Moment) -> Answer {
    let answered = catch_unwind(AssertUnwindSafe(|| answered(body, held, asker, now)));
    answered.unwrap_or_else(|_| {
        held.service.forget();
        Message::new(Outcome::Fault as u8, 0).finish().map_or(Answer::Close, Answer::Frame)
    })
}

fn answered(body: &[u8], held: &mut AgentState<'_>, asker: Asker, now: Moment) -> Answer {
    let mut body = Body(body);
    let Some(number) = body.u8() else { return Answer::Close };
    let reply = match Verb::of(number) {
        Some(Verb::Ask) => match ask(body.0, held, asker, now) {
            Ok(Reply::Later) => return Answer::Later,
            Ok(Reply::Unsettled(answer)) => {
                return framed(&answer).map_or(Answer::Close, Answer::Unsettled);
            }
            Ok(Reply::Now(answer)) => Ok(done(answer.len()).raw(&answer)),
            Err(outcome) => Err(outcome),
        },
        Some(verb) => reply(verb, &mut body, held, asker.process, now),
        None => Err(Outcome::Refused),
    };
    let message = reply.unwrap_or_else(|outcome| Message::new(outcome as u8, 0));
    message.finish_within(MAX_ASK).map_or(Answer::Close, Answer::Frame)
}

fn reply(
    verb: Verb,
    body: &mut Body<'_>,
    held: &mut AgentState<'_>,
    caller: u32,
    now: Moment,
) -> Result<Message, Outcome> {
    match verb {
        Verb::Status => {
            body.end().ok_or(Outcome::Refused)?;
            Ok(status(held, now))
        }
        Verb::HandOver => hand_over(body, held),
        Verb::Lock => {
            body.end().ok_or(Outcome::Refused)?;
            held.lock();
            Ok(done(0))
        }
        Verb::IsOfFormer => {
            let former = former(body).ok_or(Outcome::Refused)?;
            let unlocked = held.keys.as_ref().ok_or(Outcome::Locked)?;
            let is = is_of_former(&*unlocked.keys, &former).map_err(|_| Outcome::Refused)?;
            Ok(done(1).u8(u8::from(is)))
        }
        Verb::SessionStart => {
            let (Some(id), Some(leader), Some(sealed)) = (body.i64(), body.u32(), body.bytes())
            else {
                return Err(Outcome::Refused);
            };
            body.end().ok_or(Outcome::Refused)?;
            held.sessions().start(id, Leader::of(leader), sealed, caller).map(|()| done(0))
        }
        Verb::SessionRead => {
            let id = body.i64().ok_or(Outcome::Refused)?;
            body.end().ok_or(Outcome::Refused)?;
            let mut sessions = held.sessions();
            let session = sessions.of(id, caller)?;
            let room = 16 + session.sealed.len();
            Ok(done(room).i64(session.revision).u32(session.leader).bytes(&session.sealed))
        }
        Verb::SessionWrite => {
            let (Some(id), Some(revision), Some(sealed)) = (body.i64(), body.i64(), body.bytes())
            else {
                return Err(Outcome::Refused);
            };
            body.end().ok_or(Outcome::Refused)?;
            held.sessions().write(id, revision, sealed, caller).map(|()| done(0))
        }
        Verb::SessionEnd => {
            let id = body.i64().ok_or(Outcome::Refused)?;
            body.end().ok_or(Outcome::Refused)?;
            held.sessions().end(id, caller).map(|()| done(0))
        }
        Verb::GrantGive => {
            let grant = NewGrant::of(body).ok_or(Outcome::Refused)?;
            body.end().ok_or(Outcome::Refused)?;
            grants::lock(&held.grants).give(grant, caller).map(|()| done(0))
        }
        Verb::GrantClaim => {
            let hash = body.hash().ok_or(Outcome::Refused)?;
            body.end().ok_or(Outcome::Refused)?;
            grants::lock(&held.grants).claim(&hash, caller).map(|()| done(0))
        }
        // It is answered by the service.
        Verb::Ask => Err(Outcome::Refused),
    }
}

/// An answer of the service, as a frame.
pub(super) fn framed(answer: &[u8]) -> Option<Frame> {
    done(answer.len()).raw(answer).finish_within(MAX_ASK)
}

fn done(room: usize) -> Message {
    Message::new(Outcome::Done as u8, room)
}

fn status(held: &AgentState<'_>, now: Moment) -> Message {
    let hold = held.keys.as_ref().map(|unlocked| unlocked.hold);
    let limit = hold.map_or(0, |hold| hold.limits().idle.as_secs());
    let reach = held.keys.as_ref().map_or(0, |unlocked| unlocked.reach.number());
    done(39 + VERSION.len())
        .u8(u8::from(held.keys.is_some()))
        .u32(held.keys.as_ref().map_or(0, |unlocked| unlocked.keys.epoch()))
        .u64(hold.map_or(0, |hold| hold.idle(now).as_secs()))
        .u64(hold.map_or(0, |hold| hold.expires(now).as_secs()))
        .u32(u32::try_from(held.sessions().len()).unwrap_or(u32::MAX))
        .bytes(VERSION.as_bytes())
        .u64(limit)
        .u8(u8::from(held.sleep == Sleep::HeldBack))
        .u8(reach)
}

/// Gives the sessions to the agent that takes over. Where keys are held, it has to be one that gets
/// the same: anybody can make a vault that bears the id of another.
fn hand_over(body: &mut Body<'_>, held: &AgentState<'_>) -> Result<Message, Outcome> {
    let wanted = body.bytes().ok_or(Outcome::Refused)?;
    body.end().ok_or(Outcome::Refused)?;
    let is_its = |held: &Unlocked| {
        fingerprint(&*held.keys).is_ok_and(|fingerprint| fingerprint.as_bytes() == wanted)
    };
    if held.keys.as_ref().is_some_and(|held| !is_its(held)) {
        return Err(Outcome::OthersKeys);
    }
    let (sessions, grants) = (held.sessions(), grants::lock(&held.grants));
    let terminals =
        held.keys.as_ref().and_then(|own| held.terminals.handed_over(own.reach, &own.keys));
    let (terminals, tag) = terminals.unwrap_or_default();
    let message = done(sessions.room() + grants.room() + 4 + terminals.len() + tag.len());
    let message = grants.handed_over(sessions.handed_over(message));
    Ok(message.bytes(&terminals).raw(&tag))
}

/// Has the service answer, with the keys that are held.
fn ask(
    message: &[u8],
    held: &mut AgentState<'_>,
    asker: Asker,
    now: Moment,
) -> Result<Reply, Outcome> {
    let unlocked = held.keys.as_mut().ok_or(Outcome::Locked)?;
    unlocked.hold.touch(now);
    let Asker { process, ticket } = asker;
    let sessions = CallerSessions::new(Arc::clone(&held.sessions), process);
    let grants = CallerGrants::new(Arc::clone(&held.grants), process);
    let unlocked_there = held.terminals.since(process, now);
    let terminal = CallerTerminal { unlocked: unlocked_there, reach: unlocked.reach };
    let asked = Asked { message, caller: process, sessions, grants, terminal, ticket };
    held.service.answer(&unlocked.keys, asked).map_err(|NoAnswer::Foreign| Outcome::Refused)
}

fn former<'a>(body: &mut Body<'a>) -> Option<Vec<&'a [u8]>> {
    let number = body.u32()?;
    let mut former = Vec::new();
    for _ in 0..number {
        former.push(body.bytes()?);
    }
    body.end()?;
    Some(former)
}

#[cfg(test)]
mod tests;
