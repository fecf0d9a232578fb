//! One connection: requests come in, one after the other, and each gets its reply.

use std::net::{Shutdown, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use azvault_os::pipe::{Interest, Ready, Step, receive, receive_into_spare, send};
use zeroize::Zeroizing;

use crate::reply::{After, Reply, Status};
use crate::request::{self, Asks, Denied, MAX_HEAD};
use crate::token_endpoint::{Entrance, TokenEndpoint};
use crate::{EndpointRequest, Protocol};

/// A caller that takes longer than this to ask, or to take its reply, is let go of.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same where others wait for its place.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_secs(1);

/// A caller that has had a token may say nothing for so long before it asks again.
const IDLE: Duration = Duration::from_secs(30);

/// The same where others wait for its place: long enough for one that asks without a pause.
const IDLE_IN_A_CROWD: Duration = Duration::from_millis(100);

/// Requests of one connection. The one after finds another.
const MAX_REQUESTS: u32 = 1000;

/// Whether others wait for a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    None,
    Waits,
}

pub(crate) struct Connection {
    pub(crate) id: u64,
    pub(crate) peer: SocketAddrV4,
    entrance: Entrance,
    stream: TcpStream,
    /// What came and was not looked at: a head, or the beginning of the next.
    came: Zeroizing<Vec<u8>>,
    /// Requests that had their reply.
    answered: u32,
    /// What becomes of it after the reply to the present request, if that has a token.
    after: After,
    /// When its present state began to be counted.
    since: Instant,
    ready: Ready,
    state: State,
}

enum State {
    /// So much of what came has no end of a head in it.
    Head {
        looked_at: usize,
    },
    Body {
        protocol: Protocol,
        bytes: Zeroizing<Vec<u8>>,
        length: usize,
    },
    AwaitsToken,
    Reply {
        reply: Reply,
        written: usize,
        unread: Unread,
    },
    Draining,
}

/// Whether something of the request may still come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unread {
    Nothing,
    Something,
}

/// What becomes of a connection.
pub(crate) enum Next {
    /// It waits for its socket, or for its token.
    Waits,
    /// A token is asked for.
    Asks(EndpointRequest),
    /// It is over.
    Over,
}

impl Connection {
    pub(crate) fn new(id: u64, stream: TcpStream, peer: SocketAddrV4, entrance: Entrance) -> Self {
        Self {
            id,
            peer,
            entrance,
            stream,
            came: Zeroizing::new(Vec::with_capacity(MAX_HEAD)),
            answered: 0,
            after: After::Close,
            since: Instant::now(),
            ready: Ready::TO_READ,
            state: State::Head { looked_at: 0 },
        }
    }

    /// Whether it had its time. Who awaits a token waits for us.
    pub(crate) fn is_late(&self, now: Instant, crowd: Crowd) -> bool {
        let is_idle = self.answered > 0 && self.came.is_empty();
        let patience = match (&self.state, crowd) {
            (State::AwaitsToken, _) => return false,
            (State::Head { .. }, Crowd::None) if is_idle => IDLE,
            (State::Head { .. }, Crowd::Waits) if is_idle => IDLE_IN_A_CROWD,
            (State::Draining, _) | (_, Crowd::Waits) => PATIENCE_IN_A_CROWD,
            (_, Crowd::None) => PATIENCE,
        };
        now.saturating_duration_since(self.since) > patience
    }

    /// What becomes of it after the token that it asked for.
    pub(crate) fn after(&self) -> After {
        self.after
    }

    /// What it is waited for at.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn waits_for(&self) -> Interest {
        match self.state {
            State::Head { .. } | State::Body { .. } | State::Draining => Interest::Read,
            // A caller that went is reported all the same.
            State::AwaitsToken => Interest::Nothing,
            State::Reply { .. } => Interest::Write,
        }
    }

    /// What `poll` said of it.
    pub(crate) fn polled(&mut self, result: Ready) {
        self.ready = result;
    }

    /// Has this said to the caller, whose request was read whole.
    pub(crate) fn reply(&mut self, reply: Reply) {
        // A caller that did not wait for its reply may have sent more than is ever read.
        let unread = if self.came.is_empty() { Unread::Nothing } else { Unread::Something };
        self.begin_reply(reply, unread);
    }

    fn begin_reply(&mut self, reply: Reply, unread: Unread) {
        self.since = Instant::now();
        self.ready = Ready::TO_WRITE;
        self.state = State::Reply { reply, written: 0, unread };
    }

    fn deny(&mut self, denied: &Denied) {
        self.begin_reply(denied.reply(), Unread::Something);
    }

    /// Reads, decides and writes as far as it goes without waiting.
    pub(crate) fn go_on(&mut self, endpoint: &TokenEndpoint) -> Next {
        if matches!(self.state, State::AwaitsToken) {
            return if self.ready.is_over() { Next::Over } else { Next::Waits };
        }
        if !self.ready.is_any() {
            return Next::Waits;
        }
        loop {
            match &mut self.state {
                State::Head { looked_at } => {
                    let end = self.came[*looked_at..].windows(4).position(|four| four == END);
                    match end.map(|at| *looked_at + at + END.len()) {
                        Some(end) => match self.whole_head(end, endpoint) {
                            Ok(Some(asked)) => return self.ask(asked),
                            Ok(None) => {}
                            Err(denied) => self.deny(&denied),
                        },
                        None if self.came.len() == MAX_HEAD => {
                            let message = "the head is too large";
                            self.deny(&Denied::unknown(Status::HeadTooLarge, message));
                        }
                        None => {
                            *looked_at = self.came.len().saturating_sub(END.len() - 1);
                            match receive_into_spare(&self.stream, &mut self.came) {
                                Step::Moved(_) => {}
                                Step::Waits => return Next::Waits,
                                Step::Over => return Next::Over,
                            }
                        }
                    }
                }
                State::Body { bytes, length, .. } if bytes.len() < *length => {
                    match receive_into_spare(&self.stream, bytes) {
                        Step::Moved(_) => {}
                        Step::Waits => return Next::Waits,
                        Step::Over => return Next::Over,
                    }
                }
                State::Body { protocol, bytes, .. } => match request::body(*protocol, bytes) {
                    Ok(asked) => return self.ask(asked),
                    Err(denied) => self.deny(&denied),
                },
                State::AwaitsToken => return Next::Waits,
                State::Reply { reply, written, .. } if *written < reply.bytes.len() => {
                    match send(&self.stream, &reply.bytes[*written..]) {
                        Step::Moved(count) => *written += count,
                        Step::Waits => return Next::Waits,
                        Step::Over => return Next::Over,
                    }
                }
                State::Reply { reply: Reply { after: After::NextRequest, .. }, .. } => {
                    self.answered += 1;
                    self.since = Instant::now();
                    self.state = State::Head { looked_at: 0 };
                }
                State::Reply { unread: Unread::Nothing, .. } => return Next::Over,
                State::Reply { .. } => {
                    // Closed with bytes unread, the kernel would take the reply back from the
                    // caller (RFC 9112, 9.6): what still comes is read for a moment.
                    if self.stream.shutdown(Shutdown::Write).is_err() {
                        return Next::Over;
                    }
                    self.since = Instant::now();
                    self.state = State::Draining;
                }
                State::Draining => {
                    let mut sink = Zeroizing::new([0; 4096]);
                    match receive(&self.stream, &mut sink[..]) {
                        Step::Moved(_) => {}
                        Step::Waits => return Next::Waits,
                        Step::Over => return Next::Over,
                    }
                    // One read a turn: a caller that never ends takes no turns from others.
                    return Next::Waits;
                }
            }
        }
    }

    /// Decides on a head that ends there, and gives its body memory once the head may ask. What came
    /// behind it stays for the body or for the next request.
    fn whole_head(
        &mut self,
        end: usize,
        endpoint: &TokenEndpoint,
    ) -> Result<Option<EndpointRequest>, Denied> {
        let head = request::head(&self.came[..end], endpoint, self.entrance)?;
        self.after = if self.answered + 1 < MAX_REQUESTS { head.after } else { After::Close };
        self.came.drain(..end);
        match head.asks {
            Asks::This(asked) => Ok(Some(asked)),
            Asks::InBody(protocol, length) => {
                let mut bytes = Zeroizing::new(Vec::with_capacity(length));
                let begun = length.min(self.came.len());
                bytes.extend(self.came.drain(..begun));
                self.state = State::Body { protocol, bytes, length };
                Ok(None)
            }
        }
    }

    fn ask(&mut self, asked: EndpointRequest) -> Next {
        self.state = State::AwaitsToken;
        Next::Asks(asked)
    }
}

/// How a head ends.
const END: &[u8] = b"\r\n\r\n";
