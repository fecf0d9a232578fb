//! One connection: a request comes in, its reply goes out, and it is closed.

use std::net::{Shutdown, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use azvault_os::pipe::{Interest, Ready, Step, receive, receive_into_spare, send};
use zeroize::Zeroizing;

use crate::reply::Status;
use crate::request::{self, Denied, Head, MAX_HEAD};
use crate::token_endpoint::TokenEndpoint;
use crate::{EndpointRequest, Protocol};

/// A caller that takes longer than this to ask, or to take its reply, is let go of.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same where others wait for its place.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_secs(1);

/// Whether others wait for a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    None,
    Waits,
}

pub(crate) struct Connection {
    pub(crate) id: u64,
    pub(crate) peer: SocketAddrV4,
    stream: TcpStream,
    /// When its present state began to be counted.
    since: Instant,
    /// Since when its request waits for others to get their tokens.
    parked: Option<Instant>,
    ready: Ready,
    state: State,
}

enum State {
    Head { bytes: Zeroizing<Vec<u8>> },
    Body { protocol: Protocol, bytes: Zeroizing<Vec<u8>>, length: usize },
    Parked { asked: EndpointRequest },
    AwaitsToken,
    Reply { bytes: Zeroizing<Vec<u8>>, written: usize, unread: Unread },
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
    pub(crate) fn new(id: u64, stream: TcpStream, peer: SocketAddrV4) -> Self {
        let bytes = Zeroizing::new(Vec::with_capacity(MAX_HEAD));
        let (since, ready) = (Instant::now(), Ready::TO_READ);
        Self { id, peer, stream, since, parked: None, ready, state: State::Head { bytes } }
    }

    /// Whether it had its time. Who awaits a token, or may soon, waits for us.
    pub(crate) fn is_late(&self, now: Instant, crowd: Crowd) -> bool {
        let drains = matches!(self.state, State::Draining);
        let patience = match crowd {
            Crowd::None if !drains => PATIENCE,
            _ => PATIENCE_IN_A_CROWD,
        };
        !self.awaits_token()
            && !self.is_parked()
            && now.saturating_duration_since(self.since) > patience
    }

    fn awaits_token(&self) -> bool {
        matches!(self.state, State::AwaitsToken)
    }

    fn is_parked(&self) -> bool {
        matches!(self.state, State::Parked { .. })
    }

    /// Has a request wait for others to get their tokens; it is back when that took too long.
    pub(crate) fn park(&mut self, asked: EndpointRequest) -> Option<EndpointRequest> {
        let since = *self.parked.get_or_insert_with(Instant::now);
        if since.elapsed() > PATIENCE_IN_A_CROWD {
            return Some(asked);
        }
        self.state = State::Parked { asked };
        None
    }

    /// What it is waited for at.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn waits_for(&self) -> Interest {
        match self.state {
            State::Head { .. } | State::Body { .. } | State::Draining => Interest::Read,
            // A caller that went is reported all the same.
            State::Parked { .. } | State::AwaitsToken => Interest::Nothing,
            State::Reply { .. } => Interest::Write,
        }
    }

    /// What `poll` said of it.
    pub(crate) fn polled(&mut self, result: Ready) {
        self.ready = result;
    }

    /// Has this said to the caller, whose request was read whole.
    pub(crate) fn reply(&mut self, bytes: Zeroizing<Vec<u8>>) {
        self.begin_reply(bytes, Unread::Nothing);
    }

    fn begin_reply(&mut self, bytes: Zeroizing<Vec<u8>>, unread: Unread) {
        self.since = Instant::now();
        self.ready = Ready::TO_WRITE;
        self.state = State::Reply { bytes, written: 0, unread };
    }

    fn deny(&mut self, denied: &Denied) {
        self.begin_reply(denied.reply(), Unread::Something);
    }

    /// Reads, decides and writes as far as it goes without waiting.
    pub(crate) fn go_on(&mut self, endpoint: &TokenEndpoint) -> Next {
        if self.awaits_token() || self.is_parked() {
            if self.ready.is_over() {
                return Next::Over;
            }
            return match std::mem::replace(&mut self.state, State::AwaitsToken) {
                State::Parked { asked } => Next::Asks(asked),
                _ => Next::Waits,
            };
        }
        if !self.ready.is_any() {
            return Next::Waits;
        }
        loop {
            match &mut self.state {
                State::Head { bytes } => {
                    let looked_at = bytes.len().saturating_sub(3);
                    match receive_into_spare(&self.stream, bytes) {
                        Step::Moved(_) => {}
                        Step::Waits => return Next::Waits,
                        Step::Over => return Next::Over,
                    }
                    let end = bytes[looked_at..].windows(4).position(|four| four == b"\r\n\r\n");
                    match end.map(|at| looked_at + at + 4) {
                        Some(end) => match whole_head(bytes, end, endpoint) {
                            Ok(Whole::Asked(asked)) => return self.ask(asked),
                            Ok(Whole::Body(state)) => self.state = state,
                            Err(denied) => self.deny(&denied),
                        },
                        None if bytes.len() == MAX_HEAD => {
                            let message = "the head is too large";
                            self.deny(&Denied::unknown(Status::HeadTooLarge, message));
                        }
                        None => {}
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
                State::Parked { .. } | State::AwaitsToken => return Next::Waits,
                State::Reply { bytes, written, .. } if *written < bytes.len() => {
                    match send(&self.stream, &bytes[*written..]) {
                        Step::Moved(count) => *written += count,
                        Step::Waits => return Next::Waits,
                        Step::Over => return Next::Over,
                    }
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

    fn ask(&mut self, asked: EndpointRequest) -> Next {
        self.state = State::AwaitsToken;
        Next::Asks(asked)
    }
}

enum Whole {
    Asked(EndpointRequest),
    Body(State),
}

/// Decides on a head, and gives its body memory once the head may ask.
fn whole_head(bytes: &[u8], end: usize, endpoint: &TokenEndpoint) -> Result<Whole, Denied> {
    let (head, rest) = bytes.split_at(end);
    match request::head(head, endpoint)? {
        Head::Asked(asked) if rest.is_empty() => Ok(Whole::Asked(asked)),
        Head::Body(protocol, length) if rest.len() <= length => {
            let mut body = Zeroizing::new(Vec::with_capacity(length));
            body.extend_from_slice(rest);
            Ok(Whole::Body(State::Body { protocol, bytes: body, length }))
        }
        _ => Err(Denied::unknown(Status::BadRequest, "one request a connection")),
    }
}
