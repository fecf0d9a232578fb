//! The loop: one thread around `poll` for all connections; tokens are waited for elsewhere.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::thread;
use std::time::{Duration, Instant};

use azvault_os::pipe::{Interest, Source, Wait};
use azvault_os::tcp_owner::Peer;

use crate::caller::{Caller, Network};
use crate::connection::{Connection, Crowd, Next};
use crate::issuing::{Closing, Hands, Job, Queue};
use crate::reply::{Reply, Status};
use crate::request::Denied;
use crate::token_endpoint::{Entrance, TokenEndpoint};
use crate::{EndpointRequest, Issued, Refusal};

/// Connections that are served at once; more wait in the listener's queue. Below the 1,024
/// descriptors that a process has where nobody said otherwise.
const MAX_CONNECTIONS: usize = 512;

/// How often one looks whether somebody is late.
const TURN: Duration = Duration::from_millis(250);

impl TokenEndpoint {
    /// Serves until `stop` becomes readable, as the handle of a process that ended does.
    ///
    /// `issue` says what a caller gets, and may ask which process that is; a few threads call it at once, and it may block. They are
    /// started when they are needed: an endpoint that nobody asks has none. `now` is the clock, in
    /// Unix seconds. After `stop` nobody is answered any more; what `issue` is about
    /// is still waited for, so that a refresh token that was rotated meanwhile is not lost.
    pub fn serve(
        self,
        stop: &impl Source,
        now: impl Fn() -> i64 + Sync,
        issue: impl Fn(&EndpointRequest, &Caller) -> Result<Issued, Refusal> + Sync,
    ) -> io::Result<()> {
        let queue = Queue::new()?;
        let own = SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port);
        let network = if self.metadata.is_some() { Network::Private } else { Network::Shared };
        thread::scope(|scope| {
            let closing = Closing(&queue);
            let work = || {
                let caller = |job: &Job| Caller { peer: job.peer, own, network };
                queue.work(|job| answer(job, &caller(job), &now, &issue));
            };
            let start = || {
                let thread = thread::Builder::new().name("issuing".into());
                thread.spawn_scoped(scope, work).map(drop)
            };
            let ended = run(&self, stop, &Issuing { queue: &queue, start: &start });
            // The port first: who still comes is refused by the kernel.
            drop(self);
            drop(closing);
            ended
        })
    }
}

/// The queue of tokens, and what starts a thread for it.
struct Issuing<'q> {
    queue: &'q Queue,
    start: &'q dyn Fn() -> io::Result<()>,
}

/// The reply to a request that came by the right key.
fn answer(
    job: &Job,
    caller: &Caller,
    now: &impl Fn() -> i64,
    issue: &impl Fn(&EndpointRequest, &Caller) -> Result<Issued, Refusal>,
) -> Reply {
    let protocol = job.asked.protocol;
    if let Some(reason) = refused(caller.user()) {
        return protocol.denied(Status::Unauthorised, reason);
    }
    match issue(&job.asked, caller) {
        Ok(issued) => protocol.issued(&job.asked, &issued, now(), job.after),
        Err(refusal) => protocol.refused(&refusal),
    }
}

fn run(endpoint: &TokenEndpoint, stop: &impl Source, issuing: &Issuing<'_>) -> io::Result<()> {
    let queue = issuing.queue;
    let mut connections: Vec<Connection> = Vec::new();
    let mut next_id = 0;
    // Where descriptors are short, accepting rests for a turn: `poll` would not.
    let mut rests_until = Instant::now();
    loop {
        let now = Instant::now();
        let is_full = connections.len() >= MAX_CONNECTIONS;
        let crowd = if is_full { Crowd::Waits } else { Crowd::None };
        connections.retain(|connection| !connection.is_late(now, crowd));
        let accepts = connections.len() < MAX_CONNECTIONS && now >= rests_until;
        let callers = if accepts { Interest::Read } else { Interest::Nothing };
        let ready = wait_for(endpoint, stop, queue, &mut connections, callers)?;
        if ready.stop {
            return Ok(());
        }
        if ready.done {
            for done in queue.take() {
                let its = connections.iter_mut().find(|connection| connection.id == done.id);
                if let Some(connection) = its {
                    connection.reply(done.reply);
                }
            }
        }
        for entrance in ready.entrances {
            if accept(endpoint, entrance, &mut connections, &mut next_id).is_err() {
                rests_until = Instant::now() + TURN;
            }
        }
        connections.retain_mut(|connection| goes_on(connection, endpoint, issuing));
    }
}

/// Why a caller gets nothing, whatever key it has. One that cannot be told is not let in.
fn refused(caller: Peer) -> Option<&'static str> {
    match caller {
        Peer::SameUser => None,
        Peer::Other => Some("the caller is another user"),
        Peer::Unknown => Some(
            "the system does not say whose process the caller is: azvault needs sock_diag or \
             /proc/net/tcp to tell",
        ),
    }
}

/// Whether it does, having gone as far as it could.
fn goes_on(connection: &mut Connection, endpoint: &TokenEndpoint, issuing: &Issuing<'_>) -> bool {
    let asked = match connection.go_on(endpoint) {
        Next::Waits => return true,
        Next::Over => {
            issuing.queue.forget(connection.id);
            return false;
        }
        Next::Asks(asked) => asked,
    };
    let (id, peer, after, protocol) =
        (connection.id, connection.peer, connection.after(), asked.protocol);
    let hands = issuing.queue.add(Job { id, peer, asked, after });
    if hands == Hands::Enough || (issuing.start)().is_ok() || issuing.queue.has_others() {
        return true;
    }
    issuing.queue.forget(id);
    let message = "no thread can be started for the token: try again in a moment";
    connection.reply(Denied::new(protocol, Status::Unavailable, message).reply());
    !matches!(connection.go_on(endpoint), Next::Over)
}

struct Ready {
    stop: bool,
    done: bool,
    /// Where callers wait.
    entrances: Vec<Entrance>,
}

fn wait_for(
    endpoint: &TokenEndpoint,
    stop: &impl Source,
    queue: &Queue,
    connections: &mut [Connection],
    callers: Interest,
) -> io::Result<Ready> {
    let mut waits = Wait::new();
    waits.add(stop, Interest::Read);
    waits.add(queue.bell(), Interest::Read);
    let entrances = endpoint.entrances();
    for (_, listener) in &entrances {
        waits.add(*listener, callers);
    }
    for connection in connections.iter() {
        waits.add(connection.stream(), connection.waits_for());
    }
    // Nobody is late where nobody is.
    let nobody_is_late = connections.is_empty() && callers == Interest::Read;
    let results = waits.within((!nobody_is_late).then_some(TURN))?;
    let (fixed, rest) = results.split_at(2);
    let (of_entrances, of_connections) = rest.split_at(entrances.len());
    for (connection, result) in connections.iter_mut().zip(of_connections) {
        connection.polled(*result);
    }
    let came = entrances.iter().zip(of_entrances).filter(|(_, result)| result.is_any());
    let entrances = came.map(|((entrance, _), _)| *entrance).collect();
    Ok(Ready { stop: fixed[0].is_any(), done: fixed[1].is_any(), entrances })
}

/// Takes who waits there. Only callers on this machine can come to 127.0.0.1; it is looked at anyway.
fn accept(
    endpoint: &TokenEndpoint,
    entrance: Entrance,
    connections: &mut Vec<Connection>,
    next_id: &mut u64,
) -> Result<(), io::Error> {
    let Some(listener) = endpoint.listener(entrance) else { return Ok(()) };
    while connections.len() < MAX_CONNECTIONS {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let SocketAddr::V4(peer) = peer else { continue };
        // Behind the other entrance there is no other machine.
        let is_here = peer.ip().is_loopback() || entrance == Entrance::Metadata;
        if is_here && stream.set_nonblocking(true).is_ok() {
            connections.push(Connection::new(*next_id, stream, peer, entrance));
            *next_id += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::refused;
    use azvault_os::tcp_owner::Peer;

    #[test]
    fn only_a_process_that_is_known_to_be_this_users_gets_anything() {
        assert_eq!(refused(Peer::SameUser), None);
        for other in [Peer::Other, Peer::Unknown] {
            assert!(refused(other).is_some(), "{other:?}");
        }
    }
}
