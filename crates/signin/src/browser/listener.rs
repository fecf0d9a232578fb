//! The loopback port to which the browser comes back: one answer is taken, and everything else
//! gets a 404 and is forgotten.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use azvault_contexts::Secret;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::Error;

/// Codes of Entra have some 2 KiB; browsers add cookies of everything else on localhost.
const MAX_REQUEST: usize = 64 * 1024;

/// Browsers open connections ahead and leave them idle: more than one must be served at a time.
const MAX_CONNECTIONS: usize = 16;

/// How long one connection may take to say what it wants, in seconds.
const MAX_SILENCE: i64 = 10;

const PAUSE: Duration = Duration::from_millis(15);

pub(super) struct Listener {
    socket: TcpListener,
    port: u16,
}

/// What the browser brought.
pub(super) enum Redirected {
    Code(Secret),
    Error { error: String, text: String },
}

struct Connection {
    stream: TcpStream,
    request: Zeroizing<Vec<u8>>,
    filled: usize,
    since: i64,
}

enum Progress {
    Waits,
    Over,
    Redirected(Redirected),
}

/// What must be in the one request that counts.
struct Awaited<'a> {
    port: u16,
    state: &'a str,
    issuer: Option<&'a str>,
}

impl Listener {
    pub(super) fn bind() -> Result<Self, Error> {
        let failed = |source: std::io::Error| Error::Network {
            host: "127.0.0.1".into(),
            fault: crate::Fault::Connect,
            source: Some(Box::new(source)),
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        Ok(Self { socket, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn wait(
        &self,
        state: &str,
        issuer: Option<&str>,
        clock: &dyn Fn() -> i64,
        until: i64,
    ) -> Result<Redirected, Error> {
        let awaited = Awaited { port: self.port, state, issuer };
        let mut open: Vec<Connection> = Vec::new();
        loop {
            let now = clock();
            if now >= until {
                return Err(Error::Timeout { what: "the sign-in in the browser".into() });
            }
            while open.len() < MAX_CONNECTIONS {
                let Ok((stream, _)) = self.socket.accept() else { break };
                if stream.set_nonblocking(true).is_ok() {
                    let request = Zeroizing::new(vec![0; MAX_REQUEST]);
                    open.push(Connection { stream, request, filled: 0, since: now });
                }
            }
            let mut at = 0;
            while at < open.len() {
                match open[at].go_on(&awaited, now) {
                    Progress::Waits => at += 1,
                    Progress::Over => drop(open.swap_remove(at)),
                    Progress::Redirected(found) => return Ok(found),
                }
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Connection {
    fn go_on(&mut self, awaited: &Awaited<'_>, now: i64) -> Progress {
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
        let found = redirected(request, awaited);
        let page = match &found {
            Some(Redirected::Code(_)) => page("200 OK", "Signed in", "You can close this page."),
            Some(Redirected::Error { .. }) => {
                page("200 OK", "Not signed in", "The terminal says why. You can close this page.")
            }
            None => page("404 Not Found", "Not found", "There is nothing here."),
        };
        // The page is a courtesy: if it does not arrive, the sign-in is done all the same.
        let _ = self.stream.set_nonblocking(false);
        let _ = self.stream.set_write_timeout(Some(Duration::from_secs(1)));
        let _ = self.stream.write_all(page.as_bytes());
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        found.map_or(Progress::Over, Progress::Redirected)
    }
}

/// The one request that counts: `GET /?…` for this host, with this sign-in's state, compared in
/// constant time. Another page in the same browser can send anything but that.
fn redirected(request: &[u8], awaited: &Awaited<'_>) -> Option<Redirected> {
    let text = std::str::from_utf8(request).ok()?;
    let mut lines = text.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let mut hosts = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let port = awaited.port;
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    if host != format!("localhost:{port}") && host != format!("127.0.0.1:{port}") {
        return None;
    }
    let query = target.strip_prefix("/?")?;
    let state = decoded(one(query, "state")?)?;
    if !bool::from(state.as_bytes().ct_eq(awaited.state.as_bytes())) {
        return None;
    }
    // RFC 9207: where a provider says who it is, it must be the one that was asked.
    if let (Some(expected), Some(found)) = (awaited.issuer, one(query, "iss"))
        && decoded(found)?.as_str() != expected
    {
        return None;
    }
    if let Some(error) = one(query, "error") {
        let text = one(query, "error_description").and_then(decoded);
        let text = text.map(|text| text.as_str().to_owned()).unwrap_or_default();
        return Some(Redirected::Error { error: decoded(error)?.as_str().to_owned(), text });
    }
    let code = decoded(one(query, "code")?)?;
    (!code.is_empty()).then(|| Redirected::Code(Secret::copied_from(code.as_bytes())))
}

/// The value of the parameter that stands there exactly once.
fn one<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut found = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut found = found.by_ref().filter(|(key, _)| *key == name);
    let first = found.next().map(|(_, value)| value);
    first.filter(|_| found.next().is_none())
}

fn decoded(value: &str) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len()));
    let plus = |byte| if byte == b'+' { b' ' } else { byte };
    let spaced = Zeroizing::new(value.bytes().map(plus).collect::<Vec<u8>>());
    out.extend(percent_encoding::percent_decode(&spaced));
    let text = std::str::from_utf8(&out).ok()?;
    Some(Zeroizing::new(text.to_owned()))
}

fn page(status: &str, title: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>azvault</title>\
         <body><h1>{title}</h1><p>{text}</p></body></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::{Awaited, Redirected, redirected};

    #[test]
    fn one_request_counts_and_no_other() {
        let awaited = Awaited { port: 81, state: "S+1", issuer: Some("https://i") };
        let line = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost:81\r\n\r\n");
        for (request, expected) in [
            (line("/?code=a%2Bb&state=S%2B1"), Some("a+b")),
            (line("/?state=S%2B1&code=x&session_state=1"), Some("x")),
            (line("/?code=x&state=S%2B1&iss=https%3A%2F%2Fi"), Some("x")),
            (line("/?code=x&state=S%2B1&iss=https%3A%2F%2Fj"), None),
            (line("/?code=x&state=S%2B1").replace("localhost", "127.0.0.1"), Some("x")),
            (line("/?error=access_denied&state=S%2B1"), Some("error access_denied")),
            (line("/?error=access_denied&state=other"), None),
            (line("/?code=x&state=S%2B2"), None),
            (line("/?code=x"), None),
            (line("/?code=x&state="), None),
            (line("/?code=&state=S%2B1"), None),
            (line("/?code=x&code=y&state=S%2B1"), None),
            (line("/?code=x&state=S%2B1&state=S%2B1"), None),
            (line("/other?code=x&state=S%2B1"), None),
            (line("/favicon.ico"), None),
            (line("/?code=x&state=S%2B1").replace("GET", "POST"), None),
            (line("/?code=x&state=S%2B1").replace(":81\r\n\r\n", ":82\r\n\r\n"), None),
            (line("/?code=x&state=S%2B1").replace("localhost", "rebound.example"), None),
            (line("/?code=x&state=S%2B1").replace("Host: localhost:81\r\n", ""), None),
            (line("/?code=x&state=S%2B1").replace("Host:", "Host: localhost:81\r\nHost:"), None),
            (line("/?code=%ff&state=S%2B1"), None),
            ("\r\n\r\n".into(), None),
        ] {
            let found = redirected(request.as_bytes(), &awaited).map(|found| match found {
                // EXPOSE: a test compares.
                Redirected::Code(code) => String::from_utf8(code.expose().to_vec()).unwrap(),
                Redirected::Error { error, .. } => format!("error {error}"),
            });
            assert_eq!(found.as_deref(), expected, "{request}");
        }
    }
}
