//! One connection: a request comes in, its answer goes out.

use std::time::Duration;

use azvault_os::pipe::{Interest, Peer, Ready, Step, Stream, receive, receive_into_spare, send};
use zeroize::Zeroizing;

use super::answer::{AgentState, Answer, Asker, answer, framed};
use crate::answers::Settled;
use crate::clock;
use crate::hold::Moment;
use crate::protocol::{MAX_ASK, Message, Outcome, Verb};

/// A caller that takes longer than this, in all, is let go of.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same where others wait for its place: who talks at all needs milliseconds.
pub(super) const PATIENCE_IN_A_CROWD: Duration = Duration::from_secs(1);

/// How long an agent that takes over has for it.
const PATIENCE_WITH_HEIR: Duration = Duration::from_secs(5);

/// How long after it was answered last a request that waits is answered again, when no process is at work
/// for it: somebody else's may be.
pub(super) const AGAIN: Duration = Duration::from_millis(50);

/// A request of so many bytes always finds room: large ones, or promises of them, keep none out.
const SMALL: usize = 64 * 1024;

/// Bytes by which a request is known.
const HEAD: usize = 5;

/// A connection that has so many bytes to move is waited for a second longer.
const PER_SECOND: usize = 64 * 1024 * 1024;

pub(super) struct Connection {
    stream: Stream,
    peer: Peer,
    since: Moment,
    ticket: u64,
    /// What `poll` said last.
    ready: Ready,
    state: State,
}

/// Whether others wait for a place, or for room, that connections have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowd {
    None,
    Waits,
}

enum State {
    /// The length, and the first byte of the body: what is asked says how long it may be.
    Length {
        bytes: [u8; HEAD],
        read: usize,
    },
    Body {
        bytes: Zeroizing<Vec<u8>>,
        length: usize,
    },
    Reply {
        bytes: Zeroizing<Vec<u8>>,
        written: usize,
        next: Next,
    },
    /// The request waits for what a process is at work for, and is answered again.
    Waits {
        request: Zeroizing<Vec<u8>>,
        asked: Moment,
    },
    /// The reply is there, and goes out when what it waits for was written.
    Unsettled {
        bytes: Zeroizing<Vec<u8>>,
    },
    /// The agent that takes over has the sessions. It ends the connection when it serves, or when it ends
    /// itself.
    HandedOver,
}

/// What comes after a reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    End,
    HandedOver,
}

impl Connection {
    pub(super) fn new(stream: Stream, peer: Peer, since: Moment, ticket: u64) -> Self {
        let state = State::Length { bytes: [0; HEAD], read: 0 };
        Self { stream, peer, since, ticket, ready: Ready::TO_READ, state }
    }

    /// By which its request is known when it is answered again.
    pub(super) fn ticket(&self) -> u64 {
        self.ticket
    }

    /// Whether its request waits to be answered again.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waits { .. })
    }

    /// Whether it had its time.
    pub(super) fn is_late(&self, now: Moment, crowd: Crowd) -> bool {
        // It has asked, and others do not wait for it: no more than for its process are they kept out.
        if self.is_waiting() {
            return false;
        }
        let patience = match crowd {
            _ if self.is_heir() => PATIENCE_WITH_HEIR,
            Crowd::None => PATIENCE,
            Crowd::Waits => PATIENCE_IN_A_CROWD,
        };
        let more = u64::try_from(self.size() / PER_SECOND).unwrap_or_default();
        now.awake.saturating_sub(self.since.awake) > patience + Duration::from_secs(more)
    }

    /// Whether it is of an agent that takes over from this one.
    pub(super) fn is_heir(&self) -> bool {
        matches!(self.state, State::HandedOver | State::Reply { next: Next::HandedOver, .. })
    }

    /// Tells who waits for an answer that another agent serves.
    pub(super) fn turn_away(self) {
        if matches!(self.state, State::Length { .. } | State::Body { .. } | State::Waits { .. })
            && let Some(moved) = moved()
        {
            // It fits into any socket; who is gone needs none.
            let _ = send(&self.stream, &moved);
        }
    }

    /// What it is waited for at.
    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn waits_for(&self) -> Interest {
        match self.state {
            // Its body lies there already: nothing but room is missing, which `poll` knows not of.
            _ if self.wants().is_some() => Interest::Nothing,
            // Whether it is gone is always said.
            State::Waits { .. } | State::Unsettled { .. } => Interest::Nothing,
            State::Length { .. } | State::Body { .. } | State::HandedOver => Interest::Read,
            State::Reply { .. } => Interest::Write,
        }
    }

    /// What `poll` said of it.
    pub(super) fn polled(&mut self, result: Ready) {
        self.ready = result;
    }

    /// Bytes that it waits to be given; `None` if it waits for none.
    pub(super) fn wants(&self) -> Option<usize> {
        match &self.state {
            State::Length { bytes, read: HEAD } => Some(length(bytes)),
            _ => None,
        }
    }

    /// Bytes of memory that it has been given.
    pub(super) fn size(&self) -> usize {
        match &self.state {
            State::Length { .. } | State::HandedOver => 0,
            State::Body { bytes, .. } | State::Waits { request: bytes, .. } => bytes.capacity(),
            State::Reply { bytes, .. } | State::Unsettled { bytes } => bytes.capacity(),
        }
    }

    /// Others come first in this turn: its time does not run while what it said lies there unread.
    pub(super) fn pass_over(&mut self, now: Moment) {
        if self.ready.is_any() {
            self.since = now;
        }
    }

    /// Reads, answers and writes as far as it goes without waiting. `None`: it is over. A request
    /// for which there is no `room` waits until others are served.
    pub(super) fn go_on(
        &mut self,
        held: &mut AgentState<'_>,
        now: Moment,
        room: usize,
    ) -> Option<()> {
        if !self.ready.is_any() && self.wants().is_none() {
            return Some(());
        }
        self.read_and_answer(held, now, room)
    }

    /// Answers a request that has waited, if it can be by now.
    pub(super) fn again(&mut self, held: &mut AgentState<'_>, now: Moment) -> Option<()> {
        if self.ready.has_hung_up() {
            return None;
        }
        let State::Waits { request, asked } = &mut self.state else { return Some(()) };
        let is_soon = now.awake.saturating_sub(asked.awake) < AGAIN;
        if is_soon || held.is_at_work_for(self.ticket) {
            return Some(());
        }
        *asked = now;
        let asker = Asker { process: self.peer.pid(), ticket: self.ticket };
        if !self.peer.is_there() {
            return None;
        }
        let bytes = match answer(request, held, asker, now) {
            Answer::Frame(bytes) => bytes,
            Answer::Unsettled(bytes) => {
                self.state = State::Unsettled { bytes };
                return Some(());
            }
            Answer::Later => return Some(()),
            Answer::Close => return None,
        };
        if !self.peer.is_there() {
            return None;
        }
        self.since = now;
        self.state = State::Reply { bytes, written: 0, next: Next::End };
        self.read_and_answer(held, now, 0)
    }

    /// Sends what waited, now that what it waited for was written; what takes its place where it was not.
    pub(super) fn settled(
        &mut self,
        all: &[Settled],
        held: &mut AgentState<'_>,
        now: Moment,
    ) -> Option<()> {
        let State::Unsettled { bytes } = &mut self.state else { return Some(()) };
        if !self.peer.is_there() {
            return None;
        }
        let own = all.iter().find(|one| one.ticket == self.ticket).map(|one| &one.outcome);
        let bytes = match own {
            Some(Ok(())) => std::mem::take(bytes),
            Some(Err(instead)) => framed(instead)?,
            None => {
                let why = if held.holds_keys() { Outcome::Fault } else { Outcome::Locked };
                Message::new(why as u8, 0).finish()?
            }
        };
        self.since = now;
        self.state = State::Reply { bytes, written: 0, next: Next::End };
        self.read_and_answer(held, now, 0)
    }

    fn read_and_answer(
        &mut self,
        held: &mut AgentState<'_>,
        now: Moment,
        room: usize,
    ) -> Option<()> {
        loop {
            match &mut self.state {
                State::Length { bytes, read } if *read < HEAD => {
                    match receive(&self.stream, &mut bytes[*read..]) {
                        Step::Moved(count) => *read += count,
                        Step::Waits => return Some(()),
                        Step::Over => return None,
                    }
                    if *read >= 4 && !(1..=MAX_ASK).contains(&length(bytes)) {
                        return None;
                    }
                }
                State::Length { bytes, .. } => {
                    let (first, length) = (bytes[HEAD - 1], length(bytes));
                    if length > Verb::longest_body(first) {
                        return None;
                    }
                    if length > room.max(SMALL) {
                        // The body is left to wait in the socket, as long as somebody waits with it.
                        return (!self.ready.has_hung_up()).then_some(());
                    }
                    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
                    bytes.push(first);
                    self.state = State::Body { bytes, length };
                }
                State::Body { bytes, length } if bytes.len() < *length => {
                    match receive_into_spare(&self.stream, bytes) {
                        Step::Moved(_) => bytes.truncate(*length),
                        Step::Waits => return Some(()),
                        Step::Over => return None,
                    }
                }
                State::Body { bytes, .. } => {
                    let asks = bytes.first().copied().and_then(Verb::of);
                    if !self.peer.is_there() {
                        return None;
                    }
                    let asker = Asker { process: self.peer.pid(), ticket: self.ticket };
                    let bytes = match answer(bytes, held, asker, now) {
                        Answer::Frame(bytes) => bytes,
                        Answer::Unsettled(bytes) => {
                            self.state = State::Unsettled { bytes };
                            return Some(());
                        }
                        Answer::Later => {
                            let request = std::mem::take(bytes);
                            self.state = State::Waits { request, asked: now };
                            return Some(());
                        }
                        Answer::Close => return None,
                    };
                    // Else its number may have been another's by the time it was looked up.
                    if !self.peer.is_there() {
                        return None;
                    }
                    // What took long to answer has as long to be sent as anything else.
                    self.since = clock::now();
                    let is_done = bytes.get(4) == Some(&(Outcome::Done as u8));
                    let is_heir = asks == Some(Verb::HandOver) && is_done;
                    let next = if is_heir { Next::HandedOver } else { Next::End };
                    self.state = State::Reply { bytes, written: 0, next };
                }
                State::Reply { bytes, written, .. } if *written < bytes.len() => {
                    match send(&self.stream, &bytes[*written..]) {
                        Step::Moved(count) => *written += count,
                        Step::Waits => return Some(()),
                        Step::Over => return None,
                    }
                }
                State::Reply { next: Next::End, .. } => return None,
                State::Reply { next: Next::HandedOver, .. } => {
                    self.since = now;
                    self.state = State::HandedOver;
                }
                State::Unsettled { .. } => return Some(()),
                State::Waits { .. } => return (!self.ready.has_hung_up()).then_some(()),
                // It has nothing more to say.
                State::HandedOver => {
                    return (receive(&self.stream, &mut [0]) == Step::Waits).then_some(());
                }
            }
        }
    }
}

/// The length that a head says.
fn length(head: &[u8; HEAD]) -> usize {
    let [one, two, three, four, _] = *head;
    usize::try_from(u32::from_be_bytes([one, two, three, four])).unwrap_or(usize::MAX)
}

/// That another agent serves, as a frame.
pub(super) fn moved() -> Option<Zeroizing<Vec<u8>>> {
    Message::new(Outcome::Moved as u8, 0).finish()
}
