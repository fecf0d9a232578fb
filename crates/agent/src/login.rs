//! What the login manager of the machine says: it is about to sleep, the screen is locked, the last login
//! has ended.
//!
//! A process of its own hears it ([`watch`]), since it parses what comes from a bus and runs a library for
//! that: it holds no key, and one that hangs keeps no agent from answering. It tells the agent by one
//! byte each, and holds the machine back from sleeping until the agent says that its keys are gone.

#[cfg_attr(windows, path = "login/no_bus.rs")]
mod bus;

use std::io::{Read, Write};
use std::process::Child;
use std::sync::mpsc::channel;
use std::thread;

use azvault_os::pipe::{Step, Stream, receive, send};

/// What the agent is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Event {
    /// The login manager is heard, and waits for this agent before the machine sleeps.
    Watches = b'w',
    /// The machine is about to sleep or to be shut down.
    Sleeps = b's',
    /// A screen of this user is locked.
    ScreenLocked = b'l',
    /// The last login of this user has ended.
    LoggedOut = b'o',
}

impl Event {
    const ALL: [Self; 4] = [Self::Watches, Self::Sleeps, Self::ScreenLocked, Self::LoggedOut];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|event| *event as u8 == byte)
    }
}

/// What the agent says: its keys are gone.
const WIPED: u8 = b'k';

/// The process that hears the login manager, on the agent's side. It ends with this.
pub struct Watcher {
    stream: Stream,
    process: Child,
}

impl Watcher {
    /// With the other end of its pair.
    pub fn new(stream: Stream, process: Child) -> Self {
        Self { stream, process }
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// What it said, once there is something; `None` if it has ended, or says what is no event.
    pub(crate) fn heard(&self) -> Option<Event> {
        let mut byte = [0];
        match receive(&self.stream, &mut byte) {
            Step::Moved(_) => Event::of(byte[0]),
            Step::Waits | Step::Over => None,
        }
    }

    /// Says that the keys are gone.
    pub(crate) fn tell_wiped(&self) {
        // One byte fits; a watcher that is gone holds nothing back.
        let _ = send(&self.stream, &[WIPED]);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Hears the login manager at a bus, and tells the agent, until the agent has ended. Where there is no
/// such bus, or it does not speak, nothing is told.
pub fn watch(agent: Stream, bus: String) -> std::io::Result<()> {
    let (wiped, hears) = channel();
    let mut teller = agent.try_clone()?;
    // Apart, so that a bus that hangs does not keep this process when its agent has ended.
    thread::spawn(move || {
        let tell = |event: Event| teller.write_all(&[event as u8]);
        let _ = bus::hear(&bus, tell, &hears);
    });
    let mut agent = agent;
    let mut byte = [0];
    while agent.read(&mut byte)? > 0 {
        let _ = wiped.send(());
    }
    Ok(())
}
