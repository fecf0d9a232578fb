//! The renewer, as the process sees it that started it: the order goes there, the answer comes back, and
//! neither is waited for.

use std::fs::File;
use std::io;
use std::process::{Child, Command, Stdio};

use azvault_os::pipe::{Interest, Step, Stream, Wait, receive_into_spare, send};
use azvault_os::process::{start_apart_from_terminal, start_holding};
use zeroize::Zeroizing;

use super::order::{Answer, Credential, Order};
use crate::failure::{Failure, Kind};
use crate::message::{Bytes, encode, framed, length_of, split};
use crate::request::Nothing;

/// What a renewer is told when what it answered is stored.
pub(super) const STORED: u8 = b's';

/// A renewer that was started. It has the turn of its account for as long as it runs.
pub(crate) struct RenewalProcess {
    child: Child,
    stream: Stream,
    order: Bytes,
    written: usize,
    answer: Zeroizing<Vec<u8>>,
}

/// How far a renewer has come.
pub(super) enum Heard {
    Nothing,
    Answer(Box<Answer>),
}

impl RenewalProcess {
    /// Starts it with an order. It inherits the turn, the order's connection, and nothing else.
    pub(super) fn start(order: &mut Order, turn: &File) -> io::Result<Self> {
        let (own, its) = Stream::pair()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("renew").env_clear().current_dir("/");
        if let Credential::Pkcs11Key(parts) = &order.credential {
            // By which its module finds its settings.
            command.envs(&parts.key.place.variables);
        }
        command.stdin(its.into_input()).stdout(Stdio::null()).stderr(Stdio::null());
        // Of its own group: Ctrl-C is for the command that waits.
        let child = start_holding(start_apart_from_terminal(&mut command), turn)?;
        Ok(Self {
            child,
            stream: own.without_waiting()?,
            order: framed(&encode(&mut Nothing {}, order)),
            written: 0,
            answer: Zeroizing::new(Vec::with_capacity(4)),
        })
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(crate) fn waits_for(&self) -> Interest {
        if self.written < self.order.len() { Interest::Write } else { Interest::Read }
    }

    /// Writes and reads as far as it goes without waiting.
    pub(super) fn go_on(&mut self) -> Result<Heard, Failure> {
        while self.written < self.order.len() {
            match send(&self.stream, &self.order[self.written..]) {
                Step::Moved(count) => self.written += count,
                Step::Waits => return Ok(Heard::Nothing),
                Step::Over => return Err(broken()),
            }
        }
        // What was handed over is nobody's any more.
        if self.order.capacity() > 0 {
            self.order = Zeroizing::new(Vec::new());
            self.written = 0;
        }
        loop {
            let wanted = match self.answer.first_chunk::<4>() {
                Some(length) => 4 + length_of(*length).map_err(|_| broken())?,
                None => 4,
            };
            if wanted > 4 && self.answer.len() >= wanted {
                let parts = split(&self.answer[4..wanted]).map_err(|_| broken())?;
                let answer = parts.body(0).map_err(|_| broken())?;
                return Ok(Heard::Answer(Box::new(answer)));
            }
            if self.answer.capacity() < wanted {
                // The length alone was there: nothing secret is left behind.
                let mut room = Zeroizing::new(Vec::with_capacity(wanted));
                room.extend_from_slice(&self.answer);
                self.answer = room;
            }
            match receive_into_spare(&self.stream, &mut self.answer) {
                Step::Moved(_) => {}
                Step::Waits => return Ok(Heard::Nothing),
                Step::Over => return Err(broken()),
            }
        }
    }

    /// The answer, however long it takes.
    pub(super) fn wait(&mut self) -> Result<Answer, Failure> {
        loop {
            if let Heard::Answer(answer) = self.go_on()? {
                return Ok(*answer);
            }
            let mut wait = Wait::new();
            wait.add(&self.stream, self.waits_for());
            let waited = wait.within(None);
            waited.map_err(|e| Failure::new(Kind::Other, format!("renewing: {e}")))?;
        }
    }

    /// What it answered is stored. It ends.
    pub(super) fn tell_stored(&self) {
        // One byte fits; one that is gone needs none.
        let _ = send(&self.stream, &[STORED]);
    }

    /// Lets it go. What it answered and was not told to be stored it keeps. It is to be waited for.
    pub(super) fn let_go(self) -> Child {
        self.child
    }
}

fn broken() -> Failure {
    Failure::new(Kind::Other, "renewing broke off").hint("run the command again")
}
