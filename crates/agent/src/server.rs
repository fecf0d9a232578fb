//! The loop: one thread around `poll`, one request a connection.
//!
//! An agent that takes over asks for the sessions (`HandOver`). From then on nobody else is answered
//! until that one's socket is in the place of this one's, and then this agent tells who waits to ask
//! again and ends; or until it is gone, and then this agent goes on. So no change of a session is lost,
//! and no caller finds nobody.

mod answer;
mod bound_socket;
mod callers;
mod connection;
mod heritage;
mod post;
mod predecessor;

use std::io;
use std::path::Path;
use std::time::Duration;

use azvault_os::clock::ClockWatch;
use azvault_os::pipe::{Interest, Listener, Ready as Event, Stream, Wait};
use azvault_os::process::{Signal, Signals};

use self::answer::{AgentState, Sleep};
use self::bound_socket::BoundSocket;
use self::callers::{MAX_BYTES, accept, crowd, has_place, may_go_on, taken, turn_away};
use self::connection::{AGAIN, Connection, Crowd, PATIENCE_IN_A_CROWD};
use self::post::Taken;
use crate::answers::Answers;
use crate::client::CallError;
use crate::clock::now;
use crate::handing::Starter;
use crate::hold::{Allowed, Commands, Moment, Then};
use crate::holder::Beacon;
use crate::login::{self, Watcher};
use crate::protocol::Outcome;

/// An agent without keys, sessions and callers goes after so long.
const LINGER: Duration = Duration::from_secs(5);

/// How long callers are answered before what they wait for is settled. One question may take longer.
const TURN: Duration = Duration::from_millis(20);

/// How often the limits that are allowed are read again while keys are held.
const REREAD: Duration = Duration::from_secs(2);

/// Whose agent it is, and where it serves.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The socket of commands.
    pub socket: &'a Path,
    /// The vault's id.
    pub vault: &'a str,
}

/// Why the agent cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another one serves this vault, and no keys came that it should make room for.
    #[error("another agent serves this vault")]
    AlreadyServed,
    /// Another one serves this vault, and does not hand its sessions over.
    #[error("what serves this vault does not make room")]
    InTheWay,
    /// Another one holds keys of another vault with the same id.
    #[error("the agent holds other keys")]
    OthersKeys,
    /// The folder belongs to somebody else, or others may enter it.
    #[error("the folder of the socket is not this user's alone")]
    UnsafeFolder,
    /// The process that started it hands over something else.
    #[error("started by something else: {0}")]
    Starter(#[source] CallError),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ServeError {
    /// What its starter is told.
    fn outcome(&self) -> Outcome {
        match self {
            Self::AlreadyServed => Outcome::Done,
            Self::InTheWay => Outcome::InTheWay,
            Self::OthersKeys => Outcome::OthersKeys,
            Self::UnsafeFolder | Self::Starter(_) | Self::Io(_) => Outcome::Refused,
        }
    }
}

/// Serves at a post until there is nothing left to hold, a signal says so, or the socket is gone.
/// At the other end of `starter` is the process that started it: see [`crate::hand`]. `watcher` starts what
/// hears the login manager. `allowed` says what the policy lets it do, where that can be told; it is asked every
/// few seconds. The process has made itself non-dumpable before.
pub fn serve(
    post: Post<'_>,
    starter: Stream,
    service: &mut dyn Answers,
    watcher: impl FnOnce() -> Option<Watcher>,
    allowed: impl FnMut() -> Option<Allowed>,
) -> Result<(), ServeError> {
    let mut starter = Starter::hear(starter).map_err(ServeError::Starter)?;
    let Taken { mut ears, held, _lock } = match post::take(post, &mut starter, service) {
        Ok(taken) => taken,
        Err(e) => {
            starter.tell(e.outcome());
            return Err(e);
        }
    };
    starter.tell(Outcome::Done);
    drop(starter);
    ears.watcher = watcher();
    let ended = run(&mut ears, held, allowed);
    // First the name, then the socket: who comes now starts another agent.
    ears.place.clear();
    ended
}

/// What the loop waits for besides its callers.
struct Ears<'a> {
    listener: Listener,
    signals: Signals,
    beacon: Beacon,
    place: BoundSocket<'a>,
    clock: Option<ClockWatch>,
    watcher: Option<Watcher>,
}

fn run(
    ears: &mut Ears<'_>,
    mut held: AgentState<'_>,
    mut allowed: impl FnMut() -> Option<Allowed>,
) -> Result<(), ServeError> {
    let mut connections: Vec<Connection> = Vec::new();
    let mut last_used = now();
    let mut last_read: Option<Moment> = None;
    let mut last_ticket = 0;
    let mut commands = Commands::CountWhenTheyAsk;
    loop {
        let moment = now();
        // What no command can find is held for nobody. As a rule another agent has taken over.
        if !ears.place.is_kept() {
            turn_away(&ears.listener, connections);
            return Ok(());
        }
        if commands == Commands::CountAsUse {
            held.count_commands(moment);
        }
        held.look(moment);
        if !held.holds_keys() {
            last_read = None;
        } else if last_read.is_none_or(|last| moment.awake.saturating_sub(last.awake) >= REREAD) {
            last_read = Some(moment);
            let allowed = allowed();
            // A policy that cannot be followed forbids each token for itself.
            commands = allowed.map_or(Commands::CountWhenTheyAsk, |allowed| allowed.commands);
            if let Some(allowed) = allowed {
                held.tighten(allowed.limits, allowed.reach, moment);
            }
        }
        let crowd = crowd(&connections);
        retain(&mut connections, &mut held, |connection, _| {
            (!connection.is_late(moment, crowd)).then_some(())
        });
        let busy = held.holds_something() || !connections.is_empty();
        if busy {
            last_used = moment;
        } else if moment.awake.saturating_sub(last_used.awake) >= LINGER {
            return Ok(());
        }
        let wait = if may_go_on(&connections) { Duration::ZERO } else { held.wait(moment) };
        let wait = wait.min(match crowd {
            _ if connections.iter().any(|one| is_due(one, &held)) => AGAIN,
            Crowd::None => LINGER,
            Crowd::Waits => PATIENCE_IN_A_CROWD,
        });
        let ready = wait_for(ears, &held, &mut connections, wait)?;
        let moment = now();
        held.look(moment);
        for session in ready.ended {
            held.sessions().remove(session);
        }
        match ears.signals.taken() {
            Some(Signal::HangUp) => held.lock(),
            Some(Signal::End | Signal::Interrupt) => return Ok(()),
            // The request whose file it was has failed.
            Some(Signal::FileLimit) | None => {}
        }
        if ready.beacon {
            ears.beacon.tell(&held.report(moment));
        }
        if ready.place {
            ears.place.drain();
        }
        if ready.clock {
            ears.clock.iter().for_each(ClockWatch::drain);
        }
        if ready.watcher {
            hear(ears, &mut held, &mut allowed);
        }
        if ready.listener {
            accept(&ears.listener, &mut connections, moment, &mut last_ticket);
        }
        let begun = now();
        let mut taken = taken(&connections);
        let mut has_heir = connections.iter().any(Connection::is_heir);
        if !has_heir {
            held.go_on();
        }
        retain(&mut connections, &mut held, |connection, held| {
            // The heir has the sessions as they are: nothing changes until it serves, or is gone.
            if has_heir && !connection.is_heir() {
                return Some(());
            }
            // The others in the next turn: what was answered by now does not wait for them.
            let present = now();
            if present.awake.saturating_sub(begun.awake) > TURN {
                connection.pass_over(present);
                return Some(());
            }
            let before = connection.size();
            let goes_on = match connection.is_waiting() {
                true => connection.again(held, moment),
                false => connection.go_on(held, moment, MAX_BYTES.saturating_sub(taken)),
            };
            let after = goes_on.map_or(0, |()| connection.size());
            taken = taken.saturating_sub(before).saturating_add(after);
            has_heir |= connection.is_heir();
            goes_on
        });
        // Once for all who asked in this turn.
        let settled = held.settle();
        retain(&mut connections, &mut held, |connection, held| {
            connection.settled(&settled, held, moment)
        });
        // Those who wait for a renewal wait in any case.
        if connections.iter().all(Connection::is_waiting) {
            held.work_unasked();
        }
    }
}

/// Keeps the connections that go on; nobody waits with the tickets of the others.
fn retain(
    connections: &mut Vec<Connection>,
    held: &mut AgentState<'_>,
    mut goes_on: impl FnMut(&mut Connection, &mut AgentState<'_>) -> Option<()>,
) {
    connections.retain_mut(|connection| {
        let goes_on = goes_on(connection, held).is_some();
        if !goes_on {
            held.forget_ticket(connection.ticket());
        }
        goes_on
    });
}

/// Whether its request is answered again in a moment.
fn is_due(connection: &Connection, held: &AgentState<'_>) -> bool {
    connection.is_waiting() && !held.is_at_work_for(connection.ticket())
}

struct Ready {
    listener: bool,
    beacon: bool,
    place: bool,
    clock: bool,
    watcher: bool,
    ended: Vec<i64>,
}

fn wait_for(
    ears: &Ears<'_>,
    held: &AgentState<'_>,
    connections: &mut [Connection],
    wait: Duration,
) -> Result<Ready, ServeError> {
    let processes = held.processes();
    let held = held.sessions();
    let sessions: Vec<i64> = held.iter().map(|(id, _)| id).collect();
    let changes = ears.place.changes();
    let results: Vec<Event> = {
        let open = has_place(connections);
        let mut waits = Wait::new();
        waits.add(&ears.listener, if open { Interest::Read } else { Interest::Nothing });
        waits.add(&ears.signals, Interest::Read);
        waits.add(ears.beacon.source(), Interest::Read);
        for (_, session) in held.iter() {
            waits.add(&session.ended, Interest::Read);
        }
        for connection in connections.iter() {
            waits.add(connection.stream(), connection.waits_for());
        }
        for (stream, interest) in &processes {
            waits.add(*stream, *interest);
        }
        // Last, since there may be none.
        if let Some(changes) = changes {
            waits.add(changes, Interest::Read);
        }
        if let Some(clock) = &ears.clock {
            waits.add(clock, Interest::Read);
        }
        if let Some(watcher) = &ears.watcher {
            waits.add(watcher.stream(), Interest::Read);
        }
        waits.within(Some(wait))?
    };
    let fixed = results.split_first_chunk::<3>();
    let ([listener, _, beacon], rest) =
        fixed.ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let (of_sessions, rest) = rest.split_at(sessions.len());
    let (of_connections, rest) = rest.split_at(connections.len());
    // They are asked themselves what came of them.
    let (_, optional) = rest.split_at(processes.len());
    let mut optional = optional.iter();
    let mut of = |is_there: bool| is_there && optional.next().is_some_and(|one| one.is_any());
    let place = of(changes.is_some());
    let clock = of(ears.clock.is_some());
    let watcher = of(ears.watcher.is_some());
    for (connection, result) in connections.iter_mut().zip(of_connections) {
        connection.polled(*result);
    }
    let ended = sessions.into_iter().zip(of_sessions).filter(|(_, result)| result.is_any());
    let ended = ended.map(|(id, _)| id).collect();
    let [listener, beacon] = [listener, beacon].map(|result| result.is_any());
    Ok(Ready { listener, beacon, place, clock, watcher, ended })
}

/// Obeys what the login manager says. A policy that cannot be followed forbids what one could.
fn hear(
    ears: &mut Ears<'_>,
    held: &mut AgentState<'_>,
    allowed: &mut impl FnMut() -> Option<Allowed>,
) {
    let Some(watcher) = &ears.watcher else { return };
    match watcher.heard() {
        Some(login::Event::Watches) => held.sleep = Sleep::HeldBack,
        Some(login::Event::Sleeps) => {
            held.lock();
            watcher.tell_wiped();
        }
        Some(login::Event::ScreenLocked) => {
            if allowed().is_none_or(|allowed| allowed.screen_locked == Then::Lock) {
                held.lock();
            }
        }
        Some(login::Event::LoggedOut) => {
            if allowed().is_none_or(|allowed| allowed.logged_out == Then::Lock) {
                held.lock();
            }
        }
        // From here on the clocks alone say that the machine slept.
        None => {
            held.sleep = Sleep::Noticed;
            ears.watcher = None;
        }
    }
}
