//! Terminals in which somebody has shown what unlocks the vault, and since when. A terminal is a session of
//! the kernel: a login, a window, a job that was started apart from both.

use std::time::Duration;

use azvault_os::process;

use crate::hold::{Moment, Reach};
use crate::protocol::{Body, Message};

/// More terminals than this nobody has.
const MAX_TERMINALS: usize = 256;

/// A session of the kernel, for good: its number alone may be another's later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    session: u32,
    /// When its leader was started; 0 where that has ended.
    started: u64,
}

impl Terminal {
    /// That of a process; `None` if there is none.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let session = process::facts(pid)?.terminal;
        let started = process::facts(session).map_or(0, |leader| leader.started);
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

    /// How much all of them take in a message.
    pub(crate) fn room(&self) -> usize {
        4 + self.0.len() * 20
    }

    /// All of them, for the agent that takes over.
    pub(crate) fn handed_over(&self, message: Message) -> Message {
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.iter().fold(message.u32(number), |message, (terminal, then)| {
            let since_boot = u64::try_from(then.boot.as_millis()).unwrap_or(u64::MAX);
            message.u32(terminal.session).u64(terminal.started).u64(since_boot)
        })
    }

    /// Takes over what another agent handed over; `None` for what is no such message.
    pub(crate) fn taken_over(body: &mut Body<'_>) -> Option<Self> {
        let mut taken = Self::default();
        for _ in 0..body.u32()? {
            let (session, started, since_boot) = (body.u32()?, body.u64()?, body.u64()?);
            let then = Moment { boot: Duration::from_millis(since_boot), ..Moment::default() };
            taken.add(Terminal { session, started }, then);
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Terminal, Terminals};
    use crate::hold::Moment;
    use crate::protocol::{Body, Message};

    fn at(seconds: u64) -> Moment {
        Moment { boot: Duration::from_secs(seconds), ..Moment::default() }
    }

    #[test]
    fn a_terminal_is_known_by_its_leader_and_not_by_its_number_alone() {
        let own = std::process::id();
        let terminal = Terminal::of(own).unwrap();
        let mut terminals = Terminals::default();
        assert_eq!(terminals.since(own, at(9)), None);
        terminals.add(Terminal { started: terminal.started + 1, ..terminal }, at(5));
        assert_eq!(terminals.since(own, at(9)), None, "its number is another's by now");
        terminals.add(terminal, at(6));
        assert_eq!(terminals.since(own, at(9)), Some(Duration::from_secs(3)));
        terminals.add(terminal, at(8));
        assert_eq!(terminals.since(own, at(9)), Some(Duration::from_secs(1)));

        let message = terminals.handed_over(Message::new(0, terminals.room())).finish().unwrap();
        let mut body = Body(&message[5..]);
        let taken = Terminals::taken_over(&mut body).unwrap();
        assert_eq!(taken.since(own, at(9)), Some(Duration::from_secs(1)));
        assert!(body.end().is_some());
        terminals.clear();
        assert_eq!(terminals.since(own, at(9)), None);
    }
}
