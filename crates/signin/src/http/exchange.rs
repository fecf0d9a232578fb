//! One request and its reply.

use std::io::Read;
use std::time::{Duration, SystemTime};

use ureq::RequestBuilder;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use super::{Ask, Header, Sent, fault};
use crate::error::Error;

const JSON: &str = "application/json";

/// What came back, redirects and throttling excepted.
pub(crate) struct Reply {
    pub(crate) host: String,
    pub(crate) status: u16,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) content_type: String,
    /// `WWW-Authenticate`, each as it stands.
    pub(crate) challenges: Vec<String>,
    /// Unix seconds on the service's clock.
    pub(crate) date: Option<i64>,
    pub(super) retry_after: Option<Duration>,
}

impl Reply {
    pub(super) fn asks_again(&self, also: &[u16]) -> bool {
        self.status == 429 || self.status >= 500 || also.contains(&self.status)
    }

    pub(super) fn judged(self) -> Result<Self, Error> {
        match (self.status, self.retry_after) {
            (300..=399, _) => Err(self.wrong("a redirect, which is refused")),
            (429, pause) => {
                Err(Error::Throttled { retry_after: pause.unwrap_or(Duration::from_secs(60)) })
            }
            (503, Some(retry_after)) => Err(Error::Throttled { retry_after }),
            _ => Ok(self),
        }
    }

    /// The error that this reply is no answer.
    pub(crate) fn wrong(&self, what: &'static str) -> Error {
        Error::Reply { host: self.host.clone(), status: self.status, what }
    }

    /// Its text; an error unless it says that it is JSON, in UTF-8.
    pub(crate) fn json(&self) -> Result<&str, Error> {
        let kind = self.content_type.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(self.wrong("this is not JSON, but perhaps a proxy or a portal that speaks"));
        }
        std::str::from_utf8(&self.body).map_err(|_| self.wrong("this is not UTF-8"))
    }
}

pub(super) fn once(agent: &ureq::Agent, ask: &Ask<'_>, host: &str) -> Result<Reply, fault::Failed> {
    let failed = |error| fault::of(error, host);
    let invalid = || fault::Failed::final_of("a header holds characters that no header may hold");
    let mut values = Vec::with_capacity(ask.headers.len());
    for (name, value) in &ask.headers {
        values.push((*name, header(value).ok_or_else(invalid)?));
    }
    let url = ask.url.as_str();
    let (request, kind, body) = match ask.sent {
        Sent::None => (None, "", &b""[..]),
        Sent::Form(form) => (Some(agent.post(url)), "application/x-www-form-urlencoded", form),
        Sent::Json(text) => (Some(agent.post(url)), JSON, text.as_bytes()),
        Sent::Patch(text) => (Some(agent.patch(url)), JSON, text.as_bytes()),
    };
    let result = match request {
        Some(request) => {
            let with = |request: RequestBuilder<_>, (name, value)| request.header(name, value);
            values.into_iter().fold(request, with).content_type(kind).send(body)
        }
        None => {
            let with = |request: RequestBuilder<_>, (name, value)| request.header(name, value);
            values.into_iter().fold(agent.get(url), with).call()
        }
    };
    let mut response = result.map_err(failed)?;
    let text = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    let date = text("date").and_then(|date| unix(&date));
    let challenges = response.headers().get_all("www-authenticate").iter();
    let mut reply = Reply {
        host: host.to_owned(),
        status: response.status().as_u16(),
        body: Zeroizing::new(Vec::new()),
        content_type: text("content-type").unwrap_or_default(),
        challenges: challenges.filter_map(|v| v.to_str().ok().map(str::to_owned)).collect(),
        retry_after: text("retry-after").and_then(|value| retry_after(&value, date)),
        date,
    };
    // With a length, memory of that size; without one, of the limit: it never grows.
    let length = response.body().content_length().and_then(|n| usize::try_from(n).ok());
    let size = length.unwrap_or(ask.limit).min(ask.limit) + 1;
    reply.body = Zeroizing::new(vec![0; size]);
    let mut reader = response.body_mut().with_config().limit(u64::MAX).reader();
    let mut filled = 0;
    loop {
        match reader.read(&mut reply.body[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fault::of_body(error, host)),
        }
        if filled > ask.limit {
            return Err(fault::Failed::lasting(reply.wrong("more than a reply may have")));
        }
        if filled == reply.body.len() {
            return Err(fault::Failed::lasting(reply.wrong("more than it said it has")));
        }
    }
    reply.body.truncate(filled);
    Ok(reply)
}

fn header(value: &Header<'_>) -> Option<HeaderValue> {
    match value {
        Header::Text(text) => HeaderValue::from_str(text).ok(),
        Header::Secret(prefix, secret) => {
            let mut bytes = Zeroizing::new(Vec::with_capacity(prefix.len() + secret.len()));
            bytes.extend_from_slice(prefix.as_bytes());
            // EXPOSE: it authenticates this request to the host that the caller chose.
            bytes.extend_from_slice(secret.expose());
            let mut value = HeaderValue::from_bytes(&bytes).ok()?;
            value.set_sensitive(true);
            Some(value)
        }
    }
}

fn unix(date: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(date).ok()?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// Seconds, or a date, which is taken by the service's own clock (RFC 9110 section 10.2.3).
fn retry_after(value: &str, date: Option<i64>) -> Option<Duration> {
    let seconds = match value.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => u64::try_from(unix(value)?.checked_sub(date?)?).ok()?,
    };
    Some(Duration::from_secs(seconds.min(24 * 3600)))
}
