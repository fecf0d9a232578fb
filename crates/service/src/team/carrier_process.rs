//! A carrier, as the agent sees it that started it. Nothing here waits.

use std::collections::VecDeque;
use std::io;
use std::process::{Child, Command, Stdio};

use azvault_os::pipe::{Interest, Step, Stream, receive_into_spare, send};
use azvault_os::process::start_apart_from_terminal;
use zeroize::Zeroizing;

use super::carried::{FromCarrier, ToCarrier};
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, encode, framed, length_of, split};
use crate::request::Nothing;
use crate::verbs::{SteppedTeam, TeamConnection};

/// A carrier that was started. It ends with this.
pub(super) struct CarrierProcess {
    child: Child,
    stream: Stream,
    connection: TeamConnection,
    /// What is still to be written, and how much of the first is.
    outgoing: VecDeque<Bytes>,
    written: usize,
    incoming: Zeroizing<Vec<u8>>,
}

impl CarrierProcess {
    /// Starts it with its connection alone: no environment, no file, no vault.
    pub(super) fn start(first: SteppedTeam) -> io::Result<Self> {
        let (own, its) = Stream::pair()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("carry").env_clear().current_dir("/");
        command.stdin(its.into_input()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = start_apart_from_terminal(&mut command).spawn()?;
        let (outgoing, incoming) = (VecDeque::new(), Zeroizing::new(Vec::with_capacity(4)));
        let (stream, connection) = (own.without_waiting()?, first.connection.copied());
        let mut process = Self { child, stream, connection, outgoing, written: 0, incoming };
        process.say(ToCarrier::Next(Box::new(first)));
        Ok(process)
    }

    /// Whether it is connected as the vault says by now.
    pub(super) fn is_at(&self, stepped: &SteppedTeam) -> bool {
        self.connection.same_as(&stepped.connection)
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn waits_for(&self) -> Interest {
        if self.outgoing.is_empty() { Interest::Read } else { Interest::Write }
    }

    /// Has it told; as far as it does not go at once, with the next [`CarrierProcess::hear`].
    pub(super) fn say(&mut self, mut message: ToCarrier) {
        self.outgoing.push_back(framed(&encode(&mut Nothing {}, &mut message)));
        // That it is gone is heard.
        let _ = self.write();
    }

    /// Writes and reads as far as it goes. `None` where no message is whole yet.
    pub(super) fn hear(&mut self) -> Result<Option<FromCarrier>, Failure> {
        self.write()?;
        loop {
            let wanted = match self.incoming.first_chunk::<4>() {
                Some(length) => 4 + length_of(*length).map_err(|_| broken())?,
                None => 4,
            };
            if wanted > 4 && self.incoming.len() >= wanted {
                let said = split(&self.incoming[4..wanted]).map_err(|_| broken())?.body(0);
                let rest = &self.incoming[wanted..];
                let mut room = Zeroizing::new(Vec::with_capacity(rest.len().max(4)));
                room.extend_from_slice(rest);
                self.incoming = room;
                return said.map(Some).map_err(|_| broken());
            }
            if self.incoming.capacity() < wanted {
                let mut room = Zeroizing::new(Vec::with_capacity(wanted));
                room.extend_from_slice(&self.incoming);
                self.incoming = room;
            }
            match receive_into_spare(&self.stream, &mut self.incoming) {
                Step::Moved(_) => {}
                Step::Waits => return Ok(None),
                Step::Over => return Err(broken()),
            }
        }
    }

    fn write(&mut self) -> Result<(), Failure> {
        while let Some(first) = self.outgoing.front() {
            match send(&self.stream, &first[self.written..]) {
                Step::Moved(count) => self.written += count,
                Step::Waits => return Ok(()),
                Step::Over => return Err(broken()),
            }
            if self.written == first.len() {
                self.written = 0;
                self.outgoing.pop_front();
            }
        }
        Ok(())
    }
}

impl Drop for CarrierProcess {
    fn drop(&mut self) {
        // It has a password and no key: it ends with the keys, and is not waited for but a moment.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broken() -> Failure {
    Failure::new(Kind::Other, "the process that carries the team's records ended")
        .hint("azvault team sync")
}
