//! Connections of Windows: none yet. Nothing listens, nothing is connected to, and nothing is waited for; who asks is
//! told that this system does not have it.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::caller::Caller;
use super::interest::Interest;
use super::step::Step;

/// What there is none of.
pub(crate) enum Never {}

fn not_here<T>() -> io::Result<T> {
    let what = "connections between processes of azvault are not on Windows yet";
    Err(io::Error::new(io::ErrorKind::Unsupported, what))
}

/// Where processes would be listed.
pub const ANNOUNCED_IN: &str = "the processes of this system";

/// That this process can be found under a name.
pub struct Announcement(Never);

impl Announcement {
    /// It cannot.
    pub fn raise(_name: &str) -> io::Result<Self> {
        not_here()
    }

    /// The next caller, if there is one.
    pub fn accept(&self) -> Option<Stream> {
        match self.0 {}
    }
}

/// A process that was found by its name.
pub struct Reached {
    /// Who it is.
    pub caller: Caller,
    /// The connection to it.
    pub stream: Stream,
}

/// No process has a name.
pub fn reach(_name: &str) -> io::Result<Option<Reached>> {
    Ok(None)
}

/// No process has a name.
pub fn announced() -> io::Result<BTreeSet<String>> {
    Ok(BTreeSet::new())
}

/// A process of this user at the other end of a connection.
pub struct Peer(Never);

impl Peer {
    /// Who connected.
    pub fn of(stream: &Stream) -> Option<Self> {
        match stream.0 {}
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        match self.0 {}
    }

    /// Whether it still runs.
    pub fn is_there(&self) -> bool {
        match self.0 {}
    }
}

/// Listens at a place.
pub struct Listener(Never);

impl Listener {
    /// It cannot.
    pub fn bind(_path: &Path) -> io::Result<Self> {
        not_here()
    }

    /// The next caller, if there is one.
    pub fn accept(&self) -> io::Result<Stream> {
        match self.0 {}
    }
}

/// One connection.
pub struct Stream(Never);

impl Stream {
    /// Nobody listens.
    pub fn connect(_path: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::NotFound.into())
    }

    /// The two ends of a connection without a name.
    pub fn pair() -> io::Result<(Self, Self)> {
        not_here()
    }

    /// As the standard input of a program that is started.
    pub fn into_input(self) -> Stdio {
        match self.0 {}
    }

    /// The connection that this process was started with.
    pub fn of_input() -> io::Result<Self> {
        not_here()
    }

    /// The same, of which nothing is waited for.
    pub fn without_waiting(self) -> io::Result<Self> {
        match self.0 {}
    }

    /// Another handle of the same connection.
    pub fn try_clone(&self) -> io::Result<Self> {
        match self.0 {}
    }

    /// Who is at the other end.
    pub fn caller(&self) -> Caller {
        match self.0 {}
    }

    /// Waits so long for each read and write.
    pub fn set_patience(&self, _patience: Duration) -> io::Result<()> {
        match self.0 {}
    }
}

impl Read for Stream {
    fn read(&mut self, _bytes: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}

impl Write for Stream {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}

/// Nobody listens.
pub fn answers(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::NotFound.into())
}

/// What can be waited for.
pub trait Source {}

impl Source for Stream {}
impl Source for Listener {}
impl Source for Announcement {}
impl Source for Bell {}
impl Source for TcpListener {}
impl Source for std::net::TcpStream {}
impl<T: Source + ?Sized> Source for &T {}

/// Reads what has come.
pub fn receive(_from: &impl Source, _into: &mut [u8]) -> Step {
    Step::Over
}

/// Reads what has come, into memory that was given before and does not grow.
pub fn receive_into_spare(_from: &impl Source, _into: &mut Vec<u8>) -> Step {
    Step::Over
}

/// Writes to a connection.
pub fn send(_to: &impl Source, _bytes: &[u8]) -> Step {
    Step::Over
}

/// What became of one thing that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready(bool);

impl Ready {
    /// That something can be read.
    pub const TO_READ: Self = Self(true);

    /// That something can be written.
    pub const TO_WRITE: Self = Self(true);

    /// Whether anything happened.
    pub fn is_any(self) -> bool {
        self.0
    }

    /// Whether the other end has hung up.
    pub fn has_hung_up(self) -> bool {
        false
    }

    /// Whether nothing more can come of it.
    pub fn is_over(self) -> bool {
        false
    }
}

/// Things that are waited for.
#[derive(Default)]
pub struct Wait<'a>(std::marker::PhantomData<&'a ()>);

impl<'a> Wait<'a> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One thing more.
    pub fn add(&mut self, _source: &'a impl Source, _interest: Interest) {}

    /// Nothing is waited for.
    pub fn within(self, _patience: Option<Duration>) -> io::Result<Vec<Ready>> {
        not_here()
    }
}

/// What one thread rings and another one waits for.
pub struct Bell(());

impl Bell {
    /// One that was not rung.
    pub fn new() -> io::Result<Self> {
        not_here()
    }

    /// Wakes who waits.
    pub fn ring(&self) {}

    /// Forgets that it was rung.
    pub fn clear(&self) {}
}

/// Listens on a free port of 127.0.0.1.
pub fn listen_on_loopback(_callers: i32) -> io::Result<TcpListener> {
    not_here()
}
