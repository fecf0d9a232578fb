//! Device code (RFC 8628): a code to be typed on another device.

use std::time::Duration;

use azvault_model::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::client::{Client, personal};
use crate::error::{Error, is_code};
use crate::form::Form;
use crate::http::Repeat;
use crate::json;
use crate::token::{self, Tokens};

/// Longest address of the page on which a code is typed.
const MAX_ADDRESS: usize = 256;

/// A sign-in that waits for a person.
pub struct DeviceCode {
    device_code: Secret,
    claims: Option<String>,
    /// To be typed.
    pub user_code: String,
    /// The page on which the user enters the code.
    pub verification_uri: String,
    /// Where it is typed already, where the provider has such an address.
    pub verification_uri_complete: Option<String>,
    /// Unix seconds.
    pub expires_on: i64,
    /// How long to wait before each [`DeviceCode::poll`].
    pub interval: Duration,
}

/// What a poll found.
pub enum Poll {
    /// Nothing yet: wait for [`DeviceCode::interval`], which may have grown.
    Pending,
    /// The person has signed in.
    Done(Box<Tokens>),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    device_code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    user_code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    verification_uri: Option<&'a RawValue>,
    #[serde(borrow, default)]
    verification_uri_complete: Option<&'a RawValue>,
    #[serde(borrow, default)]
    expires_in: Option<&'a RawValue>,
    #[serde(borrow, default)]
    interval: Option<&'a RawValue>,
}

/// Asks for a code.
pub fn begin(
    client: &Client<'_>,
    scopes: &[&str],
    claims: Option<&str>,
    now: i64,
) -> Result<DeviceCode, Error> {
    let missing = Error::Input { what: "this authority knows no device codes" };
    let url = client.authority.device.as_ref().ok_or(missing)?;
    let form = Form::new()
        .with("client_id", client.id)
        .with("scope", personal(scopes))
        .with_some("claims", claims);
    let reply = token::post(client.http, url, &form, Repeat::Safe(&[]))?;
    if reply.status != 200 {
        return Err(token::refused(&reply, &form, reply.date.map(|d| d.saturating_sub(now))));
    }
    read(reply.json()?, claims, now).map_err(|what| reply.wrong(what))
}

fn read(text: &str, claims: Option<&str>, now: i64) -> Result<DeviceCode, &'static str> {
    let body: Body<'_> = serde_json::from_str(text).map_err(|_| "this is not a device code")?;
    let uri = |raw| json::text(raw).filter(|text| is_page(text));
    let typed = json::text(body.user_code).ok_or("there is no user code in it")?;
    if !is_code(&typed) {
        return Err("the user code is none that can be typed");
    }
    let life = json::integer(body.expires_in).filter(|n| (1..=24 * 3600).contains(n));
    // Five seconds where it says nothing (RFC 8628 section 3.2).
    let interval = json::integer(body.interval).unwrap_or(5).clamp(1, 60);
    Ok(DeviceCode {
        device_code: json::secret(body.device_code).ok_or("there is no device code in it")?,
        claims: claims.map(str::to_owned),
        user_code: typed,
        verification_uri: uri(body.verification_uri)
            .ok_or("it does not say where to type the code")?,
        verification_uri_complete: uri(body.verification_uri_complete),
        expires_on: now.saturating_add(life.ok_or("it does not say when the code expires")?),
        interval: Duration::from_secs(interval.unsigned_abs()),
    })
}

/// Whether it is the address of a page, and nothing besides: it is shown as what a person opens.
fn is_page(text: &str) -> bool {
    let plain = text.len() <= MAX_ADDRESS && text.bytes().all(|b| b.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|_| plain);
    url.is_some_and(|url| {
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
    })
}

impl DeviceCode {
    /// Asks whether the person has signed in. The caller waits in between, and may give up at any
    /// time; after [`DeviceCode::expires_on`] it is [`Error::Timeout`].
    pub fn poll(&mut self, client: &Client<'_>, now: i64) -> Result<Poll, Error> {
        let late = || Error::Timeout { what: "the person at the other device".into() };
        if now >= self.expires_on {
            return Err(late());
        }
        let form = client
            .form("urn:ietf:params:oauth:grant-type:device_code")
            .with_secret("device_code", &self.device_code)
            .with_some("claims", self.claims.as_deref());
        let error = match token::ask(client, &form, Repeat::OnlyUnsent, now, None) {
            Ok(tokens) => return Ok(Poll::Done(Box::new(tokens))),
            Err(error) => error,
        };
        match &error {
            // A poll that did not get through, or was throttled, is one that found nothing; but
            // each is slower than the one before (RFC 8628 section 3.5).
            Error::Timeout { .. } => self.slower(Duration::from_secs(5)),
            Error::Network { fault: crate::Fault::Broken | crate::Fault::Connect, .. } => {
                self.slower(Duration::from_secs(5));
            }
            Error::Throttled { retry_after } => self.interval = self.interval.max(*retry_after),
            Error::Refused(said) => match said.error.as_str() {
                "authorization_pending" => {}
                "slow_down" => self.slower(Duration::from_secs(5)),
                // Entra's words for what RFC 8628 calls access_denied and expired_token.
                "authorization_declined" => return Err(Error::Declined),
                "code_expired" => return Err(late()),
                _ => return Err(error),
            },
            Error::CredentialExpired(said) if said.error == "expired_token" => return Err(late()),
            _ => return Err(error),
        }
        Ok(Poll::Pending)
    }

    fn slower(&mut self, by: Duration) {
        self.interval = (self.interval + by).min(Duration::from_secs(120));
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_code_is_read_or_refused() {
        let good = r#""device_code":"D","user_code":"U","verification_uri":"https://v""#;
        for (members, what) in [
            (format!(r#"{good},"expires_in":900"#), None),
            (format!(r#"{good},"expires_in":"900","interval":"7""#), None),
            (good.to_owned(), Some("it does not say when the code expires")),
            (format!(r#"{good},"expires_in":-1"#), Some("it does not say when the code expires")),
            (good.replace("https", "javascript"), Some("it does not say where to type the code")),
            (
                good.replace("v\"", "v\\n or run this\""),
                Some("it does not say where to type the code"),
            ),
            (
                good.replace("v\"", "v or run this\""),
                Some("it does not say where to type the code"),
            ),
            (good.replace("//v", "//v@w"), Some("it does not say where to type the code")),
            (good.replace("//v", &"v".repeat(300)), Some("it does not say where to type the code")),
            (
                good.replace("\"U\"", "\"U, then run: x\""),
                Some("the user code is none that can be typed"),
            ),
            (
                good.replace("\"U\"", "\"\\u202eU\""),
                Some("the user code is none that can be typed"),
            ),
            (good.replace("\"U\"", "null"), Some("there is no user code in it")),
            (good.replace("\"D\"", "\"\""), Some("there is no device code in it")),
        ] {
            let found = read(&format!("{{{members}}}"), None, 100);
            assert_eq!(found.as_ref().err().copied(), what, "{members}");
            if let Ok(code) = found {
                assert_eq!(code.expires_on, 1000);
                assert!([5, 7].contains(&code.interval.as_secs()));
            }
        }
    }
}
