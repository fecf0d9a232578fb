//! What commands say to the agent.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azvault_os::pipe::{Caller, Stream};
use azvault_vault::OpenError;
use azvault_vault::{Id, Keys, Opened, Placed, Sealer, SealerError, Subkey};
use zeroize::Zeroizing;

use crate::hold::Limits;
use crate::protocol::{Body, Leader, MAX_FRAME, Message, Outcome, Verb};

/// An agent that says nothing for so long is none.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// It does not do that.
    #[error("the agent refused")]
    Refused,
    /// A box that does not open.
    #[error(transparent)]
    Box(#[from] OpenError),
    /// More than one message may have.
    #[error("too much for one message")]
    TooLarge,
    /// It broke off, or talks nonsense.
    #[error(transparent)]
    Io(#[from] io::Error),
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

type Reply = Zeroizing<Vec<u8>>;

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
        let (stream, pid) = self.connect()?;
        let reply = exchange(stream, Message::new(Verb::Status as u8, 0))?;
        let mut body = Body(&reply[1..]);
        let (unlocked, epoch) = (body.u8(), body.u32());
        let (idle, expires, sessions) = (body.u64(), body.u64(), body.u32());
        let (Some(unlocked), Some(epoch), Some(idle), Some(expires), Some(sessions)) =
            (unlocked, epoch, idle, expires, sessions)
        else {
            return Err(nonsense());
        };
        let idle_limit_s = body.bytes().and_then(|_version| body.u64());
        let held = Unlocked { epoch, idle_s: idle, idle_limit_s, expires_s: expires };
        let unlocked = (unlocked == 1).then_some(held);
        Ok(Status { pid, unlocked, sessions })
    }

    /// Which version of azvault it is of; empty for one that does not say.
    pub fn version(&self) -> Result<String, CallError> {
        let reply = self.call(Message::new(Verb::Status as u8, 0))?;
        let version = reply.get(STATUS..).and_then(|rest| Body(rest).bytes()).unwrap_or_default();
        // What is no text is no version.
        Ok(String::from_utf8(version.to_vec()).unwrap_or_default())
    }

    /// Hands keys over, as [`Keys::to_bytes`] gives them, to be held within limits.
    pub fn unlock(&self, epoch: u32, keys: &[u8], limits: Limits) -> Result<(), CallError> {
        let message = Message::new(Verb::Unlock as u8, 24 + Keys::SIZE)
            .u32(epoch)
            .u64(limits.idle.as_secs())
            .u64(limits.hard.as_secs())
            .bytes(keys);
        self.call(message).map(drop)
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

    /// Ends a session.
    pub fn end_session(&self, id: Id) -> Result<(), CallError> {
        self.call(Message::new(Verb::SessionEnd as u8, 8).i64(id.number())).map(drop)
    }

    fn call(&self, message: Message) -> Result<Reply, CallError> {
        let (stream, _) = self.connect()?;
        exchange(stream, message)
    }

    /// Connects, and makes sure that who answers is of this user.
    fn connect(&self) -> Result<(Stream, u32), CallError> {
        let stream = Stream::connect(&self.socket).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => CallError::NotRunning,
            _ => e.into(),
        })?;
        let Caller::SameUser { pid } = stream.caller() else { return Err(CallError::Refused) };
        stream.set_patience(self.patience)?;
        Ok((stream, pid))
    }
}

/// Keys that the agent holds: each batch is one message.
pub struct RemoteKeys {
    client: Client,
    epoch: u32,
}

impl RemoteKeys {
    /// Those of an epoch.
    pub fn new(client: Client, epoch: u32) -> Self {
        Self { client, epoch }
    }

    fn batch(&self, verb: Verb, key: Subkey, placed: &[Placed<'_>]) -> Result<Reply, SealerError> {
        let room: usize = placed.iter().map(|one| 46 + one.bytes.len()).sum();
        let number = u32::try_from(placed.len()).map_err(|_| SealerError::TooLarge)?;
        let message = Message::new(verb as u8, 9 + room).u32(self.epoch).u8(key as u8).u32(number);
        let message = placed.iter().fold(message, |m, one| m.raw(&one.aad).bytes(one.bytes));
        self.client.call(message).map_err(sealer_error)
    }
}

impl Sealer for RemoteKeys {
    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError> {
        if boxes.is_empty() {
            return Ok(Vec::new());
        }
        let reply = self.batch(Verb::Open, key, boxes)?;
        let mut body = Body(&reply[1..]);
        let text = |_| {
            let text = body.bytes()?;
            let mut own = Zeroizing::new(Vec::with_capacity(text.len()));
            own.extend_from_slice(text);
            Some(own)
        };
        (0..boxes.len()).map(text).collect::<Option<_>>().ok_or_else(|| sealer_error(nonsense()))
    }

    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let reply = self.batch(Verb::Seal, key, texts)?;
        let mut body = Body(&reply[1..]);
        let sealed = |_| body.bytes().map(<[u8]>::to_vec);
        (0..texts.len()).map(sealed).collect::<Option<_>>().ok_or_else(|| sealer_error(nonsense()))
    }

    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError> {
        let message = Message::new(Verb::Mac as u8, 9 + message.len())
            .u32(self.epoch)
            .u8(key as u8)
            .bytes(message);
        let reply = self.client.call(message).map_err(sealer_error)?;
        reply[1..].try_into().map_err(|_| sealer_error(nonsense()))
    }
}

fn exchange(mut stream: Stream, message: Message) -> Result<Reply, CallError> {
    let frame = message.finish().ok_or(CallError::TooLarge)?;
    stream.write_all(&frame)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > MAX_FRAME {
        return Err(nonsense());
    }
    let mut reply = Zeroizing::new(vec![0; length]);
    stream.read_exact(&mut reply)?;
    match Outcome::of(reply[0]).ok_or_else(nonsense)? {
        Outcome::Done => Ok(reply),
        Outcome::Locked => Err(CallError::Locked),
        Outcome::NoSession => Err(CallError::NoSession),
        Outcome::Conflict => Err(CallError::Conflict),
        Outcome::Refused => Err(CallError::Refused),
        Outcome::WrongBox => Err(OpenError::WrongKeyOrMoved.into()),
        Outcome::DamagedBox => Err(OpenError::Damaged.into()),
        Outcome::OthersKeys => Err(CallError::OthersKeys),
    }
}

fn nonsense() -> CallError {
    CallError::Io(io::ErrorKind::InvalidData.into())
}

fn sealer_error(error: CallError) -> SealerError {
    match error {
        CallError::Locked | CallError::NotRunning => SealerError::Locked,
        CallError::Box(error) => SealerError::Box(error),
        CallError::TooLarge => SealerError::TooLarge,
        CallError::Io(error) => SealerError::Gone(error),
        CallError::NoSession | CallError::Conflict | CallError::OthersKeys | CallError::Refused => {
            SealerError::Gone(io::ErrorKind::ConnectionAborted.into())
        }
    }
}
