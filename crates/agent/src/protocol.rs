//! Messages between commands and agent.
//!
//! ```text
//! frame   = length of the body (u32) ‖ body, at most MAX_FRAME bytes; to ask, and the reply, MAX_ASK
//! request = verb (u8) ‖ what the verb needs
//! reply   = outcome (u8) ‖ what the verb gives
//! number  = big-endian; bytes = length (u32) ‖ bytes
//! ```
//!
//! One request a connection. There is no verb that gives a key away, none that takes one (see `handing.rs`),
//! and none that opens, seals or authenticates bytes of the caller.

use zeroize::Zeroizing;

/// Longest body but that of a question: the sessions of many shells.
pub const MAX_FRAME: usize = 32 * 1024 * 1024;

/// Longest body of [`Verb::Ask`], and of its reply: the largest file that is imported, and what is in it.
pub const MAX_ASK: usize = 768 * 1024 * 1024;

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Verb {
    /// → unlocked (u8), epoch, idle and remaining seconds (u64), sessions (u32), version (bytes), idle
    /// limit in seconds (u64), whether keys go before the machine sleeps (u8), reach (u8).
    Status = 0,
    /// fingerprint of the keys that the caller gets → number (u32), each session: id (i64), leader (u32),
    /// its start (u64), its terminal (u32), revision (i64), box; then number (u32), each grant: hash, id (i64),
    /// process (u32) and its start (u64), the process that has claimed it (u32, 0 for none) and its start,
    /// whether the vault counts as used (u8), whether it expires (u8), when in Unix seconds (i64) and in
    /// milliseconds since boot (u64), box; then terminals (bytes) and their tag (32 bytes), see
    /// `terminals.rs`; or [`Outcome::OthersKeys`]. Then nobody is answered until the connection ends: see `server.rs`.
    HandOver = 1,
    /// → nothing.
    Lock = 2,
    /// session (i64), leader (u32, see [`Leader`]), box → nothing.
    SessionStart = 3,
    /// session → revision (i64), leader (u32), box.
    SessionRead = 4,
    /// session, revision that was read, box → nothing, or [`Outcome::Conflict`].
    SessionWrite = 5,
    /// session → nothing.
    SessionEnd = 6,
    /// message → message: see [`Answers`](crate::Answers).
    Ask = 7,
    /// number, each what keys of an epoch gave away when they were rotated (bytes) → whether those that
    /// are held are of such an epoch (u8).
    IsOfFormer = 8,
    /// hash (32 bytes), id (i64), process (u32, see [`Leader`]), whether the vault counts as used (u8), whether
    /// it expires (u8), when in Unix seconds (i64), box → nothing.
    GrantGive = 9,
    /// hash → nothing. From then on it is the caller's alone.
    GrantClaim = 10,
}

impl Verb {
    const ALL: [Self; 11] = [
        Self::Status,
        Self::HandOver,
        Self::Lock,
        Self::SessionStart,
        Self::SessionRead,
        Self::SessionWrite,
        Self::SessionEnd,
        Self::Ask,
        Self::IsOfFormer,
        Self::GrantGive,
        Self::GrantClaim,
    ];

    pub(crate) fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The longest body that begins with that byte.
    pub(crate) fn longest_body(number: u8) -> usize {
        if number == Self::Ask as u8 { MAX_ASK } else { MAX_FRAME }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// Done.
    Done = 0,
    /// No keys, or those of another epoch.
    Locked = 1,
    /// No such session for this caller.
    NoSession = 2,
    /// The session was written since it was read.
    Conflict = 3,
    /// Not a request, or one that is refused.
    Refused = 4,
    /// Keys of another vault with the same id are held: they stay.
    OthersKeys = 5,
    /// Another agent serves by now, at the same place. Nothing of the request was done.
    Moved = 6,
    /// Another agent serves, and does not make room.
    InTheWay = 7,
    /// A fault of the agent's own. What the request would have changed has either happened or not.
    Fault = 8,
}

impl Outcome {
    const ALL: [Self; 9] = [
        Self::Done,
        Self::Locked,
        Self::NoSession,
        Self::Conflict,
        Self::Refused,
        Self::OthersKeys,
        Self::Moved,
        Self::InTheWay,
        Self::Fault,
    ];

    pub(crate) fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leader {
    /// The process that started the caller: a shell, for `eval "$(azvault session start)"`.
    Parent,
    /// The caller itself, which goes on as another program.
    Caller,
    /// An ancestor of the caller, by process id.
    Ancestor(u32),
}

impl Leader {
    const CALLER: u32 = u32::MAX;

    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Parent => 0,
            Self::Caller => Self::CALLER,
            Self::Ancestor(pid) => pid,
        }
    }

    pub(crate) fn of(number: u32) -> Self {
        match number {
            0 => Self::Parent,
            Self::CALLER => Self::Caller,
            pid => Self::Ancestor(pid),
        }
    }
}

/// A message under way, in memory that is wiped. Its size is known before it is written, so that
/// it never grows and leaves no copy behind.
pub(crate) struct Message(Zeroizing<Vec<u8>>);

impl Message {
    /// A frame whose body begins with `first` and takes `room` bytes more.
    pub(crate) fn new(first: u8, room: usize) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(5 + room));
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(first);
        Self(bytes)
    }

    pub(crate) fn u8(mut self, number: u8) -> Self {
        self.0.push(number);
        self
    }

    pub(crate) fn u32(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(crate) fn u64(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(crate) fn i64(mut self, number: i64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.u32(length).raw(bytes)
    }

    /// The frame; `None` if it is longer than one may be.
    pub(crate) fn finish(self) -> Option<Zeroizing<Vec<u8>>> {
        self.finish_within(MAX_FRAME)
    }

    /// As [`Message::finish`], of what is asked, or answered.
    pub(crate) fn finish_within(mut self, longest: usize) -> Option<Zeroizing<Vec<u8>>> {
        let length = self.0.len() - 4;
        if length > longest {
            return None;
        }
        let length = u32::try_from(length).ok()?;
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        Some(self.0)
    }
}

/// Takes a body apart. Every step is `None` when there is too little left.
pub(crate) struct Body<'a>(pub(crate) &'a [u8]);

impl<'a> Body<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    pub(crate) fn hash(&mut self) -> Option<[u8; 32]> {
        self.array()
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// Nothing may be left over.
    pub(crate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Leader, MAX_FRAME, Message, Outcome, Verb};

    #[test]
    fn a_message_is_taken_apart_as_it_was_put_together() {
        let frame =
            Message::new(3, 100).u8(7).u32(8).u64(9).i64(-10).bytes(b"eleven").finish().unwrap();
        assert_eq!(frame[..5], [0, 0, 0, 32, 3]);
        let mut body = Body(&frame[5..]);
        assert_eq!((body.u8(), body.u32(), body.u64()), (Some(7), Some(8), Some(9)));
        assert_eq!((body.i64(), body.bytes()), (Some(-10), Some(&b"eleven"[..])));
        assert_eq!(body.end(), Some(()));
        assert_eq!(body.u8(), None);
    }

    #[test]
    fn a_length_that_is_not_there_gives_nothing() {
        assert_eq!(Body(&[0, 0, 0, 5, 1, 2]).bytes(), None);
        assert_eq!(Body(&[0xff; 4]).bytes(), None);
        assert!(Message::new(0, MAX_FRAME).raw(&vec![0; MAX_FRAME]).finish().is_none());
    }

    #[test]
    fn numbers_and_words_agree() {
        for number in 0..=255 {
            assert!(Verb::of(number).is_none_or(|verb| verb as u8 == number));
            assert!(Outcome::of(number).is_none_or(|outcome| outcome as u8 == number));
        }
        for leader in [Leader::Parent, Leader::Caller, Leader::Ancestor(7)] {
            assert_eq!(Leader::of(leader.number()), leader);
        }
    }
}
