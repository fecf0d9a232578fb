//! The agent that served before: it hands its sessions over, and ends when this one serves.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use azvault_os::pipe::Stream;

use super::ServeError;
use super::heritage::Heritage;
use crate::client::{CallError, Client, exchange};
use crate::grants::Grants;
use crate::protocol::{Body, Message, Verb};
use crate::sessions::Sessions;

/// How long it has to answer: it needs microseconds, or hangs.
const TO_ANSWER: Duration = Duration::from_secs(2);

/// It answers nobody for five seconds after it handed its sessions over. Who takes longer than this
/// does not take over: it may have gone on.
const TO_TAKE_OVER: Duration = Duration::from_secs(3);

/// What it handed over.
pub(super) struct HandedOver {
    pub(super) waits: Predecessor,
    pub(super) heritage: Heritage,
}

/// An agent that waits until this one serves. Dropping it is the sign.
pub(super) struct Predecessor {
    _waits: Stream,
    since: Instant,
}

impl Predecessor {
    /// Has it hand its sessions over, to an agent that gets keys with that fingerprint; `None` where
    /// nobody listens.
    pub(super) fn ask(socket: &Path, fingerprint: &str) -> Result<Option<HandedOver>, ServeError> {
        let client = Client::new(socket.to_owned()).within(TO_ANSWER);
        let (mut stream, _) = match client.connect() {
            Err(CallError::NotRunning) => return Ok(None),
            connected => connected.map_err(in_the_way)?,
        };
        let since = Instant::now();
        let message = Message::new(Verb::HandOver as u8, 4 + fingerprint.len());
        let frame = message.bytes(fingerprint.as_bytes()).finish();
        let frame = frame.ok_or(io::Error::from(io::ErrorKind::InvalidData))?;
        let reply = exchange(&mut stream, &[&frame[..]]).map_err(in_the_way)?;
        let mut body = Body(&reply[1..]);
        let sessions = Sessions::taken_over(&mut body).ok_or(ServeError::InTheWay)?;
        let grants = Grants::taken_over(&mut body).ok_or(ServeError::InTheWay)?;
        let terminals = body.bytes().map(<[u8]>::to_vec).zip(body.hash());
        let terminals = terminals.ok_or(ServeError::InTheWay)?;
        body.end().ok_or(ServeError::InTheWay)?;
        let heritage = Heritage { sessions, grants, terminals };
        Ok(Some(HandedOver { waits: Self { _waits: stream, since }, heritage }))
    }

    /// Whether it may have gone on by now.
    pub(super) fn may_have_gone_on(&self) -> bool {
        self.since.elapsed() > TO_TAKE_OVER
    }
}

fn in_the_way(error: CallError) -> ServeError {
    match error {
        CallError::OthersKeys => ServeError::OthersKeys,
        // One that hangs, or of a version that does not know the verb, or none at all.
        _ => ServeError::InTheWay,
    }
}
