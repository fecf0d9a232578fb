//! The loop: one thread around `poll`, one request a connection.

mod answer;
mod connection;

use std::fs::Permissions;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use self::answer::Held;
use self::connection::{Connection, Crowd, PATIENCE_IN_A_CROWD};
use crate::hold::Moment;
use crate::peer;
use crate::presence::Presence;

/// Connections that are served at once; more wait in the listener's queue.
const MOST_CONNECTIONS: usize = 128;

/// Bytes of requests that are read at once; connections beyond that wait.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// An agent without keys, sessions and callers goes after so long.
const LINGER: Duration = Duration::from_secs(5);

/// Why the agent cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another one serves this vault.
    #[error("another agent serves this vault")]
    AlreadyServed,
    /// The folder belongs to somebody else, or others may enter it.
    #[error("the folder of the socket is not this user's alone")]
    UnsafeFolder,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Errno> for ServeError {
    fn from(error: Errno) -> Self {
        Self::Io(error.into())
    }
}

/// Serves at a socket until there is nothing left to hold, or a signal says so. `ready` is called
/// once callers can connect. The process has made itself non-dumpable before.
pub fn serve(socket: &Path, ready: impl FnOnce()) -> Result<(), ServeError> {
    let _lock = lock(socket)?;
    // Whoever holds the lock is the only agent: what lies at the path is of one that died.
    match std::fs::remove_file(socket) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    // Nobody can come before: the folder is this user's alone.
    std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let signals = Signals::new()?;
    ready();
    let ended = run(&listener, &signals);
    // First the name, then the socket: who comes now starts another agent.
    let _ = std::fs::remove_file(socket);
    ended
}

/// Makes the folder if need be, and takes the lock that one agent has.
fn lock(socket: &Path) -> Result<Presence, ServeError> {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let facts = folder.symlink_metadata()?;
    let own = facts.uid() == rustix::process::geteuid().as_raw();
    if !facts.is_dir() || !own || facts.mode() & 0o077 != 0 {
        return Err(ServeError::UnsafeFolder);
    }
    Presence::announce(&socket.with_extension("lock"))?.ok_or(ServeError::AlreadyServed)
}

fn run(listener: &UnixListener, signals: &Signals) -> Result<(), ServeError> {
    let mut held = Held::default();
    let mut connections: Vec<Connection> = Vec::new();
    let mut last_used = now();
    loop {
        let moment = now();
        held.look(moment);
        let crowd = crowd(&connections);
        connections.retain(|connection| !connection.is_late(moment, crowd));
        let busy = held.holds_something() || !connections.is_empty();
        if busy {
            last_used = moment;
        } else if moment.awake.saturating_sub(last_used.awake) >= LINGER {
            return Ok(());
        }
        let wait = if may_go_on(&connections) { Duration::ZERO } else { held.wait(moment) };
        let wait = wait.min(match crowd {
            Crowd::None => LINGER,
            Crowd::Waits => PATIENCE_IN_A_CROWD,
        });
        let ready = wait_for(listener, signals, &held, &mut connections, wait)?;
        let moment = now();
        held.look(moment);
        for session in ready.ended {
            held.sessions.remove(session);
        }
        match signals.taken() {
            Some(SIGHUP) => held.lock(),
            Some(_) => return Ok(()),
            None => {}
        }
        if ready.listener {
            accept(listener, &mut connections, moment);
        }
        let mut taken = taken(&connections);
        connections.retain_mut(|connection| {
            let before = connection.size();
            let goes_on = connection.go_on(&mut held, moment, MOST_BYTES.saturating_sub(taken));
            let after = goes_on.map_or(0, |()| connection.size());
            taken = taken.saturating_sub(before).saturating_add(after);
            goes_on.is_some()
        });
    }
}

/// Bytes of memory that connections have been given.
fn taken(connections: &[Connection]) -> usize {
    connections.iter().map(Connection::size).sum()
}

fn crowd(connections: &[Connection]) -> Crowd {
    let is_full = connections.len() >= MOST_CONNECTIONS;
    let waits = is_full || connections.iter().any(|one| one.wants().is_some());
    if waits { Crowd::Waits } else { Crowd::None }
}

/// Whether there is room by now for one that waited for it.
fn may_go_on(connections: &[Connection]) -> bool {
    let room = MOST_BYTES.saturating_sub(taken(connections));
    connections.iter().filter_map(Connection::wants).any(|wanted| wanted <= room)
}

struct Ready {
    listener: bool,
    ended: Vec<i64>,
}

fn wait_for(
    listener: &UnixListener,
    signals: &Signals,
    held: &Held,
    connections: &mut [Connection],
    wait: Duration,
) -> Result<Ready, ServeError> {
    let sessions: Vec<i64> = held.sessions.iter().map(|(id, _)| id).collect();
    let fixed = 2;
    let results: Vec<PollFlags> = {
        let open = connections.len() < MOST_CONNECTIONS;
        let wanted = if open { PollFlags::IN } else { PollFlags::empty() };
        let mut fds = vec![PollFd::new(listener, wanted), PollFd::new(signals, PollFlags::IN)];
        for (_, session) in held.sessions.iter() {
            fds.push(PollFd::new(&session.ended, PollFlags::IN));
        }
        for connection in connections.iter() {
            fds.push(PollFd::new(connection, connection.waits_for()));
        }
        let timeout = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        fds.iter().map(PollFd::revents).collect()
    };
    let (heads, rest) = results.split_at(fixed);
    let (of_sessions, of_connections) = rest.split_at(sessions.len());
    for (connection, result) in connections.iter_mut().zip(of_connections) {
        connection.polled(*result);
    }
    let ended = sessions.into_iter().zip(of_sessions).filter(|(_, result)| !result.is_empty());
    Ok(Ready { listener: !heads[0].is_empty(), ended: ended.map(|(id, _)| id).collect() })
}

/// Takes who waits; somebody else's connection is closed without a word.
fn accept(listener: &UnixListener, connections: &mut Vec<Connection>, moment: Moment) {
    while connections.len() < MOST_CONNECTIONS {
        let Ok((stream, _)) = listener.accept() else { return };
        let Some(pid) = peer::of_same_user(&stream) else { continue };
        if stream.set_nonblocking(true).is_ok() {
            connections.push(Connection::new(stream, pid, moment));
        }
    }
}

fn now() -> Moment {
    let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
    Moment { boot: read(ClockId::Boottime), awake: read(ClockId::Monotonic) }
}

/// Signals as bytes of a pipe, which `poll` waits for as well.
struct Signals {
    pipe: UnixStream,
    flags: Vec<(i32, std::sync::Arc<std::sync::atomic::AtomicBool>)>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let (pipe, write) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let mut flags = Vec::new();
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            let flag = std::sync::Arc::default();
            // The flag first: when the pipe wakes the loop, it is set.
            signal_hook::flag::register(signal, std::sync::Arc::clone(&flag))?;
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
            flags.push((signal, flag));
        }
        Ok(Self { pipe, flags })
    }

    /// The first signal that came.
    fn taken(&self) -> Option<i32> {
        let mut byte = [0; 16];
        while rustix::io::read(&self.pipe, &mut byte).is_ok_and(|read| read > 0) {}
        let taken = |flag: &std::sync::atomic::AtomicBool| {
            flag.swap(false, std::sync::atomic::Ordering::SeqCst)
        };
        self.flags.iter().find(|(_, flag)| taken(flag)).map(|(signal, _)| *signal)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
