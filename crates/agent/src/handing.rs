//! Keys go to an agent that the unlocking process started, through a connection that has no name.
//!
//! ```text
//! starter → agent   what comes (u8): 0 nothing, 1 keys ‖ their fingerprint
//! agent → starter   outcome (u8): it is ready for them, or why it is not         where keys come
//! starter → agent   1 ‖ epoch (u32) ‖ idle and hard limit in seconds (u64) ‖ reach (u8; 0: as before) ‖ keys
//! agent → starter   outcome (u8): it serves
//! ```
//!
//! Keys are sent last, when all that could fail before has been done, and never to what listens at a
//! name that others know. Each line is a frame of [`crate::protocol`].

use std::io::Write;
use std::time::Duration;

use azvault_os::pipe::{Caller, Stream};
use azvault_vault::{Keys, Problem, fingerprint};

use crate::client::CallError;
use crate::frame;
use crate::hold::{Limits, Reach, Terms};
use crate::protocol::{Body, Message, Outcome};
use crate::terminals::Terminal;

/// An agent that has not started by then never will. It waits for others itself, and not so long.
const TO_START: Duration = Duration::from_secs(30);

/// What a starter has to wait for at the most between two lines.
const TO_ANSWER: Duration = Duration::from_secs(5);

/// Keys that an agent is to hold.
pub struct KeysToHold<'a> {
    /// Their epoch.
    pub epoch: u32,
    /// As [`Keys::to_bytes`] gives them.
    pub bytes: &'a [u8],
    /// For how long, and for whom.
    pub terms: Terms,
}

/// Tells an agent that is just starting at the other end of a pair which keys it has to hold, hands
/// them over once it is ready, and waits until it serves. Without keys it holds sessions alone, and
/// where another agent serves that one stays.
pub fn hand(agent: Stream, keys: Option<&KeysToHold<'_>>) -> Result<(), CallError> {
    let mut agent = agent;
    agent.set_patience(TO_START)?;
    let Some(keys) = keys else {
        say(&mut agent, Message::new(0, 0))?;
        return heard(&mut agent);
    };
    let known = Keys::from_bytes(keys.epoch, keys.bytes).ok_or(CallError::Refused)?;
    let mark = fingerprint(&known).map_err(|_| CallError::Refused)?;
    drop(known);
    say(&mut agent, Message::new(1, 4 + mark.len()).bytes(mark.as_bytes()))?;
    heard(&mut agent)?;
    let Terms { limits, reach } = keys.terms;
    let message = Message::new(1, 25 + Keys::SIZE)
        .u32(keys.epoch)
        .u64(limits.idle.as_secs())
        .u64(limits.hard.as_secs())
        .u8(reach.map_or(0, Reach::number))
        .bytes(keys.bytes);
    say(&mut agent, message)?;
    heard(&mut agent)
}

/// The process that started this agent, at the other end of the pair.
pub(crate) struct Starter {
    stream: Stream,
    fingerprint: Option<String>,
}

impl Starter {
    /// Hears what comes.
    pub(crate) fn hear(stream: Stream) -> Result<Self, CallError> {
        let mut stream = stream;
        stream.set_patience(TO_ANSWER)?;
        let heard = frame::receive(&mut stream)?;
        let mut body = Body(&heard);
        let fingerprint = match body.u8() {
            Some(0) => None,
            Some(1) => {
                let mark = body.bytes().and_then(|mark| String::from_utf8(mark.to_vec()).ok());
                Some(mark.ok_or(CallError::Refused)?)
            }
            _ => return Err(CallError::Refused),
        };
        body.end().ok_or(CallError::Refused)?;
        Ok(Self { stream, fingerprint })
    }

    /// The fingerprint of the keys that come; `None` where none do.
    pub(crate) fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Says how far it is. A starter that is gone needs to hear nothing.
    pub(crate) fn tell(&mut self, outcome: Outcome) {
        let _ = say(&mut self.stream, Message::new(outcome as u8, 0));
    }

    /// Says that all is ready for the keys that were announced, and takes them, and no others.
    pub(crate) fn keys(&mut self) -> Result<Option<(Keys, Terms)>, CallError> {
        let Some(announced) = self.fingerprint.clone() else { return Ok(None) };
        self.tell(Outcome::Done);
        let heard = frame::receive(&mut self.stream)?;
        let (keys, terms) = taken_apart(&heard).ok_or(CallError::Refused)?;
        let own = fingerprint(&keys).map_err(|_: Problem| CallError::Refused)?;
        if own != announced {
            return Err(CallError::Refused);
        }
        Ok(Some((keys, terms)))
    }

    /// The terminal of the process that has unlocked the vault.
    pub(crate) fn terminal(&self) -> Option<Terminal> {
        match self.stream.caller() {
            Caller::SameUser { pid } => Terminal::of(pid),
            Caller::Other => None,
        }
    }
}

fn taken_apart(heard: &[u8]) -> Option<(Keys, Terms)> {
    let mut body = Body(heard);
    if body.u8()? != 1 {
        return None;
    }
    let (epoch, idle, hard, reach) = (body.u32()?, body.u64()?, body.u64()?, body.u8()?);
    let reach = if reach == 0 { None } else { Some(Reach::of(reach)?) };
    let keys = Keys::from_bytes(epoch, body.bytes()?)?;
    body.end()?;
    let limits = Limits { idle: Duration::from_secs(idle), hard: Duration::from_secs(hard) };
    Some((keys, Terms { limits, reach }))
}

fn say(stream: &mut Stream, message: Message) -> Result<(), CallError> {
    let frame = message.finish().ok_or(CallError::TooLarge)?;
    Ok(stream.write_all(&frame)?)
}

fn heard(stream: &mut Stream) -> Result<(), CallError> {
    let reply = frame::receive(stream)?;
    match Outcome::of(reply[0]) {
        Some(Outcome::Done) => Ok(()),
        other => Err(CallError::of(other)),
    }
}
