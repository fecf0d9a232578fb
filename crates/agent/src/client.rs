//! What commands say to the agent.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_os::pipe::{Caller, Stream};
use azvault_vault::Id;
use zeroize::Zeroizing;

use crate::frame;
use crate::grants::{HandleHash, NewGrant};
use crate::hold::Reach;
use crate::patience::Patient;
use crate::protocol::{Body, Leader, Message, Outcome, Verb};

/// An agent that says nothing for so long is none.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked takes a second more for so many bytes, where the machine is slow.
const PER_SECOND: usize = 128 * 1024;

/// More agents than this do not take over from one another while one question is asked.
const MAX_MOVES: usize = 16;

/// Bytes of a status before the version: outcome, unlocked, epoch, two times, sessions.
const STATUS: usize = 1 + 1 + 4 + 8 + 8 + 4;

/// Why the agent did not do it.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nobody listens.
    #[error("no agent runs")]
    NotRunning,
    /// It holds no keys, or those of another epoch.
    #[error("the vault is locked")]
    Locked,
    /// It has no such session for this process.
    #[error("the session is gone")]
    NoSession,
    /// The session was written since it was read: read it again.
    #[error("the session was changed meanwhile")]
    Conflict,
    /// It holds keys of another fingerprint, which it keeps.
    #[error("other keys are held")]
    OthersKeys,
    /// Another agent took its place, and another one its: nobody could be asked.
    #[error("the agent goes on being replaced")]
    Moved,
    /// What serves does not make room for another one: it hangs, is of another version, or is none.
    #[error("the one that runs does not hand its sessions over")]
    InTheWay,
    /// It does not do that.
    #[error("the agent refused")]
    Refused,
    /// It met a fault of its own: what was asked for has either happened or not.
    #[error("a fault in the agent: what was asked for has happened, or has not")]
    Fault,
    /// More than one message may have.
    #[error("too much for one message")]
    TooLarge,
    /// It broke off, or talks nonsense.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl CallError {
    /// What an outcome that is not done means.
    pub(crate) fn of(outcome: Option<Outcome>) -> Self {
        match outcome {
            Some(Outcome::Locked) => Self::Locked,
            Some(Outcome::NoSession) => Self::NoSession,
            Some(Outcome::Conflict) => Self::Conflict,
            Some(Outcome::Refused) => Self::Refused,
            Some(Outcome::OthersKeys) => Self::OthersKeys,
            Some(Outcome::Moved) => Self::Moved,
            Some(Outcome::InTheWay) => Self::InTheWay,
            Some(Outcome::Fault) => Self::Fault,
            Some(Outcome::Done) | None => nonsense(),
        }
    }
}

/// How an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// `None` when it is locked.
    pub unlocked: Option<Unlocked>,
    /// Number of sessions.
    pub sessions: u32,
    /// Whether the login manager has the machine wait with sleep until its keys are gone. Else they go
    /// within seconds after it woke.
    pub locks_before_sleep: bool,
}

/// Keys that an agent holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlocked {
    /// Their epoch.
    pub epoch: u32,
    /// Seconds since their last use.
    pub idle_s: u64,
    /// Seconds without use after which they go; `None` where an older agent does not say.
    pub idle_limit_s: Option<u64>,
    /// Seconds until they go, whatever happens.
    pub expires_s: u64,
    /// Whom it answers; `None` where an older agent does not say.
    pub reach: Option<Reach>,
}

/// A session as the agent has it.
pub struct StoredSession {
    /// How often it was written.
    pub revision: i64,
    /// The process that it ends with.
    pub leader: u32,
    /// Its state, sealed.
    pub sealed: Vec<u8>,
}

/// The way to the agent of one vault.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
    patience: Duration,
}

pub(crate) type Reply = Zeroizing<Vec<u8>>;

impl Client {
    /// Of the agent at a socket, which need not be there.
    pub fn new(socket: PathBuf) -> Self {
        Self { socket, patience: PATIENCE }
    }

    /// The same, waiting no longer than that.
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether anything of this user takes connections there.
    pub fn is_listening(&self) -> bool {
        self.connect().is_ok()
    }

    /// How it is.
    pub fn status(&self) -> Result<Status, CallError> {
        let (reply, pid) = self.exchange(Message::new(Verb::Status as u8, 0))?;
        let mut body = Body(&reply[1..]);
        let (unlocked, epoch) = (body.u8(), body.u32());
        let (idle, expires, sessions) = (body.u64(), body.u64(), body.u32());
        let (Some(unlocked), Some(epoch), Some(idle), Some(expires), Some(sessions)) =
            (unlocked, epoch, idle, expires, sessions)
        else {
            return Err(nonsense());
        };
        let idle_limit_s = body.bytes().and_then(|_version| body.u64());
        let locks_before_sleep = body.u8() == Some(1);
        let reach = body.u8().and_then(Reach::of);
        let held = Unlocked { epoch, idle_s: idle, idle_limit_s, expires_s: expires, reach };
        let unlocked = (unlocked == 1).then_some(held);
        Ok(Status { pid, unlocked, sessions, locks_before_sleep })
    }

    /// Which version of azvault it is of; empty for one that does not say.
    pub fn version(&self) -> Result<String, CallError> {
        let reply = self.call(Message::new(Verb::Status as u8, 0))?;
        let version = reply.get(STATUS..).and_then(|rest| Body(rest).bytes()).unwrap_or_default();
        // What is no text is no version.
        Ok(String::from_utf8(version.to_vec()).unwrap_or_default())
    }

    /// What the service behind the agent answers to a message.
    pub fn ask(&self, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, CallError> {
        let more = u64::try_from(message.len() / PER_SECOND).unwrap_or_default();
        let patient = self.clone().within(self.patience + Duration::from_secs(more));
        let (mut reply, _) = patient.send(&head(Verb::Ask, message.len())?, message)?;
        reply.drain(..1);
        Ok(reply)
    }

    /// Whether the keys that it holds are of an epoch that gave one of these away when they were rotated.
    pub fn is_of_former(&self, former: &[String]) -> Result<bool, CallError> {
        let room = former.iter().map(|one| 4 + one.len()).sum::<usize>();
        let number = u32::try_from(former.len()).map_err(|_| CallError::TooLarge)?;
        let message = Message::new(Verb::IsOfFormer as u8, 4 + room).u32(number);
        let message = former.iter().fold(message, |message, one| message.bytes(one.as_bytes()));
        Ok(self.call(message)?.get(1) == Some(&1))
    }

    /// Has the keys wiped.
    pub fn lock(&self) -> Result<(), CallError> {
        self.call(Message::new(Verb::Lock as u8, 0)).map(drop)
    }

    /// Starts a session that ends with its leader.
    pub fn start_session(&self, id: Id, leader: Leader, sealed: &[u8]) -> Result<(), CallError> {
        let message = Message::new(Verb::SessionStart as u8, 16 + sealed.len())
            .i64(id.number())
            .u32(leader.number())
            .bytes(sealed);
        self.call(message).map(drop)
    }

    /// Reads a session to which this process belongs.
    pub fn read_session(&self, id: Id) -> Result<StoredSession, CallError> {
        let reply = self.call(Message::new(Verb::SessionRead as u8, 8).i64(id.number()))?;
        let mut body = Body(&reply[1..]);
        let (Some(revision), Some(leader), Some(sealed)) = (body.i64(), body.u32(), body.bytes())
        else {
            return Err(nonsense());
        };
        Ok(StoredSession { revision, leader, sealed: sealed.to_vec() })
    }

    /// Puts a state in the place of the one that was read, with the next revision.
    pub fn write_session(&self, id: Id, read: i64, sealed: &[u8]) -> Result<(), CallError> {
        let message = Message::new(Verb::SessionWrite as u8, 20 + sealed.len())
            .i64(id.number())
            .i64(read)
            .bytes(sealed);
        self.call(message).map(drop)
    }

    /// Has the agent bind a grant to this process, or to an ancestor of it.
    pub fn give_grant(&self, grant: &NewGrant) -> Result<(), CallError> {
        self.call(grant.written(Message::new(Verb::GrantGive as u8, grant.room()))).map(drop)
    }

    /// Makes a grant this process's alone.
    pub fn claim_grant(&self, hash: &HandleHash) -> Result<(), CallError> {
        self.call(Message::new(Verb::GrantClaim as u8, hash.len()).raw(hash)).map(drop)
    }

    /// Ends a session.
    pub fn end_session(&self, id: Id) -> Result<(), CallError> {
        self.call(Message::new(Verb::SessionEnd as u8, 8).i64(id.number())).map(drop)
    }

    fn call(&self, message: Message) -> Result<Reply, CallError> {
        self.exchange(message).map(|(reply, _)| reply)
    }

    fn exchange(&self, message: Message) -> Result<(Reply, u32), CallError> {
        self.send(&message.finish().ok_or(CallError::TooLarge)?, &[])
    }

    /// Asks whoever serves: one that another took over from had done nothing of it. The frame may be in two
    /// parts, so that what is large is not copied.
    fn send(&self, frame: &[u8], more: &[u8]) -> Result<(Reply, u32), CallError> {
        for _ in 0..MAX_MOVES {
            let (mut stream, pid) = self.connect()?;
            match exchange(&mut Patient::new(&mut stream, pid), &[frame, more]) {
                Err(CallError::Moved) => {}
                reply => return reply.map(|reply| (reply, pid)),
            }
        }
        Err(CallError::Moved)
    }

    /// Connects, and makes sure that who answers is of this user.
    pub(crate) fn connect(&self) -> Result<(Stream, u32), CallError> {
        let stream = Stream::connect(&self.socket).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => CallError::NotRunning,
            _ => e.into(),
        })?;
        let Caller::SameUser { pid } = stream.caller() else { return Err(CallError::Refused) };
        stream.set_patience(self.patience)?;
        Ok((stream, pid))
    }
}

/// The head of a frame whose body is a verb's byte and that many more.
fn head(verb: Verb, length: usize) -> Result<[u8; 5], CallError> {
    let length = length.saturating_add(1);
    let length = u32::try_from(length).ok().filter(|_| length <= Verb::longest_body(verb as u8));
    let [one, two, three, four] = length.ok_or(CallError::TooLarge)?.to_be_bytes();
    Ok([one, two, three, four, verb as u8])
}

/// Sends one frame, in parts, and gives the reply.
pub(crate) fn exchange(
    stream: &mut (impl Read + Write),
    parts: &[&[u8]],
) -> Result<Reply, CallError> {
    match parts.iter().try_for_each(|part| stream.write_all(part)) {
        // It answered before it had heard all, and what it said can still be read.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    let reply = frame::receive(stream)?;
    match Outcome::of(reply[0]) {
        Some(Outcome::Done) => Ok(reply),
        other => Err(CallError::of(other)),
    }
}

fn nonsense() -> CallError {
    CallError::Io(io::ErrorKind::InvalidData.into())
}
