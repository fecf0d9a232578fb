//! The requests that count: the page that sends the browser to the provider, and the one answer
//! that the provider sends it back with.

use azvault_model::Secret;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a request must have to count.
pub(super) struct Awaited<'a> {
    pub(super) port: u16,
    /// Path of the page that sends the browser to the provider.
    pub(super) start: &'a str,
    pub(super) state: &'a str,
    pub(super) issuer: Option<&'a str>,
}

/// What a request wants.
pub(super) enum Asked {
    /// To be sent to the provider.
    Start,
    /// To hand over what the provider said.
    Redirected(Redirected),
}

/// What the browser brought.
pub(super) enum Redirected {
    Code(Secret),
    Error { error: String, text: String },
}

/// What a request wants; `None` if it is none of ours.
pub(super) fn read(request: &[u8], awaited: &Awaited<'_>) -> Option<Asked> {
    let text = std::str::from_utf8(request).ok()?;
    let mut lines = text.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let mut hosts = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    let (name, port) = host.rsplit_once(':')?;
    if port != awaited.port.to_string() || !["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        return None;
    }
    if bool::from(target.as_bytes().ct_eq(awaited.start.as_bytes())) {
        return Some(Asked::Start);
    }
    redirected(target.strip_prefix("/?")?, awaited).map(Asked::Redirected)
}

fn redirected(query: &str, awaited: &Awaited<'_>) -> Option<Redirected> {
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

#[cfg(test)]
mod tests {
    use super::{Asked, Awaited, Redirected, read};

    #[test]
    fn one_request_counts_and_no_other() {
        let issuer = Some("https://i");
        let awaited = Awaited { port: 81, start: "/begin", state: "S+1", issuer };
        let line = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost:81\r\n\r\n");
        for (request, expected) in [
            (line("/?code=a%2Bb&state=S%2B1"), Some("a+b")),
            (line("/?state=S%2B1&code=x&session_state=1"), Some("x")),
            (line("/?code=x&state=S%2B1&iss=https%3A%2F%2Fi"), Some("x")),
            (line("/?code=x&state=S%2B1&iss=https%3A%2F%2Fj"), None),
            (line("/?code=x&state=S%2B1").replace("localhost", "127.0.0.1"), Some("x")),
            (line("/?code=x&state=S%2B1").replace("localhost", "[::1]"), Some("x")),
            (line("/begin"), Some("start")),
            (line("/begin").replace("localhost", "127.0.0.1"), Some("start")),
            (line("/begin").replace("localhost", "rebound.example"), None),
            (line("/begin").replace("GET", "POST"), None),
            (line("/begin?"), None),
            (line("/Begin"), None),
            (line("/"), None),
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
            let found = read(request.as_bytes(), &awaited).map(|found| match found {
                Asked::Start => "start".to_owned(),
                // EXPOSE: a test compares.
                Asked::Redirected(Redirected::Code(code)) => {
                    String::from_utf8(code.expose().to_vec()).unwrap()
                }
                Asked::Redirected(Redirected::Error { error, .. }) => format!("error {error}"),
            });
            assert_eq!(found.as_deref(), expected, "{request}");
        }
    }
}
