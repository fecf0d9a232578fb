//! The loop: one thread around `poll`, one request a connection.

mod answer;
mod connection;
mod place;

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use self::answer::Held;
use self::connection::{Connection, Crowd, PATIENCE_IN_A_CROWD};
use self::place::Place;
use crate::clock::now;
use crate::hold::{Limits, Moment};
use crate::holder::{Beacon, Kind};
use crate::peer;
use crate::presence::Presence;
use crate::signals::{SIGHUP, SIGINT, SIGTERM, Signals};

/// Connections that are served at once; more wait in the listener's queue.
const MOST_CONNECTIONS: usize = 128;

/// Bytes of requests that are read at once; connections beyond that wait.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// An agent without keys, sessions and callers goes after so long.
const LINGER: Duration = Duration::from_secs(5);

/// How often the limits that are allowed are read again while keys are held.
const REREAD: Duration = Duration::from_secs(2);

/// Whose agent it is, and where it serves.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The socket of commands.
    pub socket: &'a Path,
    /// The vault's id.
    pub vault: &'a str,
}

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

/// Serves at a post until there is nothing left to hold, a signal says so, or the socket is gone.
/// `allowed` says how long keys may be held at the most, where that can be told; it is asked every few
/// seconds. `ready` is called once callers can connect. The process has made itself
/// non-dumpable before.
pub fn serve(
    post: Post<'_>,
    allowed: impl FnMut() -> Option<Limits>,
    ready: impl FnOnce(),
) -> Result<(), ServeError> {
    let Post { socket, vault } = post;
    let _lock = lock(socket)?;
    // Whoever holds the lock is the only agent: what lies at the path is of one that died.
    clear(socket)?;
    let listener = UnixListener::bind(socket)?;
    // Nobody can come before: the folder is this user's alone.
    std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let place = Place::of(socket)?;
    let signals = Signals::of(&[SIGTERM, SIGINT, SIGHUP])?;
    let beacon = Beacon::raise(Kind::Agent, vault)?;
    let ears = Ears { listener, signals, beacon, place };
    ready();
    let ended = run(&ears, allowed);
    // First the name, then the socket: who comes now starts another agent.
    ears.place.clear();
    ended
}

/// What the loop waits for besides its callers.
struct Ears<'a> {
    listener: UnixListener,
    signals: Signals,
    beacon: Beacon,
    place: Place<'a>,
}

/// Removes the socket of an agent that died, and nothing else that has its name.
fn clear(socket: &Path) -> io::Result<()> {
    let facts = match socket.symlink_metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        facts => facts?,
    };
    if facts.file_type().is_socket() && facts.uid() == rustix::process::geteuid().as_raw() {
        return std::fs::remove_file(socket);
    }
    Err(io::ErrorKind::AlreadyExists.into())
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

fn run(ears: &Ears<'_>, mut allowed: impl FnMut() -> Option<Limits>) -> Result<(), ServeError> {
    let mut held = Held::default();
    let mut connections: Vec<Connection> = Vec::new();
    let mut last_used = now();
    let mut last_read: Option<Moment> = None;
    loop {
        let moment = now();
        // What no command can find is held for nobody.
        if !ears.place.is_kept() {
            return Ok(());
        }
        held.look(moment);
        if !held.holds_keys() {
            last_read = None;
        } else if last_read.is_none_or(|last| moment.awake.saturating_sub(last.awake) >= REREAD) {
            last_read = Some(moment);
            if let Some(allowed) = allowed() {
                held.tighten(allowed, moment);
            }
        }
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
        let ready = wait_for(ears, &held, &mut connections, wait)?;
        let moment = now();
        held.look(moment);
        for session in ready.ended {
            held.sessions.remove(session);
        }
        match ears.signals.taken() {
            Some(SIGHUP) => held.lock(),
            Some(_) => return Ok(()),
            None => {}
        }
        if ready.beacon {
            ears.beacon.tell(&held.report(moment));
        }
        if ready.place {
            ears.place.drain();
        }
        if ready.listener {
            accept(&ears.listener, &mut connections, moment);
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
    beacon: bool,
    place: bool,
    ended: Vec<i64>,
}

fn wait_for(
    ears: &Ears<'_>,
    held: &Held,
    connections: &mut [Connection],
    wait: Duration,
) -> Result<Ready, ServeError> {
    let sessions: Vec<i64> = held.sessions.iter().map(|(id, _)| id).collect();
    let changes = ears.place.changes();
    let results: Vec<PollFlags> = {
        let open = connections.len() < MOST_CONNECTIONS;
        let wanted = if open { PollFlags::IN } else { PollFlags::empty() };
        let mut fds = vec![
            PollFd::new(&ears.listener, wanted),
            PollFd::new(&ears.signals, PollFlags::IN),
            PollFd::new(&ears.beacon, PollFlags::IN),
        ];
        for (_, session) in held.sessions.iter() {
            fds.push(PollFd::new(&session.ended, PollFlags::IN));
        }
        for connection in connections.iter() {
            fds.push(PollFd::new(connection, connection.waits_for()));
        }
        // Last, since there may be none.
        fds.extend(changes.as_ref().map(|changes| PollFd::new(changes, PollFlags::IN)));
        let timeout = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        fds.iter().map(PollFd::revents).collect()
    };
    let ([listener, _, beacon], rest) = results.split_first_chunk::<3>().ok_or(Errno::INVAL)?;
    let (of_sessions, rest) = rest.split_at(sessions.len());
    let (of_connections, of_place) = rest.split_at(connections.len());
    for (connection, result) in connections.iter_mut().zip(of_connections) {
        connection.polled(*result);
    }
    let ended = sessions.into_iter().zip(of_sessions).filter(|(_, result)| !result.is_empty());
    let ended = ended.map(|(id, _)| id).collect();
    let [listener, beacon] = [listener, beacon].map(|result| !result.is_empty());
    Ok(Ready { listener, beacon, place: of_place.iter().any(|one| !one.is_empty()), ended })
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
