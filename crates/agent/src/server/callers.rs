//! Who is served at once, who waits, and who is told to go.

use azvault_os::pipe::{Listener, Peer, send};

use super::connection::{self, Connection, Crowd};
use crate::hold::Moment;
use crate::protocol::{MAX_ASK, MAX_FRAME};

/// Connections that are served at once; more wait in the listener's queue.
const MAX_CONNECTIONS: usize = 128;

/// The same, with those whose request waits for a process: they keep nobody else out.
const MAX_WAITING: usize = 512;

/// Bytes of requests that are read at once; connections beyond that wait. One that is as long as any may
/// be leaves room for several of the usual ones.
pub(super) const MAX_BYTES: usize = MAX_ASK + 4 * MAX_FRAME;

/// Whether one more is taken.
pub(super) fn has_place(connections: &[Connection]) -> bool {
    let waiting = connections.iter().filter(|one| one.is_waiting()).count();
    connections.len() - waiting < MAX_CONNECTIONS && connections.len() < MAX_WAITING
}

/// Bytes of memory that connections have been given.
pub(super) fn taken(connections: &[Connection]) -> usize {
    connections.iter().map(Connection::size).sum()
}

pub(super) fn crowd(connections: &[Connection]) -> Crowd {
    let is_full = !has_place(connections);
    let waits = is_full || connections.iter().any(|one| one.wants().is_some());
    if waits { Crowd::Waits } else { Crowd::None }
}

/// Whether there is room by now for one that waited for it.
pub(super) fn may_go_on(connections: &[Connection]) -> bool {
    let room = MAX_BYTES.saturating_sub(taken(connections));
    connections.iter().filter_map(Connection::wants).any(|wanted| wanted <= room)
}

/// Tells all who wait that another agent serves.
pub(super) fn turn_away(listener: &Listener, connections: Vec<Connection>) {
    connections.into_iter().for_each(Connection::turn_away);
    let Some(moved) = connection::moved() else { return };
    for _ in 0..MAX_CONNECTIONS {
        let Ok(stream) = listener.accept() else { return };
        let _ = send(&stream, &moved);
    }
}

/// Takes who waits; the connection of anybody else is closed without a word.
pub(super) fn accept(
    listener: &Listener,
    connections: &mut Vec<Connection>,
    moment: Moment,
    last_ticket: &mut u64,
) {
    while has_place(connections) {
        let Ok(stream) = listener.accept() else { return };
        // Another user's, or a process that has ended: nobody waits there for an answer.
        let Some(peer) = Peer::of(&stream) else { continue };
        *last_ticket += 1;
        connections.push(Connection::new(stream, peer, moment, *last_ticket));
    }
}
