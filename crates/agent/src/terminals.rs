//! Terminals in which somebody has shown what unlocks the vault, and since when. A terminal is a session of
//! the kernel: a login, a window, a job that was started apart from both.

use std::time::Duration;

use azvault_os::process;
use azvault_vault::{Keys, Sealer, Subkey};
use subtle::ConstantTimeEq;

use crate::hold::{Moment, Reach};
use crate::protocol::Body;

/// By which it is known that a list is one, and no other message under the same key.
const CONTEXT: &[u8] = b"azv1.terminals";

/// An HMAC.
pub(crate) type Tag = [u8; 32];

/// More terminals than this nobody has.
const MAX_TERMINALS: usize = 256;

/// A session of the kernel, for good: its number alone may be another's later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    session: u32,
    /// When its leader was started.
    started: u64,
}

impl Terminal {
    /// That of a process; `None` if there is none, or if its leader has ended or is outside of this container:
    /// what is left is a number, which another session may get or has.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let session = process::facts(pid)?.terminal;
        let started = process::facts(session)?.started;
        Some(Self { session, started })
    }
}

/// What is known of the terminal of a process that asks.
#[derive(Clone, Copy, Debug)]
pub struct CallerTerminal {
    /// How long ago somebody has unlocked the vault there.
    pub unlocked: Option<Duration>,
    /// Whom the agent answers.
    pub reach: Reach,
}

/// Where the vault was unlocked, and when.
#[derive(Default)]
pub(crate) struct Terminals(Vec<(Terminal, Moment)>);

impl Terminals {
    /// Somebody has unlocked the vault there.
    pub(crate) fn add(&mut self, terminal: Terminal, now: Moment) {
        self.0.retain(|(known, _)| known.session != terminal.session);
        if self.0.len() >= MAX_TERMINALS {
            self.0.remove(0);
        }
        self.0.push((terminal, now));
    }

    /// How long ago that was in the terminal of a process.
    pub(crate) fn since(&self, pid: u32, now: Moment) -> Option<Duration> {
        let own = Terminal::of(pid)?;
        let (_, then) = self.0.iter().find(|(terminal, _)| *terminal == own)?;
        Some(now.boot.saturating_sub(then.boot))
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// All of them and whom the agent answers, for the one that takes over, under a key of the vault: what has taken
    /// an agent's place has not unlocked it.
    pub(crate) fn handed_over(&self, reach: Reach, keys: &Keys) -> Option<(Vec<u8>, Tag)> {
        let mut bytes = CONTEXT.to_vec();
        bytes.push(reach.number());
        for (terminal, then) in &self.0 {
            let since_boot = u64::try_from(then.boot.as_millis()).unwrap_or(u64::MAX);
            bytes.extend(terminal.session.to_be_bytes());
            bytes.extend(terminal.started.to_be_bytes());
            bytes.extend(since_boot.to_be_bytes());
        }
        let tag = keys.mac(Subkey::Anchor, &bytes).ok()?;
        Some((bytes, tag))
    }

    /// Takes over what another agent of the same keys handed over; `None` for anything else.
    pub(crate) fn taken_over(bytes: &[u8], tag: &Tag, keys: &Keys) -> Option<(Self, Reach)> {
        let own = keys.mac(Subkey::Anchor, bytes).ok()?;
        if !bool::from(own.ct_eq(tag)) {
            return None;
        }
        let mut body = Body(bytes.strip_prefix(CONTEXT)?);
        let (reach, mut taken) = (Reach::of(body.u8()?)?, Self::default());
        while body.end().is_none() {
            let (session, started, since_boot) = (body.u32()?, body.u64()?, body.u64()?);
            let then = Moment { boot: Duration::from_millis(since_boot), ..Moment::default() };
            taken.add(Terminal { session, started }, then);
        }
        Some((taken, reach))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use azvault_vault::Keys;

    use super::{Terminal, Terminals};
    use crate::hold::{Moment, Reach};

    fn at(seconds: u64) -> Moment {
        Moment { boot: Duration::from_secs(seconds), ..Moment::default() }
    }

    /// A process that leads a session, and ends with its standard input.
    fn leader() -> Child {
        let mut leader = Command::new("setsid");
        leader.args(["sh", "-c", "echo; read -r _"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut leader = leader.spawn().unwrap();
        // What it says it says when it leads.
        leader.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        leader
    }

    #[test]
    fn a_terminal_is_known_by_its_leader_and_not_by_its_number_alone() {
        // In CI these tests may have no terminal of their own.
        let other = Terminal::of(std::process::id()).is_none().then(leader);
        let own = other.as_ref().map_or(std::process::id(), Child::id);
        let terminal = Terminal::of(own).unwrap();
        let mut terminals = Terminals::default();
        assert_eq!(terminals.since(own, at(9)), None);
        terminals.add(Terminal { started: terminal.started + 1, ..terminal }, at(5));
        assert_eq!(terminals.since(own, at(9)), None, "its number is another's by now");
        terminals.add(terminal, at(6));
        assert_eq!(terminals.since(own, at(9)), Some(Duration::from_secs(3)));
        terminals.add(terminal, at(8));
        assert_eq!(terminals.since(own, at(9)), Some(Duration::from_secs(1)));

        let keys = Keys::from_bytes(1, &[7; Keys::SIZE]).unwrap();
        let (bytes, tag) = terminals.handed_over(Reach::Terminal, &keys).unwrap();
        let (taken, reach) = Terminals::taken_over(&bytes, &tag, &keys).unwrap();
        assert_eq!(taken.since(own, at(9)), Some(Duration::from_secs(1)));
        assert_eq!(reach, Reach::Terminal);
        // What has no key of the vault makes no list, and changes none.
        let others = Keys::from_bytes(1, &[8; Keys::SIZE]).unwrap();
        assert!(Terminals::taken_over(&bytes, &tag, &others).is_none());
        assert!(Terminals::taken_over(&bytes[..bytes.len() - 1], &tag, &keys).is_none());
        assert!(Terminals::taken_over(&bytes, &[0; 32], &keys).is_none());
        terminals.clear();
        assert_eq!(terminals.since(own, at(9)), None);
        if let Some(mut other) = other {
            drop(other.stdin.take());
            other.wait().unwrap();
        }
    }
}
