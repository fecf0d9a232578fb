//! The loopback port to which the browser comes back: processes of this user are heard, one answer is
//! taken, and everything else gets a 403 or 404 and is forgotten.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use azvault_os::tcp_owner::{Peer, is_version_unknown};
use url::Url;
use zeroize::Zeroizing;

use super::page;
use super::request::{self, Asked, Awaited, Redirected};
use crate::error::Error;

/// Codes of Entra have some 2 KiB; browsers add cookies of everything else on localhost.
const MAX_REQUEST: usize = 64 * 1024;

/// Browsers open connections ahead and leave them idle: more than one must be served at a time.
const MAX_CONNECTIONS: usize = 16;

/// Of these, how many may be of another user: they are told so, and keep nobody else out.
const MAX_STRANGERS: usize = 4;

/// How long one connection may take to say what it wants, in seconds.
const MAX_SILENCE: i64 = 10;

/// How many ports are tried until one is free on both loopback addresses.
const MAX_PORTS: usize = 32;

const PAUSE: Duration = Duration::from_millis(15);

/// A port of both loopback addresses: `localhost` may be either, and on one that were left open
/// another user could listen in our place.
pub(super) struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
}

struct Connection {
    stream: TcpStream,
    whose: Whose,
    request: Zeroizing<Vec<u8>>,
    filled: usize,
    since: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// This user's.
    Ours,
    /// Another user's, or the system does not say.
    Strange,
}

enum Progress {
    Waits,
    Over,
    Redirected(Redirected),
}

/// What is at a port of ::1.
enum OnIpv6 {
    Bound(TcpListener),
    /// This machine has no IPv6: nobody can listen there.
    Unknown,
    Taken,
}

impl Listener {
    pub(super) fn bind() -> Result<Self, Error> {
        Self::try_bind().map_err(|source| Error::Network {
            host: "localhost".into(),
            fault: crate::Fault::Connect,
            source: Some(Box::new(source)),
        })
    }

    fn try_bind() -> io::Result<Self> {
        for _ in 0..MAX_PORTS {
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = first.local_addr()?.port();
            let sockets = match bind_ipv6(port)? {
                OnIpv6::Bound(second) => vec![first, second],
                OnIpv6::Unknown => vec![first],
                OnIpv6::Taken => continue,
            };
            for socket in &sockets {
                socket.set_nonblocking(true)?;
            }
            return Ok(Self { sockets, port });
        }
        Err(ErrorKind::AddrInUse.into())
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn wait(
        &self,
        awaited: &Awaited<'_>,
        provider: &Url,
        clock: &dyn Fn() -> i64,
        until: i64,
    ) -> Result<Redirected, Error> {
        let mut open: Vec<Connection> = Vec::new();
        let mut strangers = Strangers::None;
        loop {
            let now = clock();
            if now >= until {
                return Err(Error::Timeout { what: strangers.awaited().into() });
            }
            for socket in &self.sockets {
                while open.len() < MAX_CONNECTIONS {
                    let Ok((stream, peer)) = socket.accept() else { break };
                    let Some(connection) = Connection::new(stream, peer, now) else { continue };
                    if connection.whose == Whose::Strange {
                        strangers = Strangers::Came;
                        let strange = open.iter().filter(|own| own.whose == Whose::Strange);
                        if strange.count() >= MAX_STRANGERS {
                            continue;
                        }
                    }
                    open.push(connection);
                }
            }
            let mut at = 0;
            while at < open.len() {
                match open[at].advance(awaited, provider, now) {
                    Progress::Waits => at += 1,
                    Progress::Over => drop(open.swap_remove(at)),
                    Progress::Redirected(found) => return Ok(found),
                }
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether anybody but this user came.
enum Strangers {
    None,
    Came,
}

impl Strangers {
    /// What took too long.
    fn awaited(&self) -> &'static str {
        match self {
            Self::None => "the sign-in in the browser",
            Self::Came => {
                "the sign-in in the browser (another user's connections were refused: a browser \
                 must run as the same user, on this machine)"
            }
        }
    }
}

fn bind_ipv6(port: u16) -> io::Result<OnIpv6> {
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(socket) => Ok(OnIpv6::Bound(socket)),
        Err(e) if e.kind() == ErrorKind::AddrInUse => Ok(OnIpv6::Taken),
        Err(e) if e.kind() == ErrorKind::AddrNotAvailable => Ok(OnIpv6::Unknown),
        Err(e) if is_version_unknown(&e) => Ok(OnIpv6::Unknown),
        Err(e) => Err(e),
    }
}

impl Connection {
    /// `None` where it is gone already.
    fn new(stream: TcpStream, peer: SocketAddr, now: i64) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        let whose = match azvault_os::tcp_owner::look_up(peer, stream.local_addr().ok()?) {
            Peer::SameUser => Whose::Ours,
            Peer::Other | Peer::Unknown => Whose::Strange,
        };
        let request = Zeroizing::new(vec![0; MAX_REQUEST]);
        Some(Self { stream, whose, request, filled: 0, since: now })
    }

    fn advance(&mut self, awaited: &Awaited<'_>, provider: &Url, now: i64) -> Progress {
        match self.stream.read(&mut self.request[self.filled..]) {
            Ok(0) => return Progress::Over,
            Ok(n) => self.filled += n,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => return Progress::Over,
        }
        let request = &self.request[..self.filled];
        if !request.windows(4).any(|window| window == b"\r\n\r\n") {
            let late = now.saturating_sub(self.since) > MAX_SILENCE;
            let full = self.filled == self.request.len();
            return if late || full { Progress::Over } else { Progress::Waits };
        }
        let asked = match self.whose {
            Whose::Ours => request::read(request, awaited),
            Whose::Strange => None,
        };
        let page = match (&asked, self.whose) {
            (Some(Asked::Start), _) => page::to_provider(provider),
            (Some(Asked::Redirected(Redirected::Code(_))), _) => page::signed_in(),
            (Some(Asked::Redirected(Redirected::Error { .. })), _) => page::not_signed_in(),
            (None, Whose::Ours) => page::not_found(),
            (None, Whose::Strange) => page::of_another_user(),
        };
        // The page is a courtesy: if it does not arrive, the sign-in is done all the same.
        let _ = self.stream.set_nonblocking(false);
        let _ = self.stream.set_write_timeout(Some(Duration::from_secs(1)));
        let _ = self.stream.write_all(page.as_bytes());
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        match asked {
            Some(Asked::Redirected(found)) => Progress::Redirected(found),
            Some(Asked::Start) | None => Progress::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

    use super::{Listener, OnIpv6, bind_ipv6};

    #[test]
    fn a_port_is_ours_on_both_loopback_addresses_or_another_is_taken() {
        let Ok(foreign) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
            assert!(
                matches!(bind_ipv6(0), Ok(OnIpv6::Unknown)),
                "without IPv6 there is one address"
            );
            return;
        };
        let port = foreign.local_addr().unwrap().port();
        assert!(matches!(bind_ipv6(port), Ok(OnIpv6::Taken)));
        let own = Listener::bind().unwrap();
        assert_eq!(own.sockets.len(), 2);
        assert_ne!(own.port(), port);
        assert!(TcpListener::bind((Ipv6Addr::LOCALHOST, own.port())).is_err());
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, own.port())).is_err());
    }
}
